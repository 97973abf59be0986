"""The outbox as a compacted log: replay, compaction, manifests, lag."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connections
from django.db.models import Max, Min
from django.db.models.functions import Now

from authoring.models import OutboxMessage
from cms.databases import WRITE

SLICE = 1000
"""How many entries a manifest carries."""

NEWEST = """
SELECT DISTINCT ON (kind, key) id FROM authoring_outboxmessage WHERE refusal = '' ORDER BY kind, key, version DESC
"""


def replay(addresses: Iterable[tuple[str, str]] | None = None) -> int:
    """Owe the newest message of each `(kind, key)`, or of all, again. Returns how many."""
    chosen, parameters = NEWEST, []
    if addresses is not None:
        pairs = list(addresses)
        chosen = NEWEST.replace(
            "WHERE", "JOIN unnest(%s::text[], %s::text[]) AS wanted (kind, key) USING (kind, key) WHERE"
        )
        parameters = [[kind for kind, _ in pairs], [key for _, key in pairs]]
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE authoring_outboxmessage SET acknowledged_at = NULL, attempts = 0, again = again + 1,
                next_attempt_at = statement_timestamp()
            WHERE id IN ({chosen})
            """,  # noqa: S608  one of two constants
            parameters,
        )
        return int(cursor.rowcount)


def unknown(addresses: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of `addresses` that the log does not know."""
    asked = set(addresses)
    known = OutboxMessage.objects.filter(key__in={key for _, key in asked}).values_list("kind", "key")
    return sorted(asked - set(known))


def compact(*, older_than: dt.timedelta) -> int:
    """Delete settled rows of that age but, of each `(kind, key)`, the newest and the newest applied."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute(COMPACT, [older_than.total_seconds()])
        return int(cursor.rowcount)


COMPACT = """
DELETE FROM authoring_outboxmessage AS old
WHERE created_at < statement_timestamp() - make_interval(secs => %s) AND (acknowledged_at IS NOT NULL OR refusal <> '')
  AND EXISTS (
    SELECT FROM authoring_outboxmessage AS newer
    WHERE newer.kind = old.kind AND newer.key = old.key AND newer.version > old.version AND newer.refusal = '')
  AND (old.applied_at IS NULL OR EXISTS (
    SELECT FROM authoring_outboxmessage AS newer
    WHERE newer.kind = old.kind AND newer.key = old.key AND newer.version > old.version
      AND newer.applied_at IS NOT NULL))
"""


def owed() -> int:
    """How many messages are owed; superseded ones do not count."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute(OWED)
        return int(cursor.fetchone()[0])


OWED = """
SELECT count(*) FROM authoring_outboxmessage AS owed
WHERE acknowledged_at IS NULL AND refusal = '' AND NOT EXISTS (
    SELECT FROM authoring_outboxmessage AS newer
    WHERE newer.kind = owed.kind AND newer.key = owed.key AND newer.version > owed.version AND newer.refusal = '')
"""


def lag() -> dt.timedelta:
    """The age of the oldest message still owed for the first time; zero when nothing is."""
    owed = OutboxMessage.objects.filter(acknowledged_at=None, refusal="", again=0)
    oldest = owed.aggregate(oldest=Min("created_at"), now=Max(Now()))
    return oldest["now"] - oldest["oldest"] if oldest["oldest"] else dt.timedelta(0)


def manifests(*, size: int = SLICE) -> Iterator[dict[str, Any]]:
    """Slices of what the log holds, ordered by kind and key; together they cover every possible key.

    A slice speaks for the keys after `after` up to and including `upto` (None: to the end). An entry is
    `[kind, key, version, digest]` of the newest settled message; version 0 where none is settled yet,
    because what is still owed is the relay's concern.
    """
    after: tuple[str, str] = ("", "")
    while True:
        with connections[WRITE].cursor() as cursor:
            cursor.execute(MANIFEST, [*after, size])
            entries = [list(row) for row in cursor.fetchall()]
        last = len(entries) < size
        upto = None if last else entries[-1][:2]
        yield {"after": list(after), "upto": upto, "entries": entries}
        if last:
            return
        after = (entries[-1][0], entries[-1][1])


MANIFEST = """
SELECT kind, key,
    coalesce(max(version) FILTER (WHERE acknowledged_at IS NOT NULL), 0),
    coalesce((array_agg(digest ORDER BY version DESC) FILTER (WHERE acknowledged_at IS NOT NULL))[1], '')
FROM authoring_outboxmessage
WHERE (kind, key) > (%s, %s) AND refusal = ''
GROUP BY kind, key ORDER BY kind, key LIMIT %s
"""
