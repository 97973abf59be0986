"""One thing done to many articles: one after the other, each in a transaction of its own, by whoever started it."""

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import OperationalError, connections, transaction
from django.db.models import Count, Q
from django.db.models.functions import Now

from authoring.models import Article, BulkItem, BulkJob
from authoring.services import articles, audit, rights, scheduling
from authoring.services.articles import NoSuchArticle
from authoring.services.refusals import REFUSALS, origin, reason
from authoring.services.rights import User
from authoring.services.texts import Text, text_of
from cms.databases import WRITE

logger = logging.getLogger(__name__)

Action = BulkJob.Action
Outcome = BulkItem.Outcome

MOST = 20_000
"""How many articles one job takes."""

"""What a service may say about an article; anything else is a fault of ours."""

UNUSED_AFTER, FORGOTTEN_AFTER = dt.timedelta(days=1), dt.timedelta(days=30)


@transaction.atomic(using=WRITE)
def choose(chosen: Iterable[tuple[UUID, str]], *, by: User) -> BulkJob:
    """A job of these articles (key and title) that is not started yet. Raises `ValidationError`."""
    rows = list(chosen)
    if not 0 < len(rows) <= MOST:
        raise ValidationError(f"Choose between one and {MOST:,} articles.")
    job = BulkJob.objects.create(created_by=by)
    items = [BulkItem(job=job, article_id=key, title=title or str(key)) for key, title in rows]
    BulkItem.objects.bulk_create(items, batch_size=2000)
    return job


@transaction.atomic(using=WRITE)
def start(job_id: int, *, action: str, options: Mapping[str, Any], now: dt.datetime) -> bool:
    """Let workers do it. `options` are plain JSON values. False if it was started before."""
    waiting = BulkJob.objects.filter(pk=job_id, started_at=None)
    return waiting.update(action=Action(action), options=dict(options), started_at=now) == 1


@transaction.atomic(using=WRITE)
def stop(job_id: int, *, now: dt.datetime) -> bool:
    """Do no more of it; what is done stays done. False if it does not run."""
    running = BulkJob.objects.filter(pk=job_id, started_at__isnull=False, finished_at=None)
    return running.update(finished_at=now, stopped_at=now) == 1


def work(*, seconds: float, now: Callable[[], dt.datetime]) -> bool:
    """Work on what is started for about `seconds`. True if there is more to do.

    Any number of workers may do so at once, and any of them may be killed: an article and its outcome are one
    transaction.
    """
    until = time.monotonic() + seconds
    for job in BulkJob.objects.filter(started_at__isnull=False, finished_at=None).order_by("pk"):
        while _work_one(job, now=now()):
            if time.monotonic() > until:
                return True
    return False


@contextmanager
def turn() -> Iterator[bool]:
    """Whether it is this worker's turn: one works on jobs at a time, so that the others are free for what is urgent.

    No article is done twice without it. Whoever is killed gives it back.
    """
    with connections[WRITE].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('imprint.bulk'))")
        (is_mine,) = cursor.fetchone()
    try:
        yield bool(is_mine)
    finally:
        if is_mine:
            with connections[WRITE].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('imprint.bulk'))")


def progress(job: BulkJob) -> dict[str, int]:
    """How many articles of a job there are, and how many by outcome; `waiting` are those without one."""
    counted = job.items.aggregate(
        total=Count("pk"), waiting=Count("pk", filter=Q(outcome="")),
        **{name: Count("pk", filter=Q(outcome=name)) for name in ("done", "unchanged", "refused")},
    )  # fmt: skip
    return {name: int(count) for name, count in counted.items()}


def forget() -> int:
    """Delete jobs that were never started, after a day, and those that ended, after a month. Returns how many."""
    unused = Q(started_at=None, created_at__lt=Now() - UNUSED_AFTER)
    old = BulkJob.objects.filter(unused | Q(finished_at__lt=Now() - FORGOTTEN_AFTER))
    return int(old.delete()[1].get("authoring.BulkJob", 0))


def _work_one(job: BulkJob, *, now: dt.datetime) -> bool:
    """Do the next article that nobody else is doing. False if there is none."""
    with audit.through("bulk"), transaction.atomic(using=WRITE):
        running = BulkJob.objects.filter(pk=job.pk, finished_at=None)
        if not running.exists():
            return False
        item = job.items.select_for_update(skip_locked=True).filter(outcome="").order_by("pk").first()
        if item is None:
            if not job.items.filter(outcome="").exists():
                running.update(finished_at=now)
            return False
        item.outcome, item.reason = _outcome(job, item, now=now)
        item.save(update_fields=["outcome", "reason"])
    return True


def _outcome(job: BulkJob, item: BulkItem, *, now: dt.datetime) -> tuple[Outcome, str]:
    try:
        with transaction.atomic(using=WRITE):
            return DEEDS[Action(job.action)](articles.lock(item.article_id), job, now)
    except OperationalError:
        raise
    except Exception as error:  # one bad article must not stop the others: whatever it is, it stays visible
        if not isinstance(error, REFUSALS):
            logger.error("bulk job %s, article %s: %s", job.pk, item.article_id, origin(error))
        return Outcome.REFUSED, reason(error)


def _publish(article: Article, job: BulkJob, now: dt.datetime) -> tuple[Outcome, str]:
    if article.is_live and not article.has_newer_draft:
        return Outcome.UNCHANGED, "Readers see the newest text already."
    version = articles.publish(article.pk, now=now, by=job.created_by)
    return Outcome.DONE, f"Version {version} is on its way to readers."


def _withdraw(article: Article, job: BulkJob, now: dt.datetime) -> tuple[Outcome, str]:
    if not article.is_live:
        return Outcome.UNCHANGED, "It is not public."
    articles.withdraw(article.pk, now=now, by=job.created_by)
    return Outcome.DONE, "It is leaving the site."


def _schedule(article: Article, job: BulkJob, now: dt.datetime) -> tuple[Outcome, str]:
    due_at = dt.datetime.fromisoformat(job.options["due_at"])
    change = scheduling.schedule(
        article.pk,
        action=job.options["action"],
        due_at=due_at,
        zone=job.options["zone"],
        now=now,
        by=job.created_by,
    )
    return Outcome.DONE, f"{change}."


def _add_tag(article: Article, job: BulkJob, now: dt.datetime) -> tuple[Outcome, str]:
    key = UUID(job.options["tag"])
    return _rewrite(
        article, job, now, lambda text: text if key in text.tags else replace(text, tags=(*text.tags, key))
    )


def _remove_tag(article: Article, job: BulkJob, now: dt.datetime) -> tuple[Outcome, str]:
    key = UUID(job.options["tag"])
    return _rewrite(
        article, job, now, lambda text: replace(text, tags=tuple(tag for tag in text.tags if tag != key))
    )


def _sign(article: Article, job: BulkJob, now: dt.datetime) -> tuple[Outcome, str]:
    key = UUID(job.options["author"])
    return _rewrite(article, job, now, lambda text: replace(text, authors=(key,)))


def _rewrite(
    article: Article, job: BulkJob, now: dt.datetime, change: Callable[[Text], Text]
) -> tuple[Outcome, str]:
    """Save the newest text with a change; readers get it at once if that is wished and they had the newest."""
    latest = article.latest_revision
    if latest is None:
        raise NoSuchArticle("This article has no text yet.")
    rights.require_edit(job.created_by, article)
    text = change(text_of(latest))
    if text == text_of(latest):
        return Outcome.UNCHANGED, "It is so already."
    was_newest = article.is_live and not article.has_newer_draft
    saved = articles.save_draft(article.pk, text, by=job.created_by)
    if job.options.get("publish") and was_newest:
        version = articles.publish(article.pk, now=now, by=job.created_by)
        return Outcome.DONE, f"Version {version} is on its way to readers."
    return Outcome.DONE, f"Saved as revision {saved.number}; readers do not see it yet."


DEEDS: Mapping[str, Callable[[Article, BulkJob, dt.datetime], tuple[Outcome, str]]] = {
    Action.PUBLISH: _publish,
    Action.WITHDRAW: _withdraw,
    Action.SCHEDULE: _schedule,
    Action.ADD_TAG: _add_tag,
    Action.REMOVE_TAG: _remove_tag,
    Action.SIGN: _sign,
}
