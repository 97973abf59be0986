"""Changes at a time: found by a scan of the table with the database's clock, never by a timer."""

import datetime as dt
import logging
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import OperationalError, connections, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from authoring.models import Action, Article, Release, ReleaseChange, Revision, ScheduledChange
from authoring.services import approval, articles, audit, notifying, rights
from authoring.services.refusals import origin, reason
from authoring.services.rights import User
from authoring.services.zones import zone_of
from cms.databases import WRITE

logger = logging.getLogger(__name__)

BATCH = 50
OVERDUE_AFTER = dt.timedelta(minutes=1)
"""How late something may be before that is told: the scheduler looks every few seconds."""

FURTHEST = dt.timedelta(days=36_525)
"""How far ahead a change may lie. Times near the year 10000 cannot be told in every zone, nor be read again."""


@transaction.atomic(using=WRITE)
def schedule(
    article_id: UUID,
    *,
    action: str,
    due_at: dt.datetime,
    zone: str,
    now: dt.datetime,
    revision_id: int | None = None,
    by: User | None = None,
) -> ScheduledChange:
    """Publish a revision (the newest, unless named) or withdraw, at `due_at`.

    Raises `ValidationError` on `due_at` for a time that is past or more than a hundred years ahead, on
    `action` and `zone` for unknown ones; `Forbidden` and `NotApproved`.
    """
    rights.require(by, rights.PUBLISH)
    article = articles.lock(article_id)
    if action not in ScheduledChange.Action.values:
        raise ValidationError({"action": f"Unknown action “{action}”."})
    zone_of(zone)
    check_moment(due_at, now=now)
    revision: Revision | None = None
    if action == ScheduledChange.Action.PUBLISH:
        revision = article.latest_revision if revision_id is None else _revision(article, revision_id)
    if revision:
        approval.require(article, revision, by=by)
    change = ScheduledChange.objects.create(
        article=article, action=action, revision=revision, due_at=due_at, zone=zone, created_by=by
    )
    _record(Action.SCHEDULED, change, by=by)
    return change


def check_moment(due_at: dt.datetime, *, now: dt.datetime) -> None:
    """Raise `ValidationError` on `due_at` for a time that is past or more than a hundred years ahead."""
    if due_at <= now:
        raise ValidationError({"due_at": "This time is past."})
    if due_at > now + FURTHEST:
        raise ValidationError({"due_at": "This time is more than a hundred years ahead."})


@transaction.atomic(using=WRITE)
def move(change_id: int, *, due_at: dt.datetime, zone: str, now: dt.datetime, by: User | None = None) -> bool:
    """Let a change that waits, or failed, happen at another time. False if it was done or cancelled before.

    Raises `ValidationError` and `Forbidden` as `schedule` does.
    """
    rights.require(by, rights.PUBLISH)
    zone_of(zone)
    check_moment(due_at, now=now)
    _lock(change_id)
    moved = _open(change_id).update(due_at=due_at, zone=zone, failed_at=None, failure="") == 1
    if moved:
        _record(Action.MOVED, ScheduledChange.objects.get(pk=change_id), by=by)
    return moved


@transaction.atomic(using=WRITE)
def cancel(change_id: int, *, now: dt.datetime, by: User | None = None) -> bool:
    """Cancel a change that waits, or lay one aside that failed. False if it was done or cancelled before.

    Raises `Forbidden`.
    """
    rights.require(by, rights.PUBLISH)
    _lock(change_id)
    cancelled = _open(change_id).update(cancelled_at=now) == 1
    if cancelled:
        _record(Action.CANCELLED, ScheduledChange.objects.get(pk=change_id), by=by)
    return cancelled


def cancel_all(article: Article, *, now: dt.datetime) -> None:
    """Cancel whatever waits or failed, of an article that the caller has locked: nothing can be tried again."""
    open_changes = ScheduledChange.objects.filter(article=article, done_at=None, cancelled_at=None)
    open_changes.update(cancelled_at=now, failed_at=None)


@transaction.atomic(using=WRITE)
def retry(change_id: int, *, by: User | None = None) -> bool:
    """Let a change that failed wait again: it is due at once. False if it did not fail.

    Raises `Forbidden`.
    """
    rights.require(by, rights.PUBLISH)
    _lock(change_id)
    retried = failed().filter(pk=change_id).update(failed_at=None, failure="") == 1
    if retried:
        _record(Action.RETRIED, ScheduledChange.objects.get(pk=change_id), by=by)
    return retried


def publish_due(*, limit: int = BATCH) -> int:
    """Do what is due, for at most `limit` articles, in one transaction. Returns how many changes it did.

    What is due after a release that is due as well waits for that release (`releases.go_due`).

    Articles are locked, not changes: all that is due on one article happens in order and at once, so
    that a publish and a withdrawal that both came due during an outage never show the article between
    them. Whoever runs this at the same time takes other articles.
    """
    with audit.through("scheduler"), transaction.atomic(using=WRITE):
        now = database_now()
        due = articles.lockable(skip_locked=True).filter(Exists(_due(now).filter(article=OuterRef("pk"))))
        locked = {article.pk: article for article in due[:limit]}
        changes = _due(now).filter(article__in=locked).select_related("revision", "created_by")
        done = [change.pk for change in changes.order_by("due_at", "pk") if _do(change, locked, now=now)]
        ScheduledChange.objects.filter(pk__in=done).update(done_at=now)
        return len(done)


def database_now() -> dt.datetime:
    """The write database's clock: machines may disagree, the database does not."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: dt.datetime = cursor.fetchone()[0]
        return moment


def waiting() -> QuerySet[ScheduledChange]:
    """Changes that are still to happen."""
    return ScheduledChange.objects.filter(done_at=None, cancelled_at=None, failed_at=None)


def failed() -> QuerySet[ScheduledChange]:
    """Changes that failed, and that nobody laid aside."""
    return ScheduledChange.objects.filter(failed_at__isnull=False, done_at=None, cancelled_at=None)


def overdue() -> QuerySet[ScheduledChange]:
    """What waits although it was due `OVERDUE_AFTER` ago: nobody scans."""
    return waiting().filter(due_at__lt=Now() - OVERDUE_AFTER)


def waiting_releases() -> QuerySet[Release]:
    """Releases that are to go out at a time."""
    return Release.objects.filter(done_at=None, cancelled_at=None, failed_at=None, due_at__isnull=False)


def _due(now: dt.datetime) -> QuerySet[ScheduledChange]:
    """What is due and not to follow a release that is due as well."""
    release = waiting_releases().filter(pk=OuterRef("release"), due_at__lt=OuterRef(OuterRef("due_at")))
    first = ReleaseChange.objects.filter(Exists(release), article=OuterRef("article"))
    return waiting().filter(~Exists(first), due_at__lte=now)


def _open(change_id: int) -> QuerySet[ScheduledChange]:
    return ScheduledChange.objects.filter(pk=change_id, done_at=None, cancelled_at=None)


def _lock(change_id: int) -> None:
    """Lock the article of a change: whoever does what is due on it has done so, or will see what comes next."""
    owner = ScheduledChange.objects.filter(pk=change_id).values("article")
    list(Article.with_trash.select_for_update(no_key=True, of=("self",)).filter(pk__in=owner))


def _do(change: ScheduledChange, locked: dict[UUID, Article], *, now: dt.datetime) -> bool:
    article = locked[change.article_id]
    try:
        with transaction.atomic(using=WRITE):
            if change.revision:
                articles.publish_locked(article, change.revision, now=now, by=change.created_by)
            else:
                articles.withdraw_locked(article, now=now, by=change.created_by)
    except OperationalError:
        raise
    except Exception as error:  # one bad article must not stop the others: whatever it is, it stays visible
        logger.error(
            "scheduled change %s of article %s failed: %s", change.pk, change.article_id, origin(error)
        )
        failure = reason(error)
        ScheduledChange.objects.filter(pk=change.pk).update(failed_at=now, failure=failure)
        _record(Action.FAILED, change, by=change.created_by, note=failure)
        concerned = [change.created_by_id, article.created_by_id]
        notifying.tell(concerned, notifying.Kind.FAILED, article, by=None, text=failure)
        # What was set before it failed is true of the object alone.
        locked[article.pk] = articles.lock(article.pk)
        return False
    return True


def _record(action: Action, change: ScheduledChange, *, by: User | None, note: str = "") -> None:
    number = change.revision.number if change.revision else None
    said = f"{change.get_action_display()} at {change.due_at:%Y-%m-%d %H:%M} UTC"
    note = f"{said}: {note}" if note else said
    audit.record_article(action, change.article, by=by, revisions=(None, number), note=note)


def _revision(article: Article, revision_id: int) -> Revision:
    revision = article.revisions.filter(pk=revision_id).first()
    if revision is None:
        raise ValidationError({"revision": f"This article has no revision {revision_id}."})
    return revision
