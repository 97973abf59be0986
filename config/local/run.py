"""`make run`: everything on this machine, until Ctrl-C."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from types import FrameType

from config.local.broker import Broker
from config.local.machine import LIBC, PR_SET_PDEATHSIG, NotReady
from config.local.place import ROOT, Place, environments, write_private
from config.local.postgres import Postgres, start_together
from config.local.roles import create_database
from config.local.supervisor import Supervisor

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIDES = ("authoring", "publishing")


class Stopped(BaseException):
    """A signal asked us to end."""


def run() -> None:
    """Returns when asked to stop; NotReady if it cannot go on."""
    place = Place.from_variables()
    with contextlib.suppress(Stopped), _stoppable():
        place.claim()
        write, read, broker = servers = place.servers()
        supervisor = Supervisor(ROOT)
        try:
            start_together(*servers)
            known = environments_of(place, write, read, broker)
            supervisor.start(known)
            threading.Thread(target=_announce, args=(place, supervisor), daemon=True).start()
            _keep_up(supervisor, *servers)
        finally:
            _ignore_signals()
            print("Stopping …", flush=True)
            supervisor.stop()
            for server in servers:
                server.stop()
            place.release()


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Every way of being asked to stop raises Stopped, the death of `make` included."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    for number in SIGNALS:
        # nohup ignores SIGHUP and means it.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop)
    if LIBC and "MAKELEVEL" in os.environ:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    yield


def _ignore_signals() -> None:
    """A second Ctrl-C must not keep the servers from being stopped."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


Environments = dict[str, dict[str, str]]


def environments_of(place: Place, write: Postgres, read: Postgres, broker: Broker) -> Environments:
    """Databases ready and migrated; what each part needs to know."""
    new = [create_database(write, "write", passwords=place.passwords)]
    new += [create_database(read, "read", passwords=place.passwords)]
    known = environments(place, write, read, broker)
    stamp, fingerprint = place.folder / "prepared", _fingerprint(write, read)
    if any(new) or not stamp.exists() or stamp.read_text() != fingerprint:
        stamp.unlink(missing_ok=True)
        _prepare(known)
        stamp.write_text(fingerprint)
    write_private(place.folder / "environments.json", json.dumps(known))
    return known


def _fingerprint(*clusters: Postgres) -> str:
    """Changes with the code, the packages and the clusters."""
    folders = [ROOT / name for name in ("cms", "authoring", "publishing", "config")]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    files = [file for file in files if file.suffix != ".pyc"]
    files += [ROOT / "requirements.lock", *(cluster.folder / "PG_VERSION" for cluster in clusters)]
    seen = sorted((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def _prepare(known: Environments) -> None:
    print("Preparing both sides …", flush=True)
    command = [sys.executable, "-m", "config.local", "prepare"]
    sides = {
        side: subprocess.Popen(
            [*command, side],
            env=known[f"prepare-{side}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for side in SIDES
    }
    try:
        for side, child in sides.items():
            said = child.communicate()[0]
            if child.returncode:
                raise NotReady(f"{said}\nThe {side} side could not be prepared: the reason stands above.")
    finally:
        for child in sides.values():
            child.kill()
            child.wait()


def prepare(side: str) -> None:
    """In one process with the environment of `side`, because starting Django takes longest."""
    import django
    from django.core.management import call_command, get_commands

    from config.release import release

    django.setup()
    release(verbosity=0)
    if side == "authoring" and "load_demo" in get_commands():
        call_command("load_demo")


def manage(side: str, arguments: list[str]) -> None:
    """Become `manage.py` with the environment of a side of the running publication."""
    place = Place.from_variables()
    file = place.folder / "environments.json"
    if not file.exists() or not place.is_claimed():
        raise NotReady(f"Nothing runs on {place.folder}: start it with `make run`.")
    known = json.loads(file.read_text())[f"prepare-{side}"]
    os.execve(sys.executable, [sys.executable, str(ROOT / "manage.py"), *arguments], known)  # noqa: S606


def _announce(place: Place, supervisor: Supervisor) -> None:
    """Once the first page can be read."""
    deadline = time.monotonic() + 60
    while not all(_answers(url) for url in (f"{place.site_url}/", f"{place.authoring_url}/admin/login/")):
        if time.monotonic() > deadline:
            supervisor.say("The site has not answered for a minute: what stands above may say why.")
            return
        time.sleep(0.2)
    for line in _welcome(place):
        supervisor.say(line)


def _answers(url: str) -> bool:
    # OSError is the parent of urllib's errors, those of a status of 400 and above included.
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310  our own address
        return True
    return False


def _welcome(place: Place) -> list[str]:
    return [
        "",
        f"The site        {place.site_url}/",
        f"Authoring       {place.authoring_url}/admin/",
        f"Data            {place.folder}",
        "Stop            Ctrl-C",
        "",
    ]


def _keep_up(supervisor: Supervisor, *servers: Postgres | Broker) -> None:
    while True:
        time.sleep(0.5)
        supervisor.revive()
        for server in servers:
            if not server.running:
                supervisor.say(f"{server.folder.name} ended and is started again")
                server.start()
