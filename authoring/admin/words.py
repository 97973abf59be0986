"""How states and times read in the admin."""

import datetime as dt
import zoneinfo
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil

from authoring.models import Release, ScheduledChange
from authoring.services import scheduling
from authoring.services.overview import Status

COLOURS = {
    Status.DRAFT: "default",
    Status.FUTURE: "info",
    Status.LIVE: "success",
    Status.CHANGED: "warning",
    Status.WITHDRAWN: "default",
    Status.OVERDUE: "danger",
    Status.FAILED: "danger",
    Status.REFUSED: "danger",
    Status.IN_REVIEW: "info",
    Status.CHANGES: "warning",
    Status.APPROVED: "success",
}


def status(article: Any) -> tuple[str, str]:
    """The status of an article of `overview` as key and label."""
    return article.status, Status(article.status).label


def seen(article: Any) -> str:
    """When readers could see the newest change of an article of `overview`; empty for a draft."""
    if article.refusal:
        return "refused"
    if article.is_owed:
        return "on its way…"
    if article.visible_after is not None:
        return f"{'gone ' if article.withdrawn_at else ''}after {duration(article.visible_after)}"
    return ""


def duration(took: dt.timedelta) -> str:
    """`84 ms`, `1.3 s`, `4 min`, `3 h`."""
    seconds = max(took.total_seconds(), 0)
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"


def ago(moment: dt.datetime | None) -> SafeString | str:
    """`3 hours ago`, or `in 3 hours`, with the exact time to hover over."""
    if moment is None:
        return ""
    now = timezone.now()
    told = (
        f"in {timeuntil(moment, now, depth=1)}" if moment > now else f"{timesince(moment, now, depth=1)} ago"
    )
    exact = timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S %Z")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, _soft(told))


def moment(at: dt.datetime) -> str:
    """A time on the site's clock: `24 Nov 2026, 18:12`."""
    local = timezone.localtime(at)
    return f"{local.day} {local:%b %Y, %H:%M}"


def _soft(told: str) -> str:
    return {"0\xa0minutes ago": "just now", "in 0\xa0minutes": "in a moment"}.get(told, told)


def at(moment: dt.datetime, zone: str) -> str:
    """A time as whoever chose it meant it: `1 Mar 2026, 09:00 Europe/Vienna`."""
    local = moment.astimezone(zoneinfo.ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M} {zone.replace('_', ' ')}"


def change_state(change: ScheduledChange) -> dict[str, Any]:
    """What became of a scheduled change: label, colour and when."""
    return _settled(change) or _waiting(change.due_at)


def release_state(release: Release) -> dict[str, Any]:
    """What became of a release: label, colour and when."""
    if settled := _settled(release):
        return settled
    if release.due_at is None:
        return {"label": "Open", "colour": "default", "moment": ""}
    return _waiting(release.due_at)


def _settled(row: ScheduledChange | Release) -> dict[str, Any] | None:
    for moment, label, colour in (
        (row.cancelled_at, "Cancelled", "default"),
        (row.done_at, "Done", "success"),
        (row.failed_at, "Failed", "danger"),
    ):
        if moment:
            return {"label": label, "colour": colour, "moment": ago(moment)}
    return None


def _waiting(due_at: dt.datetime) -> dict[str, Any]:
    overdue = due_at < timezone.now() - scheduling.OVERDUE_AFTER
    return {
        "label": "Overdue" if overdue else "Waiting",
        "colour": "danger" if overdue else "info",
        "moment": ago(due_at),
    }
