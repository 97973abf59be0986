"""A whole publication for a benchmark: what `make run` starts, on free ports, in a folder that goes away."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.local import free_port, scratch_folder, start_together
from config.local.place import ROOT, Place
from config.local.run import environments_of
from config.local.supervisor import Supervisor


@contextmanager
def publication() -> Iterator[tuple[Place, Supervisor]]:
    """Start servers and processes, and make this process one that knows both sides."""
    with scratch_folder() as folder:
        place = Place(folder, free_port(), free_port())
        place.claim()
        servers = write, read, broker = place.servers()
        supervisor = Supervisor(ROOT)
        try:
            start_together(*servers)
            known = environments_of(place, write, read, broker)
            supervisor.start(known)
            both = known["prepare-publishing"] | known["prepare-authoring"]
            os.environ.update(both | {"CMS_SIDE": "all", "DJANGO_SETTINGS_MODULE": "config.settings"})
            yield place, supervisor
        finally:
            supervisor.stop()
            for server in servers:
                server.stop()
            place.release()


def rss_mb(supervisor: Supervisor) -> dict[str, float]:
    """Resident memory of each line of the Procfile with its children, in MB."""
    sizes = _resident()
    return {
        part.name: round(_tree(part.child.pid, sizes) / 1e6, 1) for part in supervisor.parts if part.child
    }


def _resident() -> dict[int, tuple[int, int]]:
    """The parent and the resident bytes of every process."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            found[int(folder.name)] = (int(fields[1]), int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))
    return found


def _tree(pid: int, sizes: dict[int, tuple[int, int]]) -> int:
    children = [child for child, (parent, _) in sizes.items() if parent == pid]
    return sizes.get(pid, (0, 0))[1] + sum(_tree(child, sizes) for child in children)
