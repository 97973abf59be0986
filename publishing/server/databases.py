"""Which database a look-up asks, and for how long one that did not answer is left alone."""

import time
from collections.abc import Callable

from django.db import OperationalError

from cms.databases import READ
from publishing import reading
from publishing.server.lines import Lines, Row

REST = 1.0
"""Seconds without asking after no database answered: no crowd of requests waits for it."""

PATIENCE = 0.8
"""Seconds that one look-up may take in all."""

NEVER = float("-inf")

Ask = Callable[[str, str, int, float], Row | None]


class Unavailable(Exception):
    """No database answers."""


class Databases:
    """The read database and its replicas, in the order in which readers' questions go to them."""

    def __init__(self, ask: Ask | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """`ask` takes an alias, a path, when the page that is known was changed, and the seconds it may take."""
        self._ask = ask or Lines().ask
        self._clock = clock
        self._resting_until = NEVER
        self.answered_at = NEVER

    def look_up(self, path: str, known: int) -> Row | None:
        """The row at `path`, with its body if it changed after `known`. Raises `Unavailable`."""
        *others, last = reading.order()
        patience = PATIENCE
        for alias in others:
            patience /= 2
            try:
                row = self._ask_one(alias, path, known, patience)
            except OperationalError:
                continue
            return row if row or not known or alias == READ else self._look_twice(path, known)
        return self._ask_last(last, path, known, patience)

    def _ask_one(self, alias: str, path: str, known: int, patience: float) -> Row | None:
        now = self._clock()
        row = reading.ask_one(alias, lambda: self._ask(alias, path, known, patience))
        self.answered_at = now
        return row

    def _look_twice(self, path: str, known: int) -> Row | None:
        """A replica misses a page that is known: it went, or the replica has not seen it come. The primary knows."""
        try:
            return self._ask_one(READ, path, known, PATIENCE / 2)
        except OperationalError:
            return Row(known)

    def _ask_last(self, alias: str, path: str, known: int, patience: float) -> Row | None:
        now = self._clock()
        if now < self._resting_until:
            raise Unavailable
        if self._resting_until > NEVER:
            # It was down: one request finds out whether it still is, the others do not wait for that.
            self._resting_until = now + REST + patience
        try:
            row = self._ask(alias, path, known, patience)
        except OperationalError as error:
            # From now, not from when it was asked: it may have taken its time not to answer.
            self._resting_until = self._clock() + REST
            raise Unavailable from error
        self._resting_until = NEVER
        self.answered_at = now
        return row
