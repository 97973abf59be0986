"""Real processes on the test's servers: web processes, workers and beats that can be killed."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections

from cms.databases import READ, WRITE
from config.local import Postgres, free_port
from tests.servers import running

BIN = Path(sys.executable).parent
WAIT = 60.0

WORKER = ["celery", "-A", "config", "worker", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
BEAT = ["celery", "-A", "config", "beat", "--loglevel", "WARNING"]


class Process:
    """One process of a deployment, started at once. Its output goes to `log`."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.command, self.environment = command, environment
        self.log = running().folder / f"process-{time.monotonic_ns()}.log"
        self.start()

    def start(self) -> None:
        program = str(BIN / self.command[0])
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                [program, *self.command[1:]],
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def signal(self, number: signal.Signals) -> None:
        """To the whole process group: a worker and the children that do its work."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.popen.wait(WAIT)

    def stop(self) -> None:
        self.signal(signal.SIGTERM)
        try:
            self.popen.wait(3)
        except subprocess.TimeoutExpired:
            self.kill()

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")


def environment(side: str, **more: str) -> dict[str, str]:
    """The variables of a process of one side: it learns of no server that it has no business with."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith(("_URL",))}
    known = {
        **kept,
        "CMS_SIDE": side,
        "CMS_SHAPE": "distributed",
        "SITE_URL": os.environ["SITE_URL"],
        "AUTHORING_URL": os.environ["AUTHORING_URL"],
        "BROKER_URL": running().broker.url,
        "STATIC_ROOT": str(running().folder / "static"),
    }
    if side in ("authoring", "all"):
        known["WRITE_DATABASE_URL"] = running().write.url(database=_test_database(WRITE))
    if side in ("publishing", "all"):
        known["READ_DATABASE_URL"] = running().read.url(database=_test_database(READ))
    return {**known, **more}


@contextmanager
def process(*command: str, side: str, **more: str) -> Iterator[Process]:
    started = Process(list(command), environment(side, **more))
    try:
        yield started
    finally:
        started.kill()


def worker(side: str, **more: str) -> Any:
    """A worker of one side, with one child."""
    name = f"{side}-{time.monotonic_ns()}@test"
    return process(*WORKER, "-Q", side, "-n", name, "--concurrency", "1", side=side, **more)


def beat(side: str) -> Any:
    """A beat of one side, in its own schedule file (the authoring one keeps its schedule in the database)."""
    where = ["--scheduler", "django_celery_beat.schedulers:DatabaseScheduler", "--max-interval", "1"]
    if side == "publishing":
        where = ["--schedule", str(running().folder / f"beat-{time.monotonic_ns()}")]
    return process(*BEAT, *where, side=side)


@contextmanager
def web(side: str, *, threads: int | None = None, **more: str) -> Iterator[str]:
    """A web process of one side, with the Procfile's number of threads; yields its address once it answers."""
    port = free_port()
    threads = threads or (1 if side == "publishing" else 2)
    command = [
        "granian",
        "--interface",
        "wsgi",
        "--blocking-threads",
        str(threads),
        "--port",
        str(port),
        "config.wsgi:application",
    ]
    with process(*command, side=side, **more) as started:
        address = f"http://127.0.0.1:{port}"
        until(lambda: answers(address), f"{side} answers", started)
        yield address


@contextmanager
def frozen(server: Postgres) -> Iterator[None]:
    """All of its processes stand still; the kernel goes on taking what is sent to them."""
    postmaster = int((server.folder / "postmaster.pid").read_text().split()[0])
    with open(f"/proc/{postmaster}/task/{postmaster}/children") as children:
        pids = [postmaster, *map(int, children.read().split())]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def answers(address: str) -> bool:
    try:
        get(address + "/")
    except OSError:
        return False
    return True


def get(
    url: str, *, data: bytes | None = None, headers: dict[str, str] | None = None, method: str | None = None
) -> tuple[int, bytes]:
    """Status and body of a request, also of one that is refused. Redirects are not followed."""
    request = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
    try:
        with OPENER.open(request, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


OPENER = urllib.request.build_opener(_Stay)


def until(condition: Callable[[], object], what: str, *processes: Process, seconds: float = WAIT) -> None:
    """Wait until `condition` holds; else fail and show what the processes said."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            said = "\n".join(one.output[-3000:] for one in processes)
            raise AssertionError(f"not within {seconds} s: {what}\n{said}")
        time.sleep(0.02)


def reconnect() -> None:
    """Forget connections to a server that was stopped."""
    for alias in (WRITE, READ):
        connections[alias].close()
        connections[alias].close_pool()


def _test_database(alias: str) -> str:
    return str(connections[alias].settings_dict["NAME"])
