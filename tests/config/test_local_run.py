"""`make run` as a whole: both sides answer, and nothing stays behind, however it ends."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.local import free_port, scratch_folder
from config.local.place import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for leftovers in /proc")
COMMAND = [sys.executable, "-m", "config.local", "run"]
READY = "Ctrl-C"


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    """One data folder for all, because a cold start takes seconds."""
    with scratch_folder() as folder:
        yield {
            "PATH": os.environ["PATH"],
            "IMPRINT_DATA": str(folder),
            "IMPRINT_PORT_SITE": str(free_port()),
            "IMPRINT_PORT_AUTHORING": str(free_port()),
        }


def _as_in_a_terminal() -> None:
    """What runs behind `nohup` or a script's `&` begins with signals ignored."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Run:
    """A run in a session of its own, as in a terminal, and what it has printed so far."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.folder = variables["IMPRINT_DATA"]
        self.lines: list[str] = []
        self.child = subprocess.Popen(
            COMMAND,
            cwd=ROOT,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=_as_in_a_terminal,
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.child.stdout
        with self.child.stdout as output:
            self.lines.extend(output)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 180
        while not any(READY in line for line in list(self.lines)):
            assert self.child.poll() is None, "".join(self.lines)
            assert time.monotonic() < deadline, "".join(self.lines)
            time.sleep(0.05)

    def end(self, with_signal: signal.Signals) -> int:
        """As the terminal does it: to the foreground's whole group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, with_signal)
        code = self.child.wait(30)
        self.reader.join(10)
        deadline = time.monotonic() + 15
        while leftovers(self.folder) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert leftovers(self.folder) == []
        return code


def leftovers(folder: str) -> list[str]:
    """The commands of the processes that know of `folder` or work in it; ours apart."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
            known = command + (entry / "environ").read_bytes() + bytes((entry / "cwd").resolve())
        except OSError:
            continue
        if command and folder.encode() in known and int(entry.name) != os.getpid():
            found.append(command.replace(b"\0", b" ").decode())
    return found


def fetch(variables: dict[str, str], side: str, path: str = "/") -> tuple[int, bytes]:
    url = f"http://127.0.0.1:{variables[f'IMPRINT_PORT_{side}']}{path}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read()


def wait_for_replica(variables: dict[str, str]) -> None:
    deadline = time.monotonic() + 20
    while json.loads(fetch(variables, "SITE", "/health/")[1])["replicas"] != {"replica1": "serving"}:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_both_sides_answer_a_second_run_is_refused_and_ctrl_c_leaves_nothing(variables: dict[str, str]):
    run = Run(variables | {"REPLICAS": "1"})
    try:
        run.wait_until_ready()
        newest = json.loads(fetch(variables, "SITE", "/api/v1/articles/")[1])["results"][0]
        assert f'href="{newest["path"]}"'.encode() in fetch(variables, "SITE")[1]
        wait_for_replica(variables)
        assert fetch(variables, "AUTHORING", "/admin/login/")[0] == 200
        second = subprocess.run(COMMAND, cwd=ROOT, env=variables, capture_output=True, text=True)
        assert second.returncode == 1
        assert second.stderr.startswith(f"`make run` is already running on {run.folder}: stop it with Ctrl-C")
        assert second.stderr.count("\n") == 1
    finally:
        code = run.end(signal.SIGINT)
    assert code == 0
    assert "Traceback" not in "".join(run.lines)


def test_data_survives_and_a_killed_run_leaves_nothing(variables: dict[str, str]):
    run = Run(variables)
    try:
        run.wait_until_ready()
        assert not any("Preparing" in line for line in run.lines)
    finally:
        run.end(signal.SIGKILL)


@pytest.mark.parametrize(
    ("with_signal", "processes"), [(signal.SIGTERM, 2), (signal.SIGHUP, 8), (signal.SIGINT, 16)]
)
def test_a_run_that_is_stopped_while_it_starts_leaves_nothing(
    variables: dict[str, str], with_signal: signal.Signals, processes: int
):
    run = Run(variables)
    # Its first server, then more of them, then its parts.
    while len(leftovers(run.folder)) < processes:
        assert run.child.poll() is None, "".join(run.lines)
        time.sleep(0.01)
    assert not any(READY in line for line in run.lines)
    assert run.end(with_signal) == 0
