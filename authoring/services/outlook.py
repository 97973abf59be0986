"""What goes out next, and what should have gone out: scheduled changes and releases together."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from authoring.models import Release, ReleaseChange, ScheduledChange
from authoring.services import releases, rights, scheduling
from authoring.services.calendar import sees_releases
from authoring.services.rights import User
from authoring.services.scheduling import OVERDUE_AFTER


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A scheduled change, a release, or what a release does to one article."""

    title: str
    said: str
    due_at: dt.datetime | None
    zone: str
    article: UUID | None = None
    change: int | None = None
    release: int | None = None
    failed_at: dt.datetime | None = None
    failure: str = ""


def ahead(*, by: User, most: int) -> list[Due]:
    """What goes out next, of articles that `by` may edit. What is overdue is none of it."""
    soon = Q(due_at__gte=Now() - OVERDUE_AFTER)
    changes = _own(scheduling.waiting().filter(soon), by).order_by("due_at", "pk")[:most]
    bundles = releases.waiting().filter(soon).order_by("due_at", "pk")
    return sorted(_told(changes, bundles, by=by, most=most), key=attrgetter("due_at"))[:most]


def troubles(*, by: User, most: int) -> list[Due]:
    """What failed and what is overdue, of articles that `by` may edit: the oldest first."""
    late = _own(scheduling.failed() | scheduling.overdue(), by).order_by("due_at", "pk")[:most]
    bundles = releases.failed() | releases.overdue()
    found = _told(late, bundles.order_by(F("due_at").asc(nulls_last=True), "pk"), by=by, most=most)
    return sorted(found, key=_moment)[:most]


def counts() -> dict[str, int]:
    """How many changes and releases failed, and how many are overdue."""
    return {
        "failed": scheduling.failed().count() + releases.failed().count(),
        "overdue": scheduling.overdue().count() + releases.overdue().count(),
    }


def _moment(row: Any) -> Any:
    return row.due_at or row.failed_at


def _told(
    changes: Iterable[ScheduledChange], bundles: QuerySet[Release], *, by: User, most: int
) -> list[Due]:
    found = [_of_change(change) for change in changes]
    if sees_releases(by):
        return found + [_of_release(release) for release in bundles[:most]]
    chosen = ReleaseChange.objects.filter(release__in=bundles.order_by(), article__trashed_at=None)
    parts = _own(chosen, by)
    return found + [_of_part(part) for part in parts.select_related("release").order_by("pk")[:most]]


def _own(rows: Any, by: User) -> Any:
    if rows.model is ScheduledChange:
        rows = rows.select_related("article__latest_revision").defer("article__latest_revision__body")
    return rows if rights.may_publish(by) else rows.filter(article__in=rights.editable_by(by).values("pk"))


def _of_change(change: ScheduledChange) -> Due:
    return Due(
        title=str(change.article),
        said=change.get_action_display(),
        due_at=change.due_at,
        zone=change.zone,
        article=change.article_id,
        change=change.pk,
        failed_at=change.failed_at,
        failure=change.failure,
    )


def _of_release(release: Release) -> Due:
    return Due(
        title=release.name,
        said="Release",
        due_at=release.due_at,
        zone=release.zone,
        release=release.pk,
        failed_at=release.failed_at,
        failure=release.failure,
    )


def _of_part(part: ReleaseChange) -> Due:
    release = part.release
    return Due(
        title=part.title,
        said=f"{part.get_action_display()} with “{release}”",
        due_at=release.due_at,
        zone=release.zone,
        article=part.article_id,
        failed_at=release.failed_at,
        failure=part.failure or release.failure,
    )
