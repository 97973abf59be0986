"""How far the log of the read database has come, and up to where every replica shows what it says."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections

from cms.databases import READ

PRIMARY = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"

REPLICA = "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint, clock_timestamp()"


@dataclass(frozen=True, slots=True)
class Shown:
    """Every replica shows what was committed up to `position`, a number of bytes in the log; seen at `at`."""

    position: int
    at: dt.datetime


def position() -> int | None:
    """The position of all that is committed by now; None where there are no replicas."""
    if not settings.REPLICAS:
        return None
    with connections[READ].cursor() as cursor:
        cursor.execute(PRIMARY)
        return int(cursor.fetchone()[0])


def shown_everywhere() -> Shown | None:
    """None where there are no replicas, or one of them does not answer or is none."""
    rows = [_replayed(alias) for alias in settings.REPLICAS]
    found = [Shown(*row) for row in rows if row and row[0] is not None]
    if not rows or len(found) < len(rows):
        return None
    return Shown(min(one.position for one in found), max(one.at for one in found))


def _replayed(alias: str) -> tuple[int, dt.datetime] | None:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(REPLICA)
            row: tuple[int, dt.datetime] = cursor.fetchone()
            return row
    except (OperationalError, InterfaceError):
        return None
