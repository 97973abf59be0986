"""Readers of a site: requests sent as they are, and some that are asked again and again while something happens."""

import http.client
import socket
import threading
import time
from collections.abc import Sequence
from typing import NamedTuple, Self
from urllib.parse import urlsplit


def ask(address: str, target: bytes | str, method: str = "GET", **headers: str):
    """Status, headers by their names in small letters, and body, of a request whose target is sent as it is."""
    parts = urlsplit(address)
    target = target if isinstance(target, bytes) else target.encode()
    lines = [b"%s %s HTTP/1.1" % (method.encode(), target), b"Host: 127.0.0.1", b"Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}".encode() for name, value in headers.items()]
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(b"\r\n".join([*lines, b"", b""]))
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        body = response.read()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


class Got(NamedTuple):
    """An answer: when it was asked for, when it came, and what it said."""

    began: float
    ended: float
    status: int
    stale: bool


PAUSE = 0.01


class Readers:
    """For each address one who asks for it again and again."""

    def __init__(self, site: str, addresses: Sequence[str]) -> None:
        self.got: dict[str, list[Got]] = {address: [] for address in addresses}
        self._threads = [threading.Thread(target=self._read, args=(site, one)) for one in addresses]
        self._enough = threading.Event()
        self.stalled = 0.0
        """For how many seconds too long the machine let somebody sleep."""

    def _read(self, site: str, address: str) -> None:
        slept = time.monotonic()
        while not self._enough.wait(PAUSE):
            began = time.monotonic()
            self.stalled = max(self.stalled, began - slept - PAUSE)
            status, headers, _ = ask(site, address)
            self.got[address].append(Got(began, time.monotonic(), status, "warning" in headers))
            slept = time.monotonic()

    def since(self, moment: float) -> dict[str, list[Got]]:
        """What was asked for later."""
        return {address: [one for one in got if one.began > moment] for address, got in self.got.items()}

    def __enter__(self) -> Self:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for one in self._threads:
            one.join()


def well(got: Got) -> bool:
    return got.status in (200, 404) and not got.stale
