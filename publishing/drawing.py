"""Cards drawn when somebody asks for them: each once, a few at a time, so that no crawler takes the processor."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from publishing.pages import cards
from publishing.pages.cards import Card

KEPT = 100
"""Cards in the memory of a process: 10 to 20 kB each."""

BURST = 5
SECONDS = 1.0
"""After `BURST` cards a process draws one in so many seconds. One takes about a tenth of a second."""


class Busy(Exception):
    """Too many cards were asked for just now."""


class Desk:
    """Draws cards and keeps the last ones."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._drawing = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._free_at = float("-inf")

    def png(self, card: Card) -> bytes:
        """The card as PNG. Raises `Busy` and waits for nothing: a thread that waits answers no other reader."""
        with self._lock:
            if card.digest in self._kept:
                self._kept.move_to_end(card.digest)
                return self._kept[card.digest]
        if not self._drawing.acquire(blocking=False):
            raise Busy
        try:
            self._spend()
            drawn = cards.draw(card)
        finally:
            self._drawing.release()
        self._keep(card.digest, drawn)
        return drawn

    def _spend(self) -> None:
        now = self._clock()
        free_at = max(self._free_at, now - BURST * SECONDS) + SECONDS
        if free_at > now:
            raise Busy
        self._free_at = free_at

    def _keep(self, digest: str, drawn: bytes) -> None:
        with self._lock:
            self._kept[digest] = drawn
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


desk = Desk()
