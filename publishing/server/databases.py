"""Which database a look-up asks, and for how long one that did not answer is left alone."""

import logging
import time
from collections.abc import Callable
from threading import Lock, Thread
from typing import NamedTuple

from django.db import OperationalError

from cms.databases import READ
from publishing import reading
from publishing.server.lines import Lines, Row

logger = logging.getLogger(__name__)

REST = 0.25
"""Seconds between two attempts to find out whether a database that did not answer is back."""

PATIENCE = 0.6
"""Seconds that one look-up may take in all."""

NEWEST = 2**63 - 1
"""Later than any page was changed: asks for no body."""

NEVER = float("-inf")

Ask = Callable[[str, str, int, float], Row | None]


class Unavailable(Exception):
    """No database answers."""


class Answer(NamedTuple):
    """What a database says of a path; what was committed within the last `behind` seconds it may not have had yet."""

    row: Row | None
    behind: float = 0.0


class Databases:
    """The read database and its replicas, in the order in which readers' questions go to them."""

    def __init__(
        self,
        ask: Ask | None = None,
        clock: Callable[[], float] = time.monotonic,
        watch: Callable[[Callable[[], bool]], None] | None = None,
    ) -> None:
        """`ask` takes an alias, a path, when the page that is known was changed, and the seconds it may take.

        `watch` takes a question, whether a database is back, and asks it until the answer is yes.
        """
        self._ask = ask or Lines().ask
        self._clock = clock
        self._watch = watch or in_background
        self._down: set[str] = set()
        self._lock = Lock()
        self.answered_at = NEVER
        """When one of them last answered; `NEVER` since none does."""

    def look_up(self, path: str, known: int, *, held: bool) -> Answer:
        """The row at `path`, with its body if it changed after `known`. Raises `Unavailable`.

        `held` says whether the page that is known is there; else it went, and a replica may still have it.
        """
        *others, last = reading.order()
        patience = PATIENCE
        for alias in others:
            patience /= 2
            try:
                answer = self._ask_one(alias, path, _newer_than(alias, known, held), patience)
            except OperationalError:
                continue
            if alias != READ and known and _contradicts(answer.row, held):
                return self._ask_primary(path, known, held)
            return answer
        return self._ask_last(last, path, _newer_than(last, known, held), patience)

    def _ask_one(self, alias: str, path: str, newer_than: int, patience: float) -> Answer:
        now, behind = self._clock(), reading.behind(alias)
        row = reading.ask_one(alias, lambda: self._ask(alias, path, newer_than, patience))
        self.answered_at = now
        return Answer(row, behind)

    def _ask_primary(self, path: str, known: int, held: bool) -> Answer:
        try:
            return self._ask_one(READ, path, _newer_than(READ, known, held), PATIENCE / 2)
        except OperationalError:
            return Answer(Row(known) if held else None)

    def _ask_last(self, alias: str, path: str, newer_than: int, patience: float) -> Answer:
        if alias in self._down:
            raise Unavailable
        now, behind = self._clock(), reading.behind(alias)
        try:
            row = self._ask(alias, path, newer_than, patience)
        except OperationalError as error:
            self.answered_at = NEVER
            self._lose(alias)
            raise Unavailable from error
        self.answered_at = now
        return Answer(row, behind)

    def doubt(self) -> None:
        """Somebody waited for all of them in vain: until one answers, nobody else waits."""
        self.answered_at = NEVER
        self._lose(reading.order()[-1])

    def _lose(self, alias: str) -> None:
        with self._lock:
            if alias in self._down:
                return
            self._down.add(alias)
        self._watch(lambda: self._is_back(alias))

    def _is_back(self, alias: str) -> bool:
        now = self._clock()
        try:
            self._ask(alias, "/", NEWEST, PATIENCE)
        except OperationalError:
            return False
        self.answered_at = now
        self._down.discard(alias)
        return True


def in_background(is_back: Callable[[], bool]) -> None:
    """Ask again and again, in a thread of its own, so that no request waits to find out."""
    Thread(target=_keep_asking, args=(is_back,), name="look-ups", daemon=True).start()


def _keep_asking(is_back: Callable[[], bool]) -> None:
    # At once: a question that took too long may have been to blame, and not the database.
    while True:
        try:
            if is_back():
                return
        except Exception:
            logger.exception("could not ask whether the read database is back")
        time.sleep(REST)


def _newer_than(alias: str, known: int, held: bool) -> int:
    """Of a page that went the primary alone can say that it is back as it was, as after a restored backup."""
    return known if held or alias != READ else 0


def _contradicts(row: Row | None, held: bool) -> bool:
    """Whether a replica misses a page that is known to be there, or has an old one that is known to be gone."""
    return row is None if held else row is not None and row.body is None
