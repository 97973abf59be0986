"""How long a request waits for a database: connections that give up, where libpq waits for ever."""

import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


class _Limit(threading.local):
    seconds: float | None = None


_limit = _Limit()


def wait_at_most(seconds: float) -> None:
    """Let this process's `PatientConnection`s answer within so many seconds where nobody says otherwise."""
    _Limit.seconds = seconds


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """This thread's `PatientConnection`s answer each question within so many seconds, or fail and end themselves."""
    before = _limit.seconds
    _limit.seconds = seconds
    try:
        yield
    finally:
        _limit.seconds = before


CHECK = 1.0
"""Seconds in which a server says that it lives, before a connection is lent to anybody."""

LEAST = 0.2
"""Seconds that are left for the next server, however long the one before was waited for."""


@contextmanager
def one_patience() -> Iterator[None]:
    """What is waited for in here is not waited again: whoever is asked afterwards has the rest of this thread's."""
    started, before = time.monotonic(), _limit.seconds
    try:
        yield
    finally:
        if before is not None:
            _limit.seconds = max(before - (time.monotonic() - started), LEAST)


class PatientConnection(psycopg.Connection[Any]):
    """A connection that ends itself where patience ends: a server that is frozen leaves no other way."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """As always; but the empty query, with which the pool sees whether the server lives, is answered soon."""
        if query != "":
            return super().execute(query, params, **options)
        before = _limit.seconds
        with patience(CHECK if before is None else min(before, CHECK)):
            return super().execute(query)

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        seconds = _limit.seconds
        if seconds is None:
            return super().wait(gen, interval, timeout)
        started = time.monotonic()
        try:
            return super().wait(gen, interval, seconds if timeout is None else min(timeout, seconds))
        except psycopg.OperationalError:
            if time.monotonic() - started >= seconds:
                self.close()
            raise


class ReaderConnection(PatientConnection):
    """One for readers, whose pages must not cost a question more than they need."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """As always; but the empty query, with which the pool sees whether we live, costs no way to the server."""
        if query == "" and not self.closed:
            idle = select.poll()
            idle.register(self.fileno(), select.POLLIN)
            if idle.poll(0):
                # Nobody asked for anything: what can be read is the end.
                self.close()
                self._end_others()
                raise psycopg.OperationalError("the server ended this connection")
            return self.cursor()
        return super().execute(query, params, **options)

    def _end_others(self) -> None:
        """What ended one connection of a pool ended the others: who meets a second one waits for a second there."""
        if pool := getattr(self, "_pool", None):
            pool.drain()
