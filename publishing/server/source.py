"""Where pages come from: memory, if the database has confirmed them a moment ago, else the database."""

import datetime as dt
import time
from collections.abc import Callable
from typing import NamedTuple

from django.db import InterfaceError, OperationalError, connections

from cms.databases import asked
from publishing import reading
from publishing.server.memory import Held, Memory, StoredPage

FRESH = 1.0
"""Seconds for which a page is served without asking the database."""

STALE = 86_400.0
"""Seconds for which a page is served while the database does not answer."""

REST = 1.0
"""Seconds without asking after the database did not answer: no crowd of requests waits for it."""

PATIENCE = 5.0
"""Seconds that one request may take to find out whether the database is back."""

NEVER = float("-inf")

LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.UTC)

Row = tuple[int, str, str, str, dt.datetime, str, bytes | None]

LOOK_UP = """
SELECT status, content_type, location, etag, changed_at, kind, CASE WHEN changed_at > %s THEN body END
FROM publishing_page WHERE path = %s
"""


class Unavailable(Exception):
    """The database does not answer, and the page is not in memory."""


class Found(NamedTuple):
    """A page, and for how many seconds nobody confirmed it: None while the database answers."""

    page: StoredPage
    stale: int | None


class Source:
    """Pages by path."""

    def __init__(self, memory: Memory, clock: Callable[[], float] = time.monotonic) -> None:
        self.memory = memory
        self._clock = clock
        self._resting_until = NEVER

    def find(self, path: str) -> Found | None:
        """The page at `path`, or None. Raises `Unavailable`."""
        found = self._find(path)
        return None if found is None or found.page.is_gone else found

    def _find(self, path: str) -> Found | None:
        held = self.memory.get(path)
        now = self._clock()
        if held and now - held.confirmed_at < FRESH:
            return Found(held.page, None)
        try:
            return self._ask(path, held, now)
        except (OperationalError, InterfaceError, Unavailable) as error:
            if not isinstance(error, Unavailable):
                self._rest()
            if held and now - held.confirmed_at < STALE:
                return Found(held.page, int(now - held.confirmed_at))
            raise Unavailable from error

    def _ask(self, path: str, held: Held | None, now: float) -> Found | None:
        if now < self._resting_until:
            raise Unavailable
        if self._resting_until > NEVER:
            # It was down: one request finds out whether it still is, the others do not wait for that.
            self._resting_until = now + REST + PATIENCE
        row = look_up(path, newer_than=held.page.changed_at if held else LONG_AGO)
        self._resting_until = NEVER
        if held and reading.is_replicated() and _contradicts(row, held.page):
            try:
                row = look_up_on_primary(path)
                self.memory.forget(path)
            except (OperationalError, InterfaceError):
                return Found(self.memory.put(held.page, confirmed_at=now), None)
        if row is None:
            return self._gone(path, held, now)
        status, content_type, location, etag, changed_at, kind, body = row
        if held and body is None:
            # The same, or the older one of a replica that lags.
            return Found(self.memory.put(held.page, confirmed_at=now), None)
        page = StoredPage(
            path=path,
            status=status,
            content_type=content_type,
            location=location,
            etag=etag,
            changed_at=changed_at,
            body=bytes(body or b""),
            kind=kind,
        )
        return Found(self.memory.put(page, confirmed_at=now), None)

    def _gone(self, path: str, held: Held | None, now: float) -> Found | None:
        if held and reading.is_replicated():
            return Found(self.memory.put_gone(held.page, confirmed_at=now), None)
        self.memory.forget(path)
        return None

    def _rest(self) -> None:
        # From now, not from when it was asked: it may have taken its time not to answer.
        self._resting_until = self._clock() + REST


def _contradicts(row: Row | None, page: StoredPage) -> bool:
    """Whether a database says that there is no page where there was one, or an old one where there is none.

    Replicas lag differently: it may know more than memory or less. The primary knows.
    """
    return not page.is_gone if row is None else page.is_gone and row[-1] is None


def look_up(path: str, *, newer_than: dt.datetime) -> Row | None:
    """The row at `path`, with its body only if it is newer than what is known."""
    return reading.ask(lambda: _row(path, newer_than))


def look_up_on_primary(path: str) -> Row | None:
    """The row at `path`, with its body."""
    return reading.ask_primary(lambda: _row(path, LONG_AGO))


def _row(path: str, newer_than: dt.datetime) -> Row | None:
    try:
        with reading.cursor() as cursor:
            cursor.execute(LOOK_UP, [newer_than, path])
            row: Row | None = cursor.fetchone()
            return row
    finally:
        give_back()


def give_back() -> None:
    """The connection goes back to the pool, or away if it broke."""
    connection = connections[asked.get()]
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
