"""Who else has an article open: said by heartbeats, forgotten by itself, and locking nothing."""

import datetime as dt
from uuid import UUID

from django.db import connections, transaction

from authoring.models import Article, Presence
from authoring.services import people, rights
from authoring.services.rights import User
from cms.databases import WRITE

ABSENT_AFTER = dt.timedelta(seconds=60)


@transaction.atomic(using=WRITE)
def note(article_id: UUID, *, by: User) -> None:
    """`by` has the article open now. Rows of the same writer from before a day ago are forgotten."""
    rights.require_edit(by, Article.objects.get(pk=article_id))
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO authoring_presence (article_id, user_id, seen_at) VALUES (%s, %s, statement_timestamp())
            ON CONFLICT (article_id, user_id) DO UPDATE SET seen_at = excluded.seen_at
            """,
            [article_id, by.pk],
        )
        cursor.execute(
            "DELETE FROM authoring_presence WHERE user_id = %s AND seen_at < statement_timestamp() - interval '1 day'",
            [by.pk],
        )


def others(article_id: UUID, *, than: User, now: dt.datetime) -> list[tuple[str, int]]:
    """Who else has it open, and how many seconds ago they were heard of; the latest first."""
    rows = Presence.objects.filter(article=article_id, seen_at__gt=now - ABSENT_AFTER).exclude(user=than)
    return [
        (
            people.name_of(row.user),
            max(0, int((now - row.seen_at).total_seconds())),
        )
        for row in rows.select_related("user").order_by("-seen_at", "user")
    ]
