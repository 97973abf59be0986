"""Requests to the page server, as a WSGI server would pass them on."""

import gzip
import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections
from django.test import override_settings

from publishing.server import PageServer
from publishing.server.databases import Ask, Databases
from publishing.server.lines import Line, Row


@contextmanager
def connections_kept() -> Iterator[None]:
    """Django closes connections around a request, and with them the transaction of a test."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        packed = self.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def ask(alias: str, path: str, known: int, patience: float) -> Row | None:
    """A look-up over Django's connection: it sees what a test has not committed."""
    connections[alias].ensure_connection()
    connection = connections[alias].connection.pgconn
    connection.exec_(b"DEALLOCATE ALL")
    deadline = time.monotonic() + 10
    return Line(connection, deadline).ask(path, known, deadline)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Site:
    """A page server over Django, with a memory and a clock of its own."""

    def __init__(self, ask: Ask = ask) -> None:
        self.clock = Clock()
        self.chance = 0.0
        self.questions: list[Callable[[], bool]] = []
        databases = Databases(ask, clock=self.clock, watch=self.questions.append)
        with override_settings(PAGE_CACHE_MB=1):
            self.server = PageServer(
                get_wsgi_application(), databases=databases, clock=self.clock, chance=lambda: self.chance
            )
        self.memory = self.server.memory

    def get(self, address: str, method: str = "GET", **headers: str) -> Reply:
        """Ask for a path with a query, percent-encoded; headers as `accept_encoding="gzip"`."""
        path, _, query = address.partition("?")
        return self.ask(unquote_to_bytes(path).decode("latin-1"), query, method, **headers)

    def ask(self, path: str, query: str = "", method: str = "GET", **headers: str) -> Reply:
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SCRIPT_NAME": "",
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        answered: list[tuple[str, list[tuple[str, str]]]] = []
        with connections_kept():
            body = self.server(
                environ, lambda status, headers, exc_info=None: answered.append((status, headers))
            )
            content = b"".join(body)
            if close := getattr(body, "close", None):
                close()
        [(status, pairs)] = answered
        assert len(pairs) == len(dict(pairs)), "a header twice"
        return Reply(int(status[:3]), dict(pairs), content)
