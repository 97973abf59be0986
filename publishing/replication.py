"""How far the log of the read database has come, and up to where every replica shows what it says."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections

from cms.databases import READ

CONNECT: dict[str, Any] = {
    "connect_timeout": 2,
    "tcp_user_timeout": 2000,
    "options": "-c statement_timeout=1000",
}

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
    if not settings.REPLICAS:
        return None
    try:
        rows = [_replayed(url) for url in settings.READ_REPLICA_URLS]
    except psycopg.Error:
        return None
    if any(position is None for position, _ in rows):
        return None
    return Shown(min(position for position, _ in rows), max(at for _, at in rows))


def _replayed(url: str) -> tuple[int, dt.datetime]:
    # Not through the pool: that one waits for a replica that is down, and says so every second.
    with psycopg.connect(url, autocommit=True, **CONNECT) as connection:
        row: tuple[int, dt.datetime] | None = connection.execute(REPLICA).fetchone()
        assert row  # noqa: S101  one row, always
        return row
