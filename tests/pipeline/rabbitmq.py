"""A RabbitMQ of one's own, where its package is installed."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.local import free_port

# Debian's command on the PATH insists on its own user and folders.
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
SETTINGS = {"RABBITMQ_NODENAME": "imprint@localhost", "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1"}


class RabbitMQ:
    """A node with its data in `folder`, and the name server that it wants; stops and starts keep its port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, names = free_port(), str(free_port())
        self.environment = {
            **SETTINGS,
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_PORT": names,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        }
        (folder / "plugins").write_text("[].\n")
        self.names = subprocess.Popen(
            [shutil.which("epmd") or "epmd", "-port", names, "-address", "127.0.0.1"]
        )

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        with (self.folder / "output").open("ab") as output:
            self.node = subprocess.Popen(
                [PROGRAM], env=self.environment, stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self.node.poll() is None, (self.folder / "output").read_text()
            assert time.monotonic() < deadline, (self.folder / "output").read_text()
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        os.killpg(self.node.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.node.wait()


@contextmanager
def rabbitmq(folder: Path) -> Iterator[RabbitMQ]:
    server = RabbitMQ(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        server.names.kill()
        server.names.wait()
