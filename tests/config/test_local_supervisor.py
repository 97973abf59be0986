"""The parts of a run: started, revived, and ended with all their children."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.local import NotReady
from config.local.supervisor import Supervisor


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def supervised(folder: Path, **lines: str) -> Iterator[Supervisor]:
    (folder / "Procfile").write_text("".join(f"{name}: {command}\n" for name, command in lines.items()))
    supervisor = Supervisor(folder)
    supervisor.start({name: {"PATH": os.environ["PATH"]} for name in lines})
    try:
        yield supervisor
    finally:
        supervisor.stop()


def is_alive(pid: int) -> bool:
    return subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True).stdout.strip()[
        :1
    ] not in (b"", b"Z")


def test_only_lines_with_an_environment_are_started(tmp_path: Path):
    (tmp_path / "Procfile").write_text("release: touch released\nsite: touch started-$NAME\n")
    supervisor = Supervisor(tmp_path)
    supervisor.start({"site": {"NAME": "site", "PATH": os.environ["PATH"]}})
    eventually((tmp_path / "started-site").exists)
    supervisor.stop()
    assert not (tmp_path / "released").exists()


def test_what_the_parts_print_is_passed_on_with_their_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with supervised(tmp_path, site="sh -c 'echo first; echo second; sleep 60'"):
        seen: list[str] = []
        eventually(lambda: seen.append(capsys.readouterr().out) or "second" in "".join(seen))
    assert [line.split(None, 1)[1].split() for line in "".join(seen).splitlines()] == [
        ["site", "|", "first"],
        ["site", "|", "second"],
    ]


def test_a_part_that_was_killed_is_started_again(tmp_path: Path):
    with supervised(tmp_path, site="sleep 60") as supervisor:
        first = supervisor.parts[0].child
        assert first
        first.kill()
        first.wait()
        supervisor.revive()
        second = supervisor.parts[0].child
        assert second
        assert second.pid != first.pid
        assert is_alive(second.pid)


def test_a_part_that_ends_again_and_again_is_given_up(tmp_path: Path):
    def revive_until_given_up() -> None:
        for _ in range(500):
            supervisor.revive()
            time.sleep(0.01)

    with (
        supervised(tmp_path, site="false") as supervisor,
        pytest.raises(NotReady, match=r"^site ends whenever"),
    ):
        revive_until_given_up()


def test_stopping_ends_grandchildren_that_ignore_it(tmp_path: Path):
    stubborn = """sh -c 'trap "" TERM; echo $$ > pid; while true; do sleep 1; done' & wait"""
    with supervised(
        tmp_path, worker=f"sh -c '{stubborn.replace(chr(39), chr(39) + chr(92) + chr(39) + chr(39))}'"
    ):
        eventually(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
        pid = int((tmp_path / "pid").read_text())
        assert is_alive(pid)
    eventually(lambda: not is_alive(pid))


def test_parts_end_with_a_parent_that_is_killed(tmp_path: Path):
    (tmp_path / "Procfile").write_text("site: sleep 61\n")
    code = (
        "import os, time; from pathlib import Path; from config.local.supervisor import Supervisor;"
        f"supervisor = Supervisor(Path({str(tmp_path)!r})); supervisor.start({{'site': os.environ}});"
        "print(supervisor.parts[0].child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    eventually(lambda: not is_alive(pid))
