"""`make run`: everything on this machine, until Ctrl-C."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence

import psycopg

from config.local import stopping
from config.local.broker import Broker
from config.local.machine import NotReady
from config.local.place import ROOT, Place, environments, write_private
from config.local.postgres import Postgres, start_together
from config.local.roles import create_database
from config.local.standby import Standby
from config.local.stopping import Stopped, undisturbed
from config.local.supervisor import Supervisor

SIDES = ("authoring", "publishing")
Environments = dict[str, dict[str, str]]
# Asked of the write and the read database: does anything lie there that readers do not see yet?
UNSEEN = (
    (
        "imprint_write",
        "SELECT EXISTS (SELECT FROM authoring_outboxmessage WHERE acknowledged_at IS NULL AND refusal = '')",
    ),
    ("imprint_read", "SELECT EXISTS (SELECT FROM publishing_refresh)"),
)


def run() -> None:
    """Returns when asked to stop; NotReady if it cannot go on."""
    place = Place.from_variables()
    with contextlib.suppress(Stopped):
        stopping.listen()
        place.claim()
        write, read, broker = place.servers()
        servers: list[Postgres | Broker] = [write, read, broker]
        loaded = () if (place.folder / "prepared").exists() else (write, read)
        supervisor = Supervisor(ROOT)
        try:
            start_together(*servers)
            known = environments_of(place, write, read, broker, lambda: add_standbys(place, read, servers))
            supervisor.start(known)
            threading.Thread(target=_announce, args=(place, supervisor, *loaded), daemon=True).start()
            _keep_up(supervisor, *servers)
        finally:
            stopping.no_more()
            supervisor.say("Stopping …")
            supervisor.stop()
            for server in servers:
                server.stop()
            place.release()


def add_standbys(place: Place, read: Postgres, servers: list[Postgres | Broker]) -> list[Standby]:
    """Start the replicas of a place, and note them among its servers."""
    standbys = place.standbys(read)
    servers += standbys
    start_together(*standbys)
    return standbys


def environments_of(
    place: Place,
    write: Postgres,
    read: Postgres,
    broker: Broker,
    add_standbys: Callable[[], Sequence[Standby]] = tuple,
) -> Environments:
    """Databases ready and migrated; what each part needs to know. Standbys are copies of what has its roles."""
    new = [create_database(write, "write", passwords=place.passwords)]
    new += [create_database(read, "read", passwords=place.passwords)]
    known = environments(place, write, read, broker, add_standbys())
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
    children: dict[str, subprocess.Popen[str]] = {}
    try:
        with undisturbed():
            children.update((side, _start_preparing(side, known[f"prepare-{side}"])) for side in SIDES)
        for side, child in children.items():
            said = child.communicate()[0]
            if child.returncode:
                raise NotReady(f"{said}\nThe {side} side could not be prepared: the reason stands above.")
    finally:
        for child in children.values():
            with child:
                child.kill()


def _start_preparing(side: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "config.local", "prepare", side],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def prepare(side: str) -> None:
    """In one process with the environment of `side`, because starting Django takes longest."""
    import django
    from django.core.management import call_command

    from config.release import release

    django.setup()
    release(verbosity=0)
    if side == "authoring":
        call_command("load_demo")


def manage(side: str, arguments: list[str]) -> None:
    """Become `manage.py` with the environment of a side of the running publication."""
    place = Place.from_variables()
    file = place.folder / "environments.json"
    if not file.exists() or not place.is_claimed():
        raise NotReady(f"Nothing runs on {place.folder}: start it with `make run`.")
    known = json.loads(file.read_text())[f"prepare-{side}"]
    os.execve(sys.executable, [sys.executable, str(ROOT / "manage.py"), *arguments], known)  # noqa: S606


def _announce(place: Place, supervisor: Supervisor, *loaded: Postgres) -> None:
    """Once the first page can be read, and what was just `loaded` into the databases stands on it."""
    deadline = time.monotonic() + 60
    while not all(_answers(url) for url in (f"{place.site_url}/", f"{place.authoring_url}/admin/login/")):
        if time.monotonic() > deadline:
            supervisor.say("The site has not answered for a minute: what stands above may say why.")
            return
        time.sleep(0.2)
    with contextlib.suppress(psycopg.Error):
        _await_readers(*loaded)
    for line in _welcome(place):
        supervisor.say(line)


def _await_readers(*clusters: Postgres) -> None:
    """Nobody should open an empty site. Half a minute at most: a message may be refused for long."""
    deadline = time.monotonic() + 30
    for cluster, (database, question) in zip(clusters, UNSEEN, strict=False):
        with psycopg.connect(cluster.url(database=database), autocommit=True) as connection:
            while connection.execute(question).fetchone() == (True,) and time.monotonic() < deadline:
                time.sleep(0.1)


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
        "Log in as       demo, author, editor or publisher: the password is the name",
        f"Data            {place.folder}",
        *([f"Replicas        {place.replicas}; see {place.site_url}/health/"] if place.replicas else []),
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
