"""How long a reader's request waits for the read database: connections that give up, where libpq waits for ever."""

import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

_limit = threading.local()


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """What this thread asks of a `PatientConnection` is answered within so many seconds, all in all, or fails."""
    before = getattr(_limit, "until", None)
    _limit.until = time.monotonic() + seconds
    try:
        yield
    finally:
        _limit.until = before


class PatientConnection(psycopg.Connection[Any]):
    """A connection that ends itself where patience ends: a server that is frozen leaves no other way."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """As always; but the empty query, with which the pool sees whether we live, costs no way to the server."""
        if query == "" and not self.closed:
            idle = select.poll()
            idle.register(self.fileno(), select.POLLIN)
            if idle.poll(0):
                # Nobody asked for anything: what can be read is the end.
                self.close()
                raise psycopg.OperationalError("the server ended this connection")
            return self.cursor()
        return super().execute(query, params, **options)

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        until = getattr(_limit, "until", None)
        if until is None:
            return super().wait(gen, interval, timeout)
        left = max(0.001, until - time.monotonic())
        try:
            return super().wait(gen, min(interval, left), left if timeout is None else min(timeout, left))
        except psycopg.OperationalError:
            if time.monotonic() >= until:
                self.close()
            raise
