"""Finished pages in memory, bounded in bytes: those that nobody asked for lately leave when it is full."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

Headers = list[tuple[str, str]]

OVERHEAD = 1_800
"""Bytes that an entry costs beside its body and texts: objects, header lists, places in dictionaries (measured)."""

MOST_GONE = 10_000
"""Of how many pages that went the memory knows when they were last changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPage:
    """A row of the pages' table. `body` is compressed with gzip; `changed_at` in microseconds since 2000."""

    path: str
    status: int
    content_type: str
    location: str
    etag: str
    surrogate_keys: str
    changed_at: int
    body: bytes
    kind: str = ""

    @property
    def size(self) -> int:
        return len(self.body) + 4 * len(self.path) + 2 * len(self.surrogate_keys) + OVERHEAD


@dataclass(frozen=True, slots=True)
class Form:
    """A page as most clients get it, ready to be sent; and what is sent to those who have it already."""

    etag: str
    headers: Headers
    body: list[bytes]
    known: Headers


class Held:
    """A page in memory. `confirmed_at`: when, by the monotonic clock, the database last said that it is current."""

    __slots__ = ("confirmed_at", "form", "fresh_until", "page", "used")

    def __init__(self, page: StoredPage, form: Form | None, confirmed_at: float, fresh_until: float) -> None:
        self.page = page
        self.form = form
        self.confirmed_at = confirmed_at
        self.fresh_until = fresh_until
        self.used = False


class Memory:
    """Pages by path. Reading takes no lock: `get` is one look into a dictionary."""

    def __init__(self, limit: int, *, form: Callable[[StoredPage], Form | None] = lambda page: None) -> None:
        """`limit` in bytes; `form` makes pages ready to be sent."""
        self._limit = limit
        self._form = form
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._gone: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()
        self.get = self._held.get
        self.size = 0

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, path: str) -> bool:
        return path in self._held

    def known(self, path: str) -> int:
        """When the newest known page at `path` was changed, be it here or gone; 0 if none is known."""
        held = self.get(path)
        return held.page.changed_at if held else self._gone.get(path, 0)

    def put(self, page: StoredPage, *, confirmed_at: float, fresh_until: float) -> Held:
        """Keep `page` unless a newer one is held: replicas lag differently. Returns the one to serve."""
        with self._lock:
            held = self._held.get(page.path)
            if held is None or held.page.changed_at < page.changed_at:
                return self._replace(held, Held(page, self._form(page), confirmed_at, fresh_until))
            held.confirmed_at, held.fresh_until = confirmed_at, fresh_until
            return held

    def _replace(self, old: Held | None, new: Held) -> Held:
        path, size = new.page.path, new.page.size
        if old:
            self.size -= old.page.size
            del self._held[path]
        if size <= self._limit:
            self._held[path] = new
            self.size += size
            self._gone.pop(path, None)
            self._shrink()
        return new

    def _shrink(self) -> None:
        """Second chance: who was asked for since the hand came by last goes to the end of the queue instead."""
        while self.size > self._limit:
            path, held = next(iter(self._held.items()))
            if held.used:
                held.used = False
                self._held.move_to_end(path)
            else:
                del self._held[path]
                self.size -= held.page.size

    def forget(self, path: str) -> None:
        """The page went. What a replica that lags still has of it shall not come back."""
        with self._lock:
            if held := self._held.pop(path, None):
                self.size -= held.page.size
                self._gone[path] = held.page.changed_at
                if len(self._gone) > MOST_GONE:
                    self._gone.popitem(last=False)
