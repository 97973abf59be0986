"""Everything planned between two moments, and what went out: three queries, however much it is."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from authoring.models import Article, Release, ReleaseChange, ScheduledChange
from authoring.services import rights
from authoring.services.rights import User
from authoring.services.scheduling import OVERDUE_AFTER

MOST = 1000
"""Of each sort of entry."""


class What(StrEnum):
    """What happens: an update publishes a revision of an article that readers know already."""

    PUBLISH = "publish"
    UPDATE = "update"
    WITHDRAW = "withdraw"
    RELEASE = "release"


class State(StrEnum):
    """What became of it."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the calendar.

    It stands at `at`: when it happened, or else when it is due. `zone` is that in which the time was chosen,
    `change` the key of a scheduled change, `size` how many articles a release holds.
    """

    at: dt.datetime
    due_at: dt.datetime | None = None
    zone: str = ""
    what: What
    state: State
    title: str
    article: UUID | None = None
    change: int | None = None
    release: int | None = None
    bundle: str = ""
    size: int = 0
    failure: str = ""
    done_at: dt.datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can still be moved."""
        return self.state != State.DONE


def entries(start: dt.datetime, end: dt.datetime, *, by: User, now: dt.datetime) -> list[Entry]:
    """What happens from `start` until before `end`, in order: of articles that `by` may edit, and releases.

    Who may not see releases as a whole sees what they do to their own articles.
    """
    window = (start, end)
    planned = list(_changes(window, by=by, now=now))
    planned += _releases(window, now=now) if sees_releases(by) else _parts(window, by=by, now=now)
    told = {entry.done_at for entry in planned if entry.done_at}
    by_hand = [entry for entry in _by_hand(window, by=by) if entry.at not in told]
    return sorted(planned + by_hand, key=attrgetter("at", "title"))


def sees_releases(user: User) -> bool:
    """Whether `user` sees releases as a whole: they tell of everybody's articles."""
    return bool(user.has_perm("authoring.view_scheduledchange"))


def state_of(row: Any, *, now: dt.datetime) -> State:
    """What became of a scheduled change or a release."""
    if row.done_at:
        return State.DONE
    if row.failed_at:
        return State.FAILED
    return State.OVERDUE if row.due_at and row.due_at < now - OVERDUE_AFTER else State.WAITING


Window = tuple[dt.datetime, dt.datetime]


def _within(column: str, window: Window) -> Q:
    return Q(**{f"{column}__gte": window[0], f"{column}__lt": window[1]})


def _changes(window: Window, *, by: User, now: dt.datetime) -> Iterator[Entry]:
    rows: Any = ScheduledChange.objects.filter(
        _of_window(window), cancelled_at=None, article__trashed_at=None
    )
    rows = _own(rows, by).select_related("article__latest_revision").defer("article__latest_revision__body")
    for change in rows.order_by("due_at", "pk")[:MOST]:
        yield Entry(
            what=_what(change, change.article, change.done_at),
            title=str(change.article),
            article=change.article_id,
            change=change.pk,
            **_when(change, now=now),
        )


def _releases(window: Window, *, now: dt.datetime) -> Iterator[Entry]:
    rows = Release.objects.filter(_of_window(window), cancelled_at=None).annotate(size=Count("changes"))
    for release in rows.order_by("due_at", "pk")[:MOST]:
        yield Entry(
            what=What.RELEASE,
            title=release.name,
            size=release.size,
            release=release.pk,
            **_when(release, now=now),
        )


def _parts(window: Window, *, by: User, now: dt.datetime) -> Iterator[Entry]:
    """What releases do to the articles of somebody who does not see releases."""
    rows: Any = ReleaseChange.objects.filter(
        _of_window(window, "release__"), release__cancelled_at=None, article__trashed_at=None
    )
    rows = _own(rows, by).select_related("release", "article")
    for part in rows.order_by("release__due_at", "pk")[:MOST]:
        yield Entry(
            what=_what(part, part.article, part.release.done_at),
            title=part.title,
            article=part.article_id,
            bundle=part.release.name,
            **_when(part.release, now=now, failure=part.failure),
        )


def _by_hand(window: Window, *, by: User) -> Iterator[Entry]:
    columns = {"published_at": What.PUBLISH, "changed_at": What.UPDATE, "withdrawn_at": What.WITHDRAW}
    updated = Q(_within("changed_at", window), live_revision__isnull=False)
    within = _within("published_at", window) | _within("withdrawn_at", window) | updated
    rows = rights.editable_by(by, Article.objects.filter(within)).select_related("latest_revision")
    for article in rows.defer("latest_revision__body").order_by("-changed_at")[:MOST]:
        moments = {column: getattr(article, column) for column in columns}
        if moments["changed_at"] == moments["published_at"]:
            del moments["changed_at"]
        for column, moment in moments.items():
            if moment and window[0] <= moment < window[1]:
                yield Entry(
                    at=moment,
                    what=columns[column],
                    state=State.DONE,
                    title=str(article),
                    article=article.pk,
                    done_at=moment,
                )


def _own(rows: Any, by: User) -> Any:
    return rows if rights.may_publish(by) else rows.filter(article__in=rights.editable_by(by).values("pk"))


def _of_window(window: Window, prefix: str = "") -> Q:
    """What went out then, and what was to go out then and did not yet."""
    planned = Q(**{f"{prefix}done_at": None}) & _within(f"{prefix}due_at", window)
    return planned | _within(f"{prefix}done_at", window)


def _when(row: Any, *, now: dt.datetime, failure: str = "") -> dict[str, Any]:
    """Time, zone and state of a scheduled change or a release."""
    return {
        "at": row.done_at or row.due_at,
        "due_at": row.due_at,
        "zone": row.zone,
        "state": state_of(row, now=now),
        "failure": failure or row.failure,
        "done_at": row.done_at,
    }


def _what(change: Any, article: Article, done_at: dt.datetime | None) -> What:
    if change.action == ScheduledChange.Action.WITHDRAW:
        return What.WITHDRAW
    if done_at:
        first = article.published_at is None or article.published_at >= done_at
        return What.PUBLISH if first else What.UPDATE
    return What.UPDATE if article.is_live else What.PUBLISH
