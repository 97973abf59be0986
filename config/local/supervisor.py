"""Runs the lines of the Procfile, passes on what they print, starts again what dies, and ends them all."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from honcho.colour import get_colours
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer

from config.local.machine import NotReady
from config.local.stopping import undisturbed

GRACE = 5.0
# One that dies younger than this, this often in a row, will not live.
YOUNG = 10.0
TRIES = 3
# Reads process groups; its input ends when we end, and then so do they. The kernel could signal the leaders
# (see die_with_parent), but a Celery that loses its servers in the same moment may miss that signal.
GUARDIAN = """
while read -r group; do groups="$groups -$group"; done
kill -TERM $groups; sleep 5; kill -KILL $groups
"""


@dataclass
class Part:
    name: str
    command: str
    environment: Mapping[str, str]
    colour: str
    child: subprocess.Popen[bytes] | None = None
    reader: threading.Thread | None = None
    started: float = 0.0
    early_deaths: int = 0


@dataclass
class Supervisor:
    """honcho reads the Procfile and prints. Its own loop ends everything with the first that dies, leaves
    what it started behind when it is killed, and does not know SIGHUP."""

    folder: Path
    parts: list[Part] = field(default_factory=list)
    guardian: subprocess.Popen[str] | None = None
    printer: Printer = field(default_factory=lambda: Printer(sys.stdout, width=18))

    def start(self, environments: Mapping[str, Mapping[str, str]]) -> None:
        """Start the lines of the Procfile that have an environment."""
        lines = parse_procfile((self.folder / "Procfile").read_text()).processes
        for (name, command), colour in zip(lines.items(), get_colours(), strict=False):
            if name in environments:
                part = Part(name, command, environments[name], colour)
                self.parts.append(part)
                self._launch(part)

    def _launch(self, part: Part) -> None:
        with undisturbed():
            part.started = time.monotonic()
            part.child = subprocess.Popen(  # noqa: S602  the Procfile is ours
                # exec: signals should reach the program, not a shell around it.
                f"exec {part.command}",
                shell=True,
                env=part.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # A group of its own, so that it can be ended with all its children, and not by Ctrl-C.
                start_new_session=True,
            )
            self._guard(part.child.pid)
            part.reader = threading.Thread(target=self._pass_on, args=(part, part.child.stdout), daemon=True)
            part.reader.start()

    def _guard(self, group: int) -> None:
        """Have `group` ended even if we are killed."""
        if self.guardian is None:
            self.guardian = subprocess.Popen(
                ["/bin/sh", "-c", GUARDIAN],
                stdin=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                text=True,
                bufsize=1,
            )
        if self.guardian.stdin:
            self.guardian.stdin.write(f"{group}\n")

    def _pass_on(self, part: Part, output: IO[bytes]) -> None:
        with output:
            for line in output:
                self.say(line.decode(errors="replace"), part.name, part.colour)

    def say(self, text: str, name: str = "imprint", colour: str | None = None) -> None:
        # Nobody may be listening any more, as after `make run | head`.
        with contextlib.suppress(OSError):
            self.printer.write(Message("line", text, datetime.now().astimezone(), name, colour))

    def revive(self) -> None:
        """Start again whatever has died; NotReady if it dies again and again."""
        for part in self.parts:
            if part.child is None or part.child.poll() is None:
                continue
            _end_group(part.child)
            part.early_deaths = part.early_deaths + 1 if time.monotonic() - part.started < YOUNG else 1
            if part.early_deaths >= TRIES:
                raise NotReady(f"{part.name} ends whenever it is started: what it said stands above.")
            self.say(f"{part.name} ended (exit {part.child.returncode}) and is started again")
            self._launch(part)

    def stop(self) -> None:
        children = [part.child for part in self.parts if part.child]
        for child in children:
            child.terminate()
        deadline = time.monotonic() + GRACE
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            _end_group(child)
            child.wait()
        for part in self.parts:
            if part.reader:
                part.reader.join(GRACE)
        if self.guardian and self.guardian.stdin:
            self.guardian.kill()
            self.guardian.wait()
            self.guardian.stdin.close()


def _end_group(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
