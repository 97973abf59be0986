"""Deleting articles, and the page of those that were deleted: who, when, until when, and the way back."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from authoring.admin import preview, routes, words
from authoring.models import Article
from authoring.services import people, rights, trash
from authoring.services.refusals import REFUSALS, reason
from authoring.services.texts import text_of

PER_PAGE = 50
MOST = 1000
"""How many articles one click may bring back or delete."""


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below."""
    at = routes.Routes(model_admin, routes.writers)
    return [
        at("trash/", listed, "trash"),
        at("trash/restore/", restore, "untrash", "POST"),
        at("trash/delete/", delete, "purge", "POST"),
        at("trash/<uuid:pk>/", look, "trashed"),
    ]


def mine(request: HttpRequest) -> QuerySet[Any]:
    """What is in the trash and this user may bring back."""
    own: QuerySet[Any] = rights.editable_by(request.user, trash.trashed())
    return own if rights.may_publish(request.user) else own.filter(published_at=None)


# --- Into it ---


def confirm(model_admin: Any, request: HttpRequest, chosen: Iterable[Article], back: str) -> HttpResponse:
    """Say what deleting does, and ask."""
    rows = list(chosen)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Delete",
        "opts": model_admin.model._meta,
        "articles": rows,
        "live": [row for row in rows if row.is_live],
        "planned": [row for row in rows if getattr(row, "next_publish_at", None)],
        "days": settings.TRASH_DAYS,
        "back": back,
    }
    return render(request, "authoring/trash_confirm.html", context)


def put(model_admin: Any, request: HttpRequest, chosen: Iterable[Article]) -> None:
    """Put articles into the trash. Each that stays says why; the others can be had back with one click."""
    gone = [row for row in chosen if _done(request, row, lambda row: trash.put(
        row.pk, now=timezone.now(), by=request.user
    ))]  # fmt: skip
    if gone:
        model_admin.message_user(request, _undo(request, gone), messages.SUCCESS)


def where_it_is(request: HttpRequest, pk: str) -> HttpResponse | None:
    """The way to the trash for whoever asks for an article that lies there."""
    try:
        article = mine(request).filter(pk=uuid.UUID(pk)).first()
    except ValueError:
        return None
    if article is None:
        return None
    kept = (
        " What you typed is kept in this browser and offered again then." if request.method == "POST" else ""
    )
    messages.warning(request, f"“{article}” is in the trash. Restore it to go on writing.{kept}")
    return _to_trash()


# --- In it ---


def listed(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """What was deleted, the latest first."""
    rows = mine(request).select_related("latest_revision", "trashed_by").order_by("-trashed_at", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Trash",
        "opts": model_admin.model._meta,
        "page": page,
        "rows": [_row(article) for article in page],
        "days": settings.TRASH_DAYS,
        "may_purge": rights.may_purge(request.user),
    }
    return render(request, "authoring/trash.html", context)


def look(model_admin: Any, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What the article said last."""
    article = get_object_or_404(mine(request).select_related("latest_revision"), pk=pk)
    return preview.response(request, text_of(article.latest_revision), article)


def restore(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Bring the articles `article` back; a single one is opened."""
    back = [row for row in _chosen(request) if _done(request, row, lambda row: trash.restore(
        row.pk, by=request.user
    ))]  # fmt: skip
    if not back:
        messages.warning(request, "Nothing of that is in the trash.")
        return _to_trash()
    if len(back) == 1:
        messages.success(request, f"“{back[0]}” is back, as a draft: readers do not see it.")
        return redirect(reverse("admin:authoring_article_change", args=[back[0].pk]))
    messages.success(request, f"{len(back)} articles are back, as drafts: readers do not see them.")
    return _to_trash()


def delete(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Forget the articles `article` for ever, once that was asked and answered."""
    if "post" not in request.POST:
        return _sure(model_admin, request)
    gone = [row for row in _chosen(request) if _done(request, row, lambda row: trash.delete(
        row.pk, by=request.user
    ))]  # fmt: skip
    if gone:
        name = f"“{gone[0]}” is" if len(gone) == 1 else f"{len(gone)} articles are"
        messages.success(request, f"{name} deleted for ever.")
    return _to_trash()


def _sure(model_admin: Any, request: HttpRequest) -> HttpResponse:
    chosen = _chosen(request)
    if not chosen:
        return _to_trash()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Delete for ever",
        "opts": model_admin.model._meta,
        "articles": chosen,
        "public": [row for row in chosen if row.published_at],
    }
    return render(request, "authoring/trash_delete.html", context)


def _chosen(request: HttpRequest) -> list[Any]:
    try:
        keys = [uuid.UUID(key) for key in request.POST.getlist("article")[:MOST]]
    except ValueError as error:
        raise Http404 from error
    return list(mine(request).filter(pk__in=keys).select_related("latest_revision"))


def _done(request: HttpRequest, row: Any, act: Callable[[Any], object]) -> bool:
    try:
        act(row)
    except REFUSALS as error:
        messages.error(request, f"“{row}”: {reason(error)}")
        return False
    return True


def _row(article: Any) -> dict[str, Any]:
    return {
        "article": article,
        "when": words.ago(article.trashed_at),
        "by": people.name_of(article.trashed_by),
        "until": words.moment(trash.kept_until(article)),
        "was_public": article.published_at is not None,
    }


def _undo(request: HttpRequest, gone: list[Article]) -> SafeString | str:
    """The message, with a button that takes it back."""
    told = f"“{gone[0]}” is in the trash" if len(gone) == 1 else f"{len(gone)} articles are in the trash"
    told += f" for {settings.TRASH_DAYS} days."
    if len(gone) > PER_PAGE:  # a message is no place for thousands of keys
        return told
    keys = format_html_join(
        "", '<input type="hidden" name="article" value="{}">', ((row.pk,) for row in gone)
    )
    return format_html(
        '<form method="post" action="{}" class="undo">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}'
        '<span>{}</span> <button class="plain-button small">Undo</button></form>',
        reverse("admin:authoring_article_untrash"),
        get_token(request),
        keys,
        told,
    )


def _to_trash() -> HttpResponse:
    return redirect(reverse("admin:authoring_article_trash"))
