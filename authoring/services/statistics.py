"""Figures that a look tells better than a table: what is published week by week, and how soon readers see it."""

import datetime as dt
from dataclasses import dataclass

from django.db import connections
from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.utils import timezone

from authoring.models import Article
from cms.databases import WRITE

WEEKS = 26
DAYS = 30


@dataclass(frozen=True, slots=True)
class Day:
    """How long readers waited for what was published on a day: of half of it, of 95 in 100, at most."""

    day: dt.date
    half: dt.timedelta
    most: dt.timedelta
    count: int


def publications_per_week(*, now: dt.datetime, weeks: int = WEEKS) -> list[tuple[dt.date, int]]:
    """The Mondays of the last `weeks`, this one last, and how many articles readers first saw in each.

    Weeks begin in the site's zone.
    """
    today = timezone.localtime(now).date()
    monday = today - dt.timedelta(days=today.weekday())
    mondays = [monday - dt.timedelta(weeks=number) for number in reversed(range(weeks))]
    since = timezone.make_aware(dt.datetime.combine(mondays[0], dt.time.min))
    published = Article.objects.filter(published_at__gte=since, published_at__lte=now)
    counted = published.annotate(week=TruncWeek("published_at")).values("week").annotate(count=Count("pk"))
    found = {timezone.localtime(row["week"]).date(): row["count"] for row in counted.order_by()}
    return [(day, found.get(day, 0)) for day in mondays]


def visible_after(*, now: dt.datetime, days: int = DAYS) -> list[Day]:
    """How long readers waited, by the day of the change (in the site's zone); days without a change are left out."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            VISIBLE, {"zone": timezone.get_current_timezone_name(), "since": now - dt.timedelta(days=days)}
        )
        return [
            Day(day, dt.timedelta(seconds=half), dt.timedelta(seconds=most), count)
            for day, half, most, count in cursor.fetchall()
        ]


VISIBLE = """
SELECT (created_at AT TIME ZONE %(zone)s)::date AS day,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM applied_at - created_at)),
       percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM applied_at - created_at)),
       count(*)
FROM authoring_outboxmessage WHERE created_at >= %(since)s AND applied_at IS NOT NULL
GROUP BY day ORDER BY day
"""
