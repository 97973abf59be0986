"""Finished pages in memory: the least recently asked for leave when it is full."""

import datetime as dt
from collections import OrderedDict
from dataclasses import dataclass, replace
from http import HTTPStatus
from threading import Lock

OVERHEAD = 700
"""Bytes that an entry costs beside its body and path, roughly."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPage:
    """A row of the pages' table. `body` is compressed with gzip."""

    path: str
    status: int
    content_type: str
    location: str
    etag: str
    changed_at: dt.datetime
    body: bytes
    kind: str = ""

    @property
    def is_gone(self) -> bool:
        """Nothing is there any more: kept so that a replica that does not know it yet cannot bring it back."""
        return self.status == HTTPStatus.NOT_FOUND

    @property
    def size(self) -> int:
        return len(self.body) + 2 * len(self.path) + OVERHEAD


@dataclass(slots=True)
class Held:
    """A page in memory, and when (by the monotonic clock) the database last said that it is current."""

    page: StoredPage
    confirmed_at: float


class Memory:
    """A cache of pages by path, bounded in bytes. Safe for threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def __len__(self) -> int:
        return len(self._held)

    def get(self, path: str) -> Held | None:
        with self._lock:
            held = self._held.get(path)
            if held:
                self._held.move_to_end(path)
            return held

    def put(self, page: StoredPage, *, confirmed_at: float) -> StoredPage:
        """Keep `page` unless a newer one is held: replicas lag differently. Returns the one that is kept."""
        with self._lock:
            held = self._held.pop(page.path, None)
            if held:
                self.size -= held.page.size
                if held.page.changed_at > page.changed_at:
                    page = held.page
            self._held[page.path] = Held(page, confirmed_at)
            self.size += page.size
            while self.size > self._limit and self._held:
                self.size -= self._held.popitem(last=False)[1].page.size
            return page

    def put_gone(self, page: StoredPage, *, confirmed_at: float) -> StoredPage:
        """Keep that `page` is not there any more."""
        return self.put(replace(page, status=HTTPStatus.NOT_FOUND, body=b""), confirmed_at=confirmed_at)

    def forget(self, path: str) -> None:
        with self._lock:
            if held := self._held.pop(path, None):
                self.size -= held.page.size
