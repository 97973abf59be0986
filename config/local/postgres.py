"""One Postgres cluster on the loopback interface."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import quote

from config.local import binaries as postgres_binaries
from config.local.machine import LOOPBACK, NotReady, die_with_parent, free_port, give, run_as, server_user
from config.local.stopping import undisturbed

SUPERUSER = "postgres"
PATIENCE = 60.0
STOP = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}

SETTINGS = {
    "listen_addresses": LOOPBACK,
    # A socket's path may have 107 bytes; checkouts may lie deeper.
    "unix_socket_directories": "",
    "max_connections": "100",
    # Replicas can be added, and may be away for a while.
    "wal_level": "replica",
    "wal_keep_size": "160MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # Drafts never reach a log: neither the failing statement nor the row in its DETAIL.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# Nothing survives a power cut, everything survives a killed server. synchronous_commit stays on everywhere:
# without it a killed read database loses rows that it has already acknowledged.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}
# Not the caller's: PGDATA, PGPORT or a locale would change what the server does.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


class Postgres:
    """A cluster in `folder`; the folder's parent must be open to the server's user (see `scratch_folder`).

    Without `port` one is picked at the first start and kept. Without `password` anybody on this machine may
    connect as anybody. `durable=False` is for tests and benchmarks.
    """

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        binaries: postgres_binaries.Binaries | None = None,
        *,
        password: str = "",
        durable: bool = True,
        settings: dict[str, str] | None = None,
    ) -> None:
        self.folder = Path(folder).resolve()
        self.log = self.folder.with_name(f"{self.folder.name}.log")
        self.port = port or free_port()
        self.port_is_picked = port is None
        self.passwords = {SUPERUSER: password}
        self.durable = durable
        self.settings = settings or {}
        self.user = server_user(self.folder)
        self.binaries = (binaries or postgres_binaries.find()).within_reach(self.user)
        self._server: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    def url(self, user: str = SUPERUSER, database: str = "postgres") -> str:
        password = self.passwords.get(user, "")
        login = f"{user}:{quote(password, safe='')}" if password else user
        return f"postgres://{login}@{LOOPBACK}:{self.port}/{database}"

    def start(self) -> Self:
        self.create()
        self.launch()
        self.wait()
        return self

    def create(self) -> None:
        """Make the cluster unless it exists. What an interrupted attempt left is thrown away."""
        if self.folder.exists():
            return
        new = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700, parents=True)
        give(new, self.user)
        self._make(new)
        new.rename(self.folder)

    def _make(self, folder: Path) -> None:
        options = [f"--username={SUPERUSER}", "--encoding=UTF8", "--locale=C.UTF-8"]
        if self.binaries.major >= 17:
            # Postgres's own C.UTF-8: the same order and case on every system.
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self.durable:
            options.append("--no-sync")
        with password_file(self.passwords[SUPERUSER], self.user) as file:
            login = ["--auth=scram-sha-256", f"--pwfile={file}"] if file else ["--auth=trust"]
            done = self._call("initdb", f"--pgdata={folder}", *options, *login)
        if done.returncode:
            raise NotReady(f"initdb could not make {self.folder}: {(done.stderr or done.stdout).strip()}")

    def _call(self, program: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.binaries.folder / program), *options]
        world = {"cwd": "/", "env": ENVIRONMENT, **run_as(self.user)}
        return subprocess.run(command, capture_output=True, text=True, check=False, **world)

    def launch(self) -> None:
        """Start the server without waiting. Not through pg_ctl: a child of ours dies with us."""
        command = [str(self.binaries.folder / "postgres"), "-D", str(self.folder)]
        with undisturbed(), self.log.open("ab") as log:
            self._log_start = log.tell()
            self._server = subprocess.Popen(
                command + [f"--{name}={value}" for name, value in self._settings().items()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=ENVIRONMENT,
                # Ctrl-C is for us: the server goes last.
                start_new_session=True,
                preexec_fn=die_with_parent(STOP["fast"]),
                **run_as(self.user),
            )

    def _settings(self) -> dict[str, str]:
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE) | self.settings | {"port": str(self.port)}
        if self.binaries.built_with_lz4:
            settings["default_toast_compression"] = "lz4"
        return settings

    def wait(self) -> None:
        """Until connections are accepted; NotReady if that never comes."""
        deadline = time.monotonic() + PATIENCE
        while not self._accepts():
            if not self.running:
                self._launch_again()
            if time.monotonic() > deadline:
                raise NotReady(f"Postgres did not start in {PATIENCE:.0f} seconds: its log is {self.log}.")
            time.sleep(0.02)

    @property
    def running(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def _accepts(self) -> bool:
        """The server writes its state to postmaster.pid: its pid first, its port fourth, its state eighth."""
        with contextlib.suppress(OSError, IndexError):
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
            ours = self._server is not None and lines[0] == str(self._server.pid)
            return ours and len(lines) > 7 and lines[7].strip() == "ready"
        return False

    def _launch_again(self) -> None:
        """After a start that failed: stop the leftover, or take another port, else raise NotReady."""
        said = self._last_words()
        if "postmaster.pid" in said or "shared memory block" in said:
            self._stop_leftover()
        elif "in use" in said and self.port_is_picked:
            self.port = free_port()
        elif "in use" in said:
            raise NotReady(f"Port {self.port} is busy: stop what holds it, or give Postgres another.")
        else:
            raise NotReady(f"Postgres did not start: {said.strip()}")
        self.launch()

    def _last_words(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def _stop_leftover(self) -> None:
        """The server of a run that was killed: it may be working on, or be on its way out."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            port = int((self.folder / "postmaster.pid").read_text().splitlines()[3])
            # Nobody listens any more: the pid may long be somebody else's, so nothing is signalled.
            with socket.create_connection((LOOPBACK, port), timeout=1):
                pass
            self._call("pg_ctl", "stop", f"--pgdata={self.folder}", "--mode=fast", "--timeout=30")
        time.sleep(0.2)

    def stop(self, mode: str = "fast") -> None:
        """`smart` waits for clients, `fast` sends them away, `immediate` is a crash."""
        if self._server and self.running:
            self._server.send_signal(STOP[mode])
            try:
                self._server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
        self._server = None

    def kill(self) -> None:
        """SIGKILL. The server's children notice and go."""
        if self._server:
            self._server.kill()
            self._server.wait()
        self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextlib.contextmanager
def password_file(password: str, user: pwd.struct_passwd | None) -> Iterator[str]:
    """A file that only `user` can read, because a command line is public; none without a password."""
    if not password:
        yield ""
        return
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(password)
        file.flush()
        give(Path(file.name), user)
        yield file.name


class Server(Protocol):
    def create(self) -> None: ...
    def launch(self) -> None: ...
    def wait(self) -> None: ...


def start_together(*servers: Server) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda server: server.create(), servers))
    # Not in the threads: the kernel stops a server when the thread that launched it ends.
    for server in servers:
        server.launch()
    for server in servers:
        server.wait()
