"""The pages as bytes: compressed, with an ETag, written only where something changed."""

import gzip
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

from cms.databases import READ

HTML = "text/html; charset=utf-8"
JSON = "application/json"
ATOM = "application/atom+xml; charset=utf-8"
XML = "application/xml; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
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

    @property
    def etag(self) -> str:
        facts = b"%d%s%s" % (self.status, self.location.encode(), self.content)
        return hashlib.sha256(facts).hexdigest()[:32]

    @property
    def body(self) -> bytes:
        # No time in the header: equal pages are equal bytes.
        return gzip.compress(self.content, 5, mtime=0) if self.content else b""


def write(pages: Iterable[Finished]) -> int:
    """Store pages. Returns how many changed.

    One whose bytes are the same keeps its `changed_at`; an older version never replaces a newer.
    """
    rows = sorted(pages, key=lambda page: page.path)
    if not rows:
        return 0
    columns: list[list[Any]] = [
        [getattr(page, name) for page in rows]
        for name in (
            "path",
            "status",
            "content_type",
            "location",
            "body",
            "etag",
            "version",
            "kind",
            "key",
            "beside",
        )
    ]
    with connections[READ].cursor() as cursor:
        cursor.execute(WRITE_PAGES, columns)
        return int(cursor.rowcount)


# `changed_at` rises even if this statement waited for another that began later: the page server goes by it.
WRITE_PAGES = """
INSERT INTO publishing_page AS page
    (path, status, content_type, location, body, etag, version, kind, key, beside, changed_at)
SELECT *, clock_timestamp() FROM unnest(
    %s::text[], %s::int[], %s::text[], %s::text[], %s::bytea[], %s::text[], %s::int[], %s::text[], %s::text[],
    %s::text[])
ON CONFLICT (path) DO UPDATE SET
    status = excluded.status, content_type = excluded.content_type, location = excluded.location,
    body = excluded.body, etag = excluded.etag, version = excluded.version, kind = excluded.kind,
    key = excluded.key, beside = excluded.beside,
    changed_at = greatest(clock_timestamp(), page.changed_at + interval '1 microsecond')
WHERE page.version <= excluded.version AND
    (page.body, page.etag, page.status, page.location, page.content_type, page.version, page.kind, page.key,
     page.beside)
    IS DISTINCT FROM
    (excluded.body, excluded.etag, excluded.status, excluded.location, excluded.content_type,
     excluded.version, excluded.kind, excluded.key, excluded.beside)
"""


def delete_own(addresses: Sequence[tuple[str, str]], *, keep: Sequence[str]) -> None:
    """Delete the own pages of each `(kind, key)` except those at `keep`."""
    with connections[READ].cursor() as cursor:
        cursor.execute(
            "DELETE FROM publishing_page AS page USING unnest(%s::text[], %s::text[]) AS owner (kind, key)"
            " WHERE page.kind = owner.kind AND page.key = owner.key AND page.path <> ALL(%s::text[])",
            [[kind for kind, _ in addresses], [key for _, key in addresses], list(keep)],
        )
