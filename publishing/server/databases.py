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

    def look_up(self, path: str, known: int, *, held: bool) -> Row | None:
        """The row at `path`, with its body if it changed after `known`. Raises `Unavailable`.

        `held` says whether the page that is known is there; else it went, and a replica may still have it.
        """
        *others, last = reading.order()
        patience = PATIENCE
        for alias in others:
            patience /= 2
            try:
                row = self._ask_one(alias, path, _newer_than(alias, known, held), patience)
            except OperationalError:
                continue
            if alias != READ and known and _contradicts(row, held):
                return self._ask_primary(path, known, held)
            return row
        return self._ask_last(last, path, _newer_than(last, known, held), patience)

    def _ask_one(self, alias: str, path: str, newer_than: int, patience: float) -> Row | None:
        now = self._clock()
        row = reading.ask_one(alias, lambda: self._ask(alias, path, newer_than, patience))
        self.answered_at = now
        return row

    def _ask_primary(self, path: str, known: int, held: bool) -> Row | None:
        try:
            return self._ask_one(READ, path, _newer_than(READ, known, held), PATIENCE / 2)
        except OperationalError:
            return Row(known) if held else None

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


def _newer_than(alias: str, known: int, held: bool) -> int:
    """Of a page that went the primary alone can say that it is back as it was, as after a restored backup."""
    return known if held or alias != READ else 0


def _contradicts(row: Row | None, held: bool) -> bool:
    """Whether a replica misses a page that is known to be there, or has an old one that is known to be gone."""
    return row is None if held else row is not None and row.body is None
