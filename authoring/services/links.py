"""Preview links: a page of a draft for somebody without an account, until it expires or is revoked."""

import datetime as dt
import secrets
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet

from authoring.models import Action, Article, PreviewLink, Revision
from authoring.services import articles, audit, rights, tokens
from authoring.services.articles import NoSuchArticle
from authoring.services.rights import User
from authoring.services.texts import line_problems
from cms.databases import WRITE

NOTE_LENGTH = 100
LONGEST = dt.timedelta(days=366)


@transaction.atomic(using=WRITE)
def make(
    article_id: UUID,
    *,
    note: str,
    expires_at: dt.datetime,
    now: dt.datetime,
    by: User | None = None,
    revision_number: int | None = None,
) -> tuple[PreviewLink, str]:
    """A link to an article as it is (or to one of its revisions) and its token, which can never be told again.

    Raises `Forbidden`, `NoSuchArticle`, and `ValidationError` on `note` and `expires_at`.
    """
    article = articles.lock(article_id)
    rights.require_edit(by, article)
    _check(note, expires_at, now=now)
    token = secrets.token_urlsafe(24)
    link = PreviewLink.objects.create(
        article=article,
        revision=_numbered(article, revision_number),
        digest=tokens.digest(token),
        note=note,
        expires_at=expires_at,
        created_by=by,
    )
    audit.record_article(
        Action.LINKED,
        article,
        by=by,
        revisions=(None, revision_number),
        note=f"{note}, until {expires_at:%Y-%m-%d}",
    )
    return link, token


@transaction.atomic(using=WRITE)
def revoke(article_id: UUID, link_id: int, *, now: dt.datetime, by: User | None = None) -> bool:
    """Let a link of the article lead nowhere from now on. False if it was revoked before, or is another's.

    Raises `Forbidden` and `NoSuchArticle`.
    """
    article = articles.lock(article_id)
    rights.require_edit(by, article)
    link = PreviewLink.objects.filter(article=article, pk=link_id, revoked_at=None).first()
    if link is None:
        return False
    link.revoked_at = now
    link.save(update_fields=["revoked_at"])
    audit.record_article(Action.REVOKED, article, by=by, note=f"Preview link: {link.note}")
    return True


def usable(article: Article, *, now: dt.datetime) -> QuerySet[PreviewLink]:
    """The links of an article that lead somewhere, newest first."""
    return PreviewLink.objects.filter(article=article, revoked_at=None, expires_at__gt=now).order_by("-pk")


def follow(token: str, *, now: dt.datetime) -> tuple[Article, Revision] | None:
    """Where a token leads; None if it is wrong, has expired or was revoked, or its article is in the trash.

    One look-up by the token's digest, whatever is the matter: how long it takes tells nothing.
    """
    wanted = PreviewLink.objects.filter(
        digest=tokens.digest(token), revoked_at=None, expires_at__gt=now, article__trashed_at=None
    )
    link = wanted.select_related("article__latest_revision", "revision").first()
    if link is None:
        return None
    shown = link.revision or link.article.latest_revision
    return (link.article, shown) if shown else None


def note_use(token: str, *, now: dt.datetime) -> None:
    """Count that somebody opened the link."""
    link = PreviewLink.objects.filter(digest=tokens.digest(token))
    link.update(last_used_at=now, used=F("used") + 1)


def _numbered(article: Article, number: int | None) -> Revision | None:
    if number is None:
        return None
    found = article.revisions.filter(number=number).first()
    if found is None:
        raise NoSuchArticle(f"“{article}” has no revision {number}.")
    return found


def _check(note: str, expires_at: dt.datetime, *, now: dt.datetime) -> None:
    errors = {"note": line_problems(note, limit=NOTE_LENGTH)}
    if expires_at <= now:
        errors["expires_at"] = ["This time is past."]
    elif expires_at > now + LONGEST:
        errors["expires_at"] = ["A link is good for a year at most."]
    if any(errors.values()):
        raise ValidationError({name: messages for name, messages in errors.items() if messages})
