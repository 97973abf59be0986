"""Releases: named bundles of changes to many articles, put together here (`releasing` lets them go out).

Whatever changes one raises `Forbidden` for who may not publish.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from authoring.models import Action, Article, Release, ReleaseChange, ScheduledChange
from authoring.services import audit, rights, scheduling
from authoring.services.refusals import Refusal
from authoring.services.rights import User
from authoring.services.texts import OVERRIDE, UNPRINTABLE, line_problems
from authoring.services.zones import zone_of
from cms.databases import WRITE

MOST = 500
"""How many articles a release may change: they go out in one transaction, which holds their writers up."""

NAME_LENGTH, NOTE_LENGTH = 200, 2000


class NoSuchRelease(LookupError):
    """There is no release with that key."""


class Settled(Refusal):
    """The release went out or was cancelled: it does not change any more."""


@transaction.atomic(using=WRITE)
def create(*, name: str, note: str = "", by: User | None = None) -> Release:
    """An empty release that goes out when somebody says so. Raises `ValidationError` by field."""
    rights.require(by, rights.PUBLISH)
    _check(name, note)
    release = Release.objects.create(name=name, note=note, created_by=by)
    record(Action.CREATED, release, by=by)
    return release


@transaction.atomic(using=WRITE)
def describe(release_id: int, *, name: str, note: str, by: User | None = None) -> Release:
    """Give it another name and note. Raises `ValidationError` by field."""
    rights.require(by, rights.PUBLISH)
    _check(name, note)
    release = lock_open(release_id)
    release.name, release.note = name, note
    release.save(update_fields=["name", "note"])
    record(Action.SAVED, release, by=by)
    return release


@transaction.atomic(using=WRITE)
def schedule(
    release_id: int,
    *,
    due_at: dt.datetime | None,
    zone: str = "",
    now: dt.datetime,
    by: User | None = None,
) -> Release:
    """Let it go out at `due_at`, also if it failed before; None: when somebody says so.

    Raises `ValidationError` on `due_at` and `zone`.
    """
    rights.require(by, rights.PUBLISH)
    if due_at is not None:
        zone_of(zone)
        scheduling.check_moment(due_at, now=now)
    release = lock_open(release_id)
    release.due_at, release.zone = due_at, zone if due_at else ""
    release.scheduled_by = by if due_at else None
    release.failed_at, release.failure = None, ""
    release.save(update_fields=["due_at", "zone", "scheduled_by", "failed_at", "failure"])
    told = f"at {due_at:%Y-%m-%d %H:%M} UTC" if due_at else "when somebody says so"
    record(Action.SCHEDULED, release, by=by, note=told)
    return release


@transaction.atomic(using=WRITE)
def cancel(release_id: int, *, now: dt.datetime, by: User | None = None) -> None:
    """It will not go out. What it would have changed stays as it is."""
    rights.require(by, rights.PUBLISH)
    record(Action.CANCELLED, lock_open(release_id), by=by)
    Release.objects.filter(pk=release_id).update(cancelled_at=now)


@transaction.atomic(using=WRITE)
def add(release_id: int, article_ids: Iterable[UUID], *, action: str, by: User | None = None) -> int:
    """Let it publish the newest revisions of these articles, or withdraw them. Returns how many it holds.

    An article is in it once: what it should have done before is forgotten. Raises `ValidationError` on
    `action` and `articles`.
    """
    rights.require(by, rights.PUBLISH)
    if action not in ScheduledChange.Action.values:
        raise ValidationError({"action": f"Unknown action “{action}”."})
    release = lock_open(release_id)
    chosen = Article.objects.filter(pk__in=list(article_ids), latest_revision__isnull=False)
    changes = [_change(release, article, action) for article in chosen.select_related("latest_revision")]
    ReleaseChange.objects.bulk_create(
        changes,
        update_conflicts=True,
        unique_fields=["release", "article"],
        update_fields=["title", "action", "revision", "failure"],
    )
    record(Action.ADDED, release, by=by, note=_names(changes))
    held = release.changes.count()
    if held > MOST:
        raise ValidationError({"articles": f"A release holds at most {MOST} articles; this would be {held}."})
    return held


@transaction.atomic(using=WRITE)
def remove(release_id: int, change_id: int, *, by: User | None = None) -> bool:
    """Take a change out of it. False if it is not in there."""
    rights.require(by, rights.PUBLISH)
    release = lock_open(release_id)
    change = release.changes.filter(pk=change_id).first()
    if change is None:
        return False
    change.delete()
    record(Action.REMOVED, release, by=by, note=_names([change]))
    return True


@transaction.atomic(using=WRITE)
def take_newest(release_id: int, change_ids: Iterable[int] | None = None, *, by: User | None = None) -> int:
    """Let it publish what is the newest revision by now, of these changes or all. Returns how many differ."""
    rights.require(by, rights.PUBLISH)
    release = lock_open(release_id)
    changes = outdated(release).select_related("article__latest_revision")
    chosen: list[Any] = list(changes if change_ids is None else changes.filter(pk__in=list(change_ids)))
    for change in chosen:
        change.revision, change.failure = change.article.latest_revision, ""
        change.title = change.article.latest_revision.title
    ReleaseChange.objects.bulk_update(chosen, ["revision", "failure", "title"])
    record(Action.SAVED, release, by=by, note=f"newest revisions: {_names(chosen)}")
    return len(chosen)


def outdated(release: Release) -> QuerySet[ReleaseChange]:
    """Changes that publish a revision that is not the newest any more."""
    publishes = release.changes.filter(action=ScheduledChange.Action.PUBLISH, article__isnull=False)
    return publishes.exclude(revision=F("article__latest_revision"))


def lock_open(release_id: int) -> Release:
    """The release, locked until the end of the transaction. Raises `NoSuchRelease` and `Settled`."""
    release = Release.objects.select_for_update(of=("self",)).filter(pk=release_id).first()
    if release is None:
        raise NoSuchRelease(str(release_id))
    if not release.is_open:
        raise Settled(f"“{release}” {'went out' if release.done_at else 'was cancelled'} already.")
    return release


def record(action: Action, release: Release, *, by: User | None, note: str = "") -> None:
    """Tell the audit log what was done to a release."""
    audit.record(action, kind="release", key=release.pk, title=release.name, by=by, note=note)


def waiting() -> QuerySet[Release]:
    """Releases that are to go out at a time."""
    return scheduling.waiting_releases()


def failed() -> QuerySet[Release]:
    """Releases of which nothing went out, and that nobody cancelled or gave another time."""
    return Release.objects.filter(failed_at__isnull=False, done_at=None, cancelled_at=None)


def overdue() -> QuerySet[Release]:
    """What waits although it was due `OVERDUE_AFTER` ago."""
    return waiting().filter(due_at__lt=Now() - scheduling.OVERDUE_AFTER)


def open_ones() -> QuerySet[Release]:
    """Releases that can still change and go: the next to go first, those without a time last."""
    chosen = Release.objects.filter(done_at=None, cancelled_at=None)
    return chosen.order_by(F("due_at").asc(nulls_last=True), "name", "pk")


def _change(release: Release, article: Article, action: str) -> ReleaseChange:
    publishes = action == ScheduledChange.Action.PUBLISH
    return ReleaseChange(
        release=release,
        article=article,
        title=str(article),
        action=action,
        revision=article.latest_revision if publishes else None,
    )


def _names(changes: Iterable[ReleaseChange]) -> str:
    return ", ".join(f"{change.get_action_display().lower()} “{change.title}”" for change in changes)


def _check(name: str, note: str) -> None:
    errors = {"name": line_problems(name, limit=NAME_LENGTH)}
    if len(note) > NOTE_LENGTH:
        errors["note"] = [f"This has {len(note)} characters; at most {NOTE_LENGTH} are possible."]
    elif UNPRINTABLE.search(note) or OVERRIDE.search(note):
        errors["note"] = ["This contains a character that cannot be shown."]
    if any(errors.values()):
        raise ValidationError({field: problems for field, problems in errors.items() if problems})
