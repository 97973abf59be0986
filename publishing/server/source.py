"""Where pages come from: memory, if the database has confirmed them a moment ago, else the database."""

import random
import time
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from publishing.server.databases import NEVER, PATIENCE, Databases, Unavailable
from publishing.server.memory import Held, Memory, StoredPage

FRESH = 1.0
"""Seconds for which a page is served without asking the database: from the moment up to which a replica was seen to
show everything, so that a change shows as soon as from the primary.
"""

APART = 0.3
"""By what part of it, by chance, it is less. Pages that many read at once would else be looked up at once, second after
second, and who comes then waits for all of them.
"""

LEAST = 0.1
"""Seconds for which it is served in any case, however late a replica is."""

MEANWHILE = 0.05
"""For so much longer a page is served while another request asks about it; who comes later waits for the answer."""

STALE = 86_400.0
"""Seconds for which a page is served while the database does not answer."""


class Found(NamedTuple):
    """A page; for how many seconds nobody confirmed it, None while the database answers; whether that was asked."""

    held: Held
    stale: int | None = None
    asked: bool = False


class Flight:
    """A look-up on its way. Who wants its answer waits until `landed` is free."""

    __slots__ = ("failed", "found", "landed")

    def __init__(self) -> None:
        self.landed = Lock()
        self.landed.acquire()
        self.found: Found | None = None
        self.failed = True


class Source:
    """Pages by path."""

    def __init__(
        self,
        memory: Memory,
        *,
        databases: Databases | None = None,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.memory = memory
        self._databases = databases or Databases(clock=clock)
        self._clock = clock
        self._chance = chance
        self._flights: dict[str, Flight] = {}
        self._lock = Lock()

    def may_answer(self) -> bool:
        """Whether a database answered when one was last asked."""
        return self._databases.answered_at != NEVER

    def doubt(self) -> None:
        """Somebody waited for a database in vain."""
        self._databases.doubt()

    def is_up(self) -> bool:
        """Whether a database answered within the last second; if none was asked, one is."""
        if self._clock() - self._databases.answered_at < FRESH:
            return True
        try:
            self._databases.look_up("/", self.memory.known("/"), held="/" in self.memory)
        except Unavailable:
            return False
        return True

    def find(self, path: str) -> Found | None:
        """The page at `path`, or None. Raises `Unavailable`. However many ask, there is one look-up at a time."""
        held = self.memory.get(path)
        now = self._clock()
        if held:
            held.used = True
            if now < held.fresh_until:
                return Found(held)
        with self._lock:
            flight = self._flights.get(path)
            if flight is None:
                own = self._flights[path] = Flight()
        if flight is None:
            return self._fly(path, own)
        if held and now < held.fresh_until + MEANWHILE:
            return Found(held)
        try:
            return _wait(flight)
        except Unavailable:
            return _stale(held, self._clock())

    def _fly(self, path: str, flight: Flight) -> Found | None:
        try:
            flight.found = found = self._find(path)
            flight.failed = False
            return found
        finally:
            with self._lock:
                del self._flights[path]
            flight.landed.release()

    def _find(self, path: str) -> Found | None:
        # Looked for again: another request's look-up may just have landed.
        held = self.memory.get(path)
        now = self._clock()
        if held and now < held.fresh_until:
            return Found(held)
        try:
            return self._ask(path, held, now)
        except Unavailable:
            return _stale(held, now)

    def _ask(self, path: str, held: Held | None, now: float) -> Found | None:
        row, behind = self._databases.look_up(path, self.memory.known(path), held=held is not None)
        fresh_until = now + max(FRESH * (1 - APART * self._chance()) - behind, LEAST)
        if row is None:
            self.memory.forget(path)
            return None
        if row.body is not None:
            page = StoredPage(path=path, **row._asdict())
            return Found(self.memory.put(page, confirmed_at=now, fresh_until=fresh_until), asked=True)
        # What is held, or an older one of a replica that lags: perhaps of a page that went.
        if held is None:
            return None
        held.confirmed_at, held.fresh_until = now, fresh_until
        return Found(held, asked=True)


def _stale(held: Held | None, now: float) -> Found:
    if held and now - held.confirmed_at < STALE:
        return Found(held, int(now - held.confirmed_at))
    raise Unavailable


def _wait(flight: Flight) -> Found | None:
    if not flight.landed.acquire(timeout=PATIENCE):
        raise Unavailable
    flight.landed.release()
    if flight.failed:
        raise Unavailable
    return flight.found
