"""When something last looked for what is due: so that a beat that stands still is seen without it."""

import datetime as dt

from django.db import connections

from authoring.models import SchedulerTurn
from cms.databases import WRITE

STANDS_STILL_AFTER = dt.timedelta(minutes=3)


def note() -> None:
    """Note that due changes are being looked for. Written every ten seconds, however often it is called."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO authoring_schedulerturn AS turn (id, looked_at) VALUES (1, statement_timestamp())
            ON CONFLICT (id) DO UPDATE SET looked_at = excluded.looked_at
            WHERE turn.looked_at < excluded.looked_at - interval '10 seconds'
            """
        )


def still_for(*, now: dt.datetime) -> dt.timedelta | None:
    """For how long nobody has looked; None if somebody does, or nobody ever did."""
    turn = SchedulerTurn.objects.first()
    quiet = now - turn.looked_at if turn else dt.timedelta()
    return quiet if quiet > STANDS_STILL_AFTER else None
