"""What goes out: plain JSON values."""

from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework.response import Response

from authoring.models import (
    Article,
    Author,
    Comment,
    Picture,
    PlainPage,
    Review,
    Revision,
    ScheduledChange,
    Site,
    Tag,
)
from authoring.services import overview, people
from authoring.services.comments import Thread
from cms import pictures
from cms.events import Picture as Shown


def etag(article: Article) -> str:
    """Changes with every save and with every version."""
    number = article.latest_revision.number if article.latest_revision else 0
    return f'"{number}-{article.version}"'


def article(pk: UUID, status: int = 200) -> Response:
    """The answer about one article, as it is now."""
    row = overview.overview().get(pk=pk)
    revision = row.latest_revision
    whole = {**card(row), **_text(revision)}
    return Response(whole, status=status, headers={"ETag": etag(row)})


def card(row: Any) -> dict[str, Any]:
    """An article of `overview` without its text."""
    return {
        "id": row.pk,
        "status": row.status,
        "version": row.version,
        "revision": row.latest_revision.number,
        "title": row.latest_revision.title,
        "slug": row.latest_revision.slug,
        "language": row.latest_revision.language,
        "url": overview.public_url(row),
        "published_at": row.published_at,
        "changed_at": row.changed_at,
        "withdrawn_at": row.withdrawn_at,
        "created_at": row.created_at,
        "saved_at": row.latest_revision.created_at,
        "next_publish_at": row.next_publish_at,
        "visible_after_ms": round(row.visible_after.total_seconds() * 1000) if row.visible_after else None,
        "refusal": row.refusal or "",
    }


def accepted(pk: UUID, version: int) -> Response:
    """202: readers will see this version."""
    article = Article.objects.get(pk=pk)
    return Response({"version": version, "url": settings.SITE_URL + article.path}, status=202)


def revision_card(revision: Revision) -> dict[str, Any]:
    """A revision without its text."""
    return {
        "number": revision.number,
        "title": revision.title,
        "slug": revision.slug,
        "created_at": revision.created_at,
        "created_by": revision.created_by.get_username() if revision.created_by else None,
        "autosaved": revision.autosaved,
    }


def revision(revision: Revision) -> dict[str, Any]:
    """A revision, whole."""
    return {**revision_card(revision), **_text(revision)}


def change(change: ScheduledChange) -> dict[str, Any]:
    """A scheduled change and what became of it."""
    return {
        "id": change.pk,
        "action": change.action,
        "revision": change.revision.number if change.revision else None,
        "due_at": change.due_at,
        "zone": change.zone,
        "created_at": change.created_at,
        "done_at": change.done_at,
        "cancelled_at": change.cancelled_at,
        "failed_at": change.failed_at,
        "failure": change.failure,
    }


def review(row: Review) -> dict[str, Any]:
    """A review and what became of it; an open one has no decision."""
    return {
        "id": row.pk,
        "revision": row.revision.number,
        "requested_by": _name(row.requested_by),
        "reviewers": sorted(user.get_username() for user in row.reviewers.all()),
        "message": row.message,
        "created_at": row.created_at,
        "decision": row.decision or None,
        "answer": row.answer,
        "decided_by": _name(row.decided_by),
        "decided_at": row.decided_at,
    }


def comment(row: Comment) -> dict[str, Any]:
    """A comment; `thread` is the one that it answers."""
    return {
        "id": row.pk,
        "thread": row.thread_id,
        "revision": row.revision.number,
        "quote": row.quote,
        "position": row.position if row.quote else None,
        "body": row.body,
        "created_by": _name(row.created_by),
        "created_at": row.created_at,
        "resolved_by": _name(row.resolved_by),
        "resolved_at": row.resolved_at,
    }


def thread(thread: Thread) -> dict[str, Any]:
    """A comment with its replies."""
    return {**comment(thread.first), "replies": [comment(row) for row in thread.replies]}


def colleague(user: Any) -> dict[str, str]:
    """Somebody who works here."""
    return {"person": user.get_username(), "name": people.name_of(user)}


def named(row: Tag | Author) -> dict[str, Any]:
    """A tag or an author."""
    return {
        "id": row.pk,
        "version": row.version,
        "name": row.name,
        "slug": row.slug,
        "description": row.description,
        "picture": row.picture_id,
        "url": overview.named_url(row),
    }


def page(row: PlainPage) -> dict[str, Any]:
    """A plain page."""
    return {
        "id": row.pk,
        "version": row.version,
        "title": row.title,
        "slug": row.slug,
        "body": row.body,
        "language": row.language,
        "is_live": row.is_live,
        "changed_at": row.changed_at,
        "url": overview.page_url(row),
    }


def site(row: Site) -> dict[str, Any]:
    """The publication itself."""
    names = ("version", "name", "description", "navigation", "footer", "accent", "accent_dark")
    return {**{name: getattr(row, name) for name in names}, "logo": row.logo_id}


def picture(row: Picture) -> dict[str, Any]:
    """A picture; `src` is what a Markdown body names."""
    shown = Shown(digest=row.digest, width=row.width, height=row.height, widths=tuple(row.widths))
    facts = pictures.facts(shown) or {}
    words = {"alt": row.alt, "credit": row.credit, "focus": [row.focus_x, row.focus_y]}
    return {"id": row.pk, "name": row.name, **facts, **words}


def _name(user: Any) -> str | None:
    return str(user.get_username()) if user else None


def _text(revision: Revision) -> dict[str, Any]:
    return {
        "summary": revision.summary,
        "body": revision.body,
        "language": revision.language,
        "tags": revision.tags,
        "authors": revision.authors,
        "hero": revision.hero_id,
        "translation": revision.translation,
        "canonical": revision.canonical,
        "social_title": revision.social_title,
        "noindex": revision.noindex,
    }
