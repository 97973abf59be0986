"""A whole publication for a benchmark: what `make run` starts, on free ports, in a folder that goes away."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from config.local import (
    Broker,
    Postgres,
    Standby,
    create_database,
    free_port,
    scratch_folder,
    start_together,
)
from config.local.place import ROOT, Place
from config.local.run import add_standbys, environments_of
from config.local.supervisor import Supervisor

PATIENCE = 300.0


class Publication(NamedTuple):
    """What runs; `environments` by line of the Procfile."""

    place: Place
    supervisor: Supervisor
    read: Postgres
    environments: dict[str, dict[str, str]]
    standbys: list[Standby]


@contextmanager
def publication(replicas: int = 0) -> Iterator[Publication]:
    """Start servers and processes, and make this process one that knows both sides."""
    with scratch_folder() as folder:
        place = Place(folder, free_port(), free_port(), replicas=replicas)
        place.claim()
        write, read, broker = place.servers()
        servers: list[Postgres | Broker] = [write, read, broker]
        supervisor = Supervisor(ROOT)
        try:
            start_together(*servers)
            known = environments_of(place, write, read, broker, lambda: add_standbys(place, read, servers))
            supervisor.start(known)
            both = known["prepare-publishing"] | known["prepare-authoring"]
            os.environ.update(both | {"CMS_SIDE": "all", "DJANGO_SETTINGS_MODULE": "config.settings"})
            standbys = [one for one in servers if isinstance(one, Standby)]
            yield Publication(place, supervisor, read, known, standbys)
        finally:
            supervisor.stop()
            for server in servers:
                server.stop()
            place.release()


def reader_of(read: Postgres, **more: str) -> None:
    """Make this process one that knows a read cluster of its own, and nothing else."""
    create_database(read, "read")
    os.environ |= {
        "CMS_SIDE": "publishing",
        "CMS_SHAPE": "split",
        "SECRET_KEY": "a benchmark's",
        "READ_DATABASE_URL": read.url(database="imprint_read"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "WARNING",
        **more,
    }


def import_corpus(folder: Path) -> float:
    """Import and publish CORPUS, or the demo's articles, multiplied. Returns articles per second."""
    from django.core.management import call_command

    from authoring.models import Article

    corpus = os.environ.get("CORPUS") or str(_multiplied_demo(folder / "corpus"))
    before, started = Article.objects.count(), time.monotonic()
    call_command("import_markdown", corpus, publish=True, stdout=sys.stderr)
    return round((Article.objects.count() - before) / (time.monotonic() - started), 1)


def _multiplied_demo(folder: Path, times: int = 20) -> Path:
    """The demo's live articles, each under several slugs."""
    folder.mkdir()
    for post in sorted(Path("authoring/demo/articles").glob("*.md")):
        _, front, body = post.read_text().split("---\n", 2)
        kept = [
            line
            for line in front.splitlines()
            if line.partition(":")[0] in ("title", "tags", "summary", "language")
        ]
        for number in range(times):
            (folder / f"2026-01-{number % 28 + 1:02}-{post.stem}-{number}.md").write_text(
                "\n".join(["---", *kept, "---", body])
            )
    return folder


def settle() -> None:
    """Wait until nothing is owed and no page is queued."""
    from authoring import outbox
    from publishing.models import Refresh

    until(lambda: not outbox.owed() and not Refresh.objects.exists(), "everything is settled", pause=0.05)


def until(condition: Callable[[], bool], what: str, *, pause: float = 0.02) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {PATIENCE:.0f} s: {what}")
        time.sleep(pause)


def tree_mb(pid: int) -> float:
    """Resident memory of a process with its children, in MB."""
    return round(_tree(pid, _resident()) / 1e6, 1)


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
