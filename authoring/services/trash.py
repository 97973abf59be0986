"""The trash: what is deleted is kept for some days, can be brought back, and then goes for ever."""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from authoring.models import Action, Article
from authoring.services import articles, audit, paths, rights, scheduling
from authoring.services.articles import NoSuchArticle
from authoring.services.rights import User
from cms.databases import WRITE
from cms.events import Kind


@transaction.atomic(using=WRITE)
def put(article_id: UUID, *, now: dt.datetime, by: User | None = None) -> Article:
    """Delete an article so that it can come back. Readers lose it at once; what is planned is cancelled.

    Its revisions and paths stay its own. Raises `NoSuchArticle` and `Forbidden`.
    """
    article = articles.lock(article_id)
    rights.require_trash(by, article)
    if article.is_live:
        articles.withdraw_locked(article, now=now, by=by)
    scheduling.cancel_all(article, now=now)
    article.trashed_at, article.trashed_by = now, by
    article.save(update_fields=["trashed_at", "trashed_by"])
    audit.record_article(Action.TRASHED, article, by=by)
    return article


@transaction.atomic(using=WRITE)
def restore(article_id: UUID, *, by: User | None = None) -> Article:
    """Bring an article back as a draft: not public, and nothing planned. Raises as `put` does."""
    article = _lock(article_id)
    rights.require_trash(by, article)
    article.trashed_at = article.trashed_by = None
    article.save(update_fields=["trashed_at", "trashed_by"])
    audit.record_article(Action.RECOVERED, article, by=by)
    return article


@transaction.atomic(using=WRITE)
def delete(article_id: UUID, *, by: User | None = None) -> None:
    """Forget an article of the trash and its revisions, for ever. Paths that were public stay reserved."""
    article = _lock(article_id)
    rights.require_purge(by)
    _forget(article, by=by)


def purge(*, limit: int = 50) -> int:
    """Forget up to `limit` articles that were in the trash for `TRASH_DAYS`. Returns how many."""
    with audit.through("scheduler"), transaction.atomic(using=WRITE):
        old = trashed().filter(trashed_at__lt=Now() - dt.timedelta(days=settings.TRASH_DAYS))
        rows = old.select_for_update(of=("self",), skip_locked=True).order_by("trashed_at")
        chosen = list(rows[:limit])
        for article in chosen:
            _forget(article, by=None)
    return len(chosen)


def trashed() -> QuerySet[Article]:
    """What is in the trash."""
    return Article.with_trash.filter(trashed_at__isnull=False)


def kept_until(article: Article) -> dt.datetime:
    """When an article of the trash goes for ever. Raises `NoSuchArticle` if it is not there."""
    if article.trashed_at is None:
        raise NoSuchArticle("This article is not in the trash any more.")
    return article.trashed_at + dt.timedelta(days=settings.TRASH_DAYS)


def _lock(article_id: UUID) -> Article:
    found = trashed().select_for_update(of=("self",)).filter(pk=article_id).first()
    if found is None:
        raise NoSuchArticle("This article is not in the trash any more.")
    return found


def _forget(article: Article, *, by: User | None) -> None:
    audit.record_article(Action.DELETED, article, by=by)
    paths.release(kind=Kind.ARTICLE, key=str(article.pk), never_public=article.version == 0)
    Article.with_trash.filter(pk=article.pk).delete()
