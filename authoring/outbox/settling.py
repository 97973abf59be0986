"""Settling what publishing answers: acknowledgements, refusals, and what its replicas show."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.models.functions import Now

from authoring.models import OutboxMessage
from cms.databases import WRITE


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledgement:
    """Publishing's answer: what it holds of `(kind, key)` now, or why it never will hold that version."""

    kind: str
    key: str
    version: int
    again: int = 0
    applied_at: dt.datetime | None = None
    refusal: str = ""


def acknowledge(acknowledgements: Iterable[Acknowledgement], *, log_position: int | None = None) -> None:
    """Settle what publishing says it holds: every row up to that version, that row with its `applied_at`.

    A row that is owed again is settled only by an answer to that sending or to a newer version: an
    older answer may come from before the damage that it repairs. A refusal settles its own row alone.
    `log_position` is where the read database's log was after all of this; None if it has no replicas.
    """
    ordered = sorted(acknowledgements, key=lambda one: (one.kind, one.key, one.version))
    settled = [one for one in ordered if not one.refusal]
    with transaction.atomic(using=WRITE), connections[WRITE].cursor() as cursor:
        if settled:
            columns = _columns(settled, "kind", "key", "version", "again", "applied_at")
            cursor.execute(SETTLE, [log_position, *columns])
        for one in ordered:
            if one.refusal:
                cursor.execute(REFUSE, [one.refusal[:2000], one.kind, one.key, one.version])


SETTLE = """
UPDATE authoring_outboxmessage AS message SET
    acknowledged_at = statement_timestamp(),
    applied_at = CASE WHEN message.version = held.version THEN coalesce(message.applied_at, held.applied_at)
                      ELSE message.applied_at END,
    log_position = CASE WHEN message.version = held.version THEN coalesce(message.log_position, %s)
                        ELSE message.log_position END
FROM unnest(%s::text[], %s::text[], %s::int[], %s::int[], %s::timestamptz[])
    AS held (kind, key, version, again, applied_at)
WHERE message.kind = held.kind AND message.key = held.key AND message.acknowledged_at IS NULL
  AND (message.version < held.version OR (message.version = held.version AND message.again <= held.again))
"""

# A withdrawal is never refused: what was said to be gone must go.
REFUSE = """
UPDATE authoring_outboxmessage SET refusal = %s
WHERE kind = %s AND key = %s AND version = %s AND type NOT LIKE '%%.withdrawn'
"""


def note_replicated(*, upto: int, at: dt.datetime) -> int:
    """Every replica was seen at `at` to show what was applied up to a position of the log. Returns how many rows."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute(REPLICATED, [at, upto])
        return int(cursor.rowcount)


# The two moments come from two clocks.
REPLICATED = """
UPDATE authoring_outboxmessage SET replicated_at = greatest(%s, applied_at)
WHERE log_position <= %s AND log_position IS NOT NULL AND replicated_at IS NULL
"""


def retry_refused(*, kind: str | None = None, key: str | None = None) -> int:
    """Owe what was refused once more, after a fix. Returns how many."""
    refused = OutboxMessage.objects.exclude(refusal="")
    if kind:
        refused = refused.filter(kind=kind)
    if key:
        refused = refused.filter(key=key)
    return refused.update(refusal="", attempts=0, next_attempt_at=Now())


def _columns(rows: Sequence[Any], *names: str) -> list[list[Any]]:
    return [[getattr(row, name) for row in rows] for name in names]
