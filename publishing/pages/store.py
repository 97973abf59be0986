"""The pages as bytes: compressed, with an ETag, written only where something changed."""

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import connections

from cms.databases import READ
from publishing import purging

HTML = "text/html; charset=utf-8"
JSON = "application/json"
XML = "application/xml; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
CSS = "text/css; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A page to store. `content` is not compressed yet; `kind` and `key` say whose own it is, if any's."""

    path: str
    content: bytes = b""
    status: int = 200
    content_type: str = HTML
    location: str = ""
    version: int = 0
    kind: str = ""
    key: str = ""
    beside: str = ""
    surrogate_keys: str = ""

    @cached_property
    def etag(self) -> str:
        facts = b"%d%s%s" % (self.status, self.location.encode(), self.content)
        return hashlib.sha256(facts).hexdigest()[:32]

    @cached_property
    def body(self) -> bytes:
        # No time in the header: equal pages are equal bytes.
        return gzip.compress(self.content, 5, mtime=0) if self.content else b""


def write(pages: Iterable[Finished]) -> int:
    """Store pages. Returns how many changed.

    One whose bytes are the same keeps its `changed_at`; an older version never replaces a newer.
    """
    finished = list(pages)
    kept = _unchanged([page for page in finished if page.version != 1])
    rows = sorted((page for page in finished if page.path not in kept), key=lambda page: page.path)
    if not rows:
        return 0
    before = _cached_as([page.path for page in rows])
    with connections[READ].cursor() as cursor:
        cursor.execute(WRITE_PAGES, _columns(rows, (*FACTS, "body")))
        changed = cursor.fetchall()
    purging.owe(purging.Change(path, " ".join(sorted({key, before.get(path, key)}))) for path, key in changed)
    return len(changed)


def _cached_as(paths: list[str]) -> dict[str, str]:
    """The key of each page that is stored: a cache may hold it under that, whatever it becomes now.

    They are locked, so that nobody changes them before we do.
    """
    if not settings.PURGE_URL:
        return {}
    with connections[READ].cursor() as cursor:
        cursor.execute(
            f"SELECT path, {OWN_KEY} FROM publishing_page AS page WHERE path = ANY(%s) ORDER BY path FOR UPDATE",  # noqa: S608
            [paths],
        )
        return dict(cursor.fetchall())


def _unchanged(pages: list[Finished]) -> set[str]:
    """The paths at which exactly these pages are stored. To compress a page costs more than to unpack it."""
    if not pages:
        return set()
    with connections[READ].cursor() as cursor:
        cursor.execute(SAME_PAGES, _columns(pages, FACTS))
        bodies = dict(cursor.fetchall())
    return {page.path for page in pages if page.path in bodies and _holds(bodies[page.path], page.content)}


def _holds(body: bytes, content: bytes) -> bool:
    try:
        return (gzip.decompress(body) if body else b"") == content
    except (OSError, EOFError, zlib.error):
        return False


def _columns(pages: list[Finished], names: tuple[str, ...]) -> list[list[Any]]:
    return [[getattr(page, name) for page in pages] for name in names]


FACTS = (
    "path",
    "status",
    "content_type",
    "location",
    "etag",
    "version",
    "kind",
    "key",
    "beside",
    "surrogate_keys",
)
GIVEN = """
    %s::text[], %s::int[], %s::text[], %s::text[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[],
    %s::text[]
"""
SAME_PAGES = f"""
SELECT page.path, page.body FROM publishing_page AS page
JOIN unnest({GIVEN}) AS given ({", ".join(FACTS)}) USING ({", ".join(FACTS)})
"""  # noqa: S608  constants alone

# The first of its keys is the page's own: an article's documents have it in common, and lists that of all lists.
OWN_KEY = "split_part(page.surrogate_keys, ' ', 1)"

# `changed_at` rises even if this statement waited for another that began later: the page server goes by it.
WRITE_PAGES = f"""
INSERT INTO publishing_page AS page ({", ".join(FACTS)}, body, changed_at)
SELECT *, clock_timestamp() FROM unnest({GIVEN}, %s::bytea[])
ON CONFLICT (path) DO UPDATE SET
    status = excluded.status, content_type = excluded.content_type, location = excluded.location,
    body = excluded.body, etag = excluded.etag, version = excluded.version, kind = excluded.kind,
    key = excluded.key, beside = excluded.beside, surrogate_keys = excluded.surrogate_keys,
    changed_at = greatest(clock_timestamp(), page.changed_at + interval '1 microsecond')
WHERE page.version <= excluded.version AND
    (page.body, page.etag, page.status, page.location, page.content_type, page.version, page.kind, page.key,
     page.beside, page.surrogate_keys)
    IS DISTINCT FROM
    (excluded.body, excluded.etag, excluded.status, excluded.location, excluded.content_type,
     excluded.version, excluded.kind, excluded.key, excluded.beside, excluded.surrogate_keys)
RETURNING path, {OWN_KEY}
"""  # noqa: S608  constants alone


def delete_own(addresses: Sequence[tuple[str, str]], *, keep: Sequence[str]) -> None:
    """Delete the own pages of each `(kind, key)` except those at `keep`."""
    _delete(
        "USING unnest(%s::text[], %s::text[]) AS owner (kind, key)"
        " WHERE page.kind = owner.kind AND page.key = owner.key AND page.path <> ALL(%s::text[])",
        [[kind for kind, _ in addresses], [key for _, key in addresses], list(keep)],
    )


def delete_combined(paths: Sequence[str]) -> None:
    """Delete pages that have nothing to show; what is somebody's own (a redirect, a tombstone) stays."""
    if paths:
        _delete("WHERE path = ANY(%s) AND kind = ''", [list(paths)])


def delete_damaged(address: tuple[str, str], *, paths: Sequence[str]) -> None:
    """Delete whatever is stored for `(kind, key)` or at its paths, whosever it claims to be."""
    _delete("WHERE (kind = %s AND key = %s) OR path = ANY(%s)", [*address, list(paths)])


def _delete(which: str, parameters: list[Any]) -> None:
    with connections[READ].cursor() as cursor:
        cursor.execute(
            f"DELETE FROM publishing_page AS page {which} RETURNING page.path, {OWN_KEY}",  # noqa: S608  constants alone
            parameters,
        )
        purging.owe(purging.Change(*row) for row in cursor.fetchall())
