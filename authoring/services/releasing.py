"""Releases go out: all that one changes in one transaction, or nothing of it."""

import datetime as dt
import logging
from uuid import UUID

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from authoring.models import Action, Article, Release, ReleaseChange, ScheduledChange
from authoring.services import articles, audit, notifying, releases, rights, scheduling
from authoring.services.refusals import REFUSALS, origin, reason
from authoring.services.rights import User
from cms.databases import WRITE

logger = logging.getLogger(__name__)

TOLD = 5
"""Of how many articles a notice says why they cannot go out; the release's page says all."""

Failures = dict[int, str]
"""By the key of the change, why it cannot be done."""


class _Undone(Exception):
    """Nothing of it stands."""

    def __init__(self, failures: Failures) -> None:
        super().__init__()
        self.failures = failures


def go(release_id: int, *, now: dt.datetime, by: User | None = None) -> Failures:
    """Let the release go out now, whatever its time, also if it failed before. Returns why it did not.

    Raises `NoSuchRelease`, `Settled` and `Forbidden`.
    """
    rights.require(by, rights.PUBLISH)
    with transaction.atomic(using=WRITE):
        return _go(releases.lock_open(release_id), now=now, by=by, watching=by)


def go_due() -> bool:
    """Let one release go out that is due, in the order of their times. False if there is none.

    What is due before it on one of its articles comes first; whoever runs this at the same time takes others.
    """
    with audit.through("scheduler"), transaction.atomic(using=WRITE):
        now = scheduling.database_now()
        release = _next(now).select_for_update(of=("self",), skip_locked=True).first()
        if release is None:
            return False
        _go(release, now=now, by=release.created_by, watching=None)
        return True


def rehearse(release_id: int, *, now: dt.datetime, by: User | None = None) -> Failures:
    """Do everything that the release would, and take it back. Returns why it would not go out."""
    rights.require(by, rights.PUBLISH)
    with transaction.atomic(using=WRITE):
        release = releases.lock_open(release_id)
        try:
            with transaction.atomic(using=WRITE):
                _change_all(release, now=now, by=by)
                raise _Undone({})
        except _Undone as undone:
            return undone.failures


def _next(now: dt.datetime) -> QuerySet[Release]:
    """The release that is due first, unless something on one of its articles comes before it."""
    mine = {"article__release_changes__release": OuterRef("pk")}
    before = Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk"))
    change = scheduling.waiting().filter(**mine, due_at__lte=OuterRef("due_at"))
    release = releases.waiting().filter(before, **{f"changes__{path}": pk for path, pk in mine.items()})
    due = releases.waiting().filter(~Exists(change), ~Exists(release), due_at__lte=now)
    return due.order_by("due_at", "pk")


def _go(release: Release, *, now: dt.datetime, by: User | None, watching: User | None) -> Failures:
    """As `go`, in the caller's transaction, which has locked the release. Who is watching sees what comes of it."""
    try:
        with transaction.atomic(using=WRITE):
            _change_all(release, now=now, by=by)
    except _Undone as undone:
        told = _note_failure(release, undone.failures, now=now, by=by)
        notifying.tell_of_release(
            [release.created_by_id, release.scheduled_by_id], release, by=watching, text=told
        )
        return undone.failures
    Release.objects.filter(pk=release.pk).update(done_at=now, failed_at=None, failure="")
    releases.record(Action.RELEASED, release, by=by)
    return {}


def _change_all(release: Release, *, now: dt.datetime, by: User | None) -> None:
    """Change every article of it. Raises `_Undone` with all reasons that could be found."""
    changes = list(release.changes.select_related("revision").order_by("article_id", "pk"))
    locked = _lock([change.article_id for change in changes if change.article_id])
    failures: Failures = {}
    for change in changes:
        try:
            change.version = _do(change, locked, now=now, by=by)
        except OperationalError:
            raise
        except Exception as error:  # whatever it is, it is told beside its article
            level = logging.WARNING if isinstance(error, REFUSALS) else logging.ERROR
            logger.log(level, "release %s: article %s: %s", release.pk, change.article_id, origin(error))
            failures[change.pk] = reason(error)
            if isinstance(error, DatabaseError):  # this transaction can ask nothing more
                break
    if failures or not changes:
        raise _Undone(failures)
    ReleaseChange.objects.filter(release=release).update(failure="")
    ReleaseChange.objects.bulk_update(changes, ["version"])


def _lock(keys: list[UUID]) -> dict[UUID, Article]:
    """These articles, locked in one order for everybody: two releases wait for each other, and never in a ring."""
    rows = articles.lockable().filter(pk__in=keys).order_by("pk")
    return {article.pk: article for article in rows}


def _do(change: ReleaseChange, locked: dict[UUID, Article], *, now: dt.datetime, by: User | None) -> int:
    article = locked.get(change.article_id) if change.article_id else None
    if article is None:
        raise articles.NoSuchArticle("It is in the trash." if change.article_id else "It was deleted.")
    if change.action == ScheduledChange.Action.WITHDRAW:
        return articles.withdraw_locked(article, now=now, by=by)
    if change.revision is None:
        raise articles.NoSuchArticle("The revision that was chosen was deleted.")
    return articles.publish_locked(article, change.revision, now=now, by=by)


def _note_failure(release: Release, failures: Failures, *, now: dt.datetime, by: User | None) -> str:
    """Write down why it did not go out. Returns it, with the first reasons."""
    told = "It holds no articles."
    if failures:
        told = (
            f"{len(failures)} of its articles cannot go out."
            if len(failures) > 1
            else "One of its articles cannot go out."
        )
    Release.objects.filter(pk=release.pk).update(failed_at=now, failure=told)
    releases.record(Action.FAILED, release, by=by, note=told)
    changes = list(release.changes.all())
    for change in changes:
        change.failure = failures.get(change.pk, "")
    ReleaseChange.objects.bulk_update(changes, ["failure"])
    reasons = [f"“{change.title}”: {change.failure}" for change in changes if change.failure]
    return "\n".join([told, *reasons[:TOLD], *(["…"] if len(reasons) > TOLD else [])])
