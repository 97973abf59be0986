"""The log for any other consumer: full state and tombstones, from nothing or from where it stopped."""

from dataclasses import dataclass

from django.db import connections, transaction

from authoring.models import OutboxEpoch
from cms.databases import WRITE


class CursorExpired(ValueError):
    """The cursor is from another database cluster, or is none: start again from nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One message of the feed; `cursor` continues after it."""

    cursor: str
    message: str


def read(cursor: str = "", *, limit: int = 500) -> list[Entry]:
    """The messages after `cursor` (empty: from nothing), oldest first.

    Rows commit out of the order of their ids, so the feed is ordered by transaction id and stops short of
    the oldest transaction that still runs: no later commit can land before a cursor that was handed out.
    Raises `CursorExpired`.
    """
    cluster = epoch()
    xid, id = _position(cursor, cluster)
    with connections[WRITE].cursor() as statement:
        statement.execute(PAGE, [xid, id, limit])
        return [
            Entry(cursor=f"{cluster}.{xid}.{id}", message=message)
            for xid, id, message in statement.fetchall()
        ]


PAGE = """
SELECT xid::text, id, message FROM authoring_outboxmessage
WHERE (xid, id) > (%s::text::xid8, %s) AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, id LIMIT %s
"""


def epoch() -> str:
    """The cluster that the transaction ids count in.

    After a restore into another cluster the stored ids would lie in its future and hide for years: they
    are stamped anew, once, and cursors of the former cluster expire.
    """
    with transaction.atomic(using=WRITE), connections[WRITE].cursor() as cursor:
        cursor.execute(CLUSTER)
        cluster = str(cursor.fetchone()[0])
        known, created = OutboxEpoch.objects.get_or_create(pk=1, defaults={"cluster": cluster})
        if not created and known.cluster != cluster:
            cursor.execute("UPDATE authoring_outboxmessage SET xid = pg_current_xact_id()")
            OutboxEpoch.objects.filter(pk=1).update(cluster=cluster)
    return cluster


# A restore to a point in time keeps the identifier and begins another timeline.
CLUSTER = """
SELECT system_identifier || '-' || timeline_id FROM pg_control_system(), pg_control_checkpoint()
"""


def _position(cursor: str, cluster: str) -> tuple[str, int]:
    if not cursor:
        return "0", 0
    known, _, position = cursor.partition(".")
    xid, _, id = position.partition(".")
    if known != cluster or not (xid.isdecimal() and id.isdecimal() and len(xid) < 21 and len(id) < 19):
        raise CursorExpired(cursor)
    return xid, int(id)
