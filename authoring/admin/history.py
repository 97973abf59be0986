"""The revisions of an article: a list, two side by side, and going back to one."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from authoring.admin import audit, conflict, presence, values, words
from authoring.admin.saving import reason
from authoring.models import Article, Revision
from authoring.services import diffing, history, people
from authoring.services.articles import NoSuchArticle
from authoring.services.texts import Text, text_of

PER_PAGE = 50


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below."""

    def view(function: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @never_cache
        def bound(request: HttpRequest, pk: uuid.UUID, **kwargs: Any) -> HttpResponse:
            article = get_object_or_404(model_admin.get_queryset(request), pk=pk)
            if not model_admin.has_change_permission(request, article):
                raise PermissionDenied
            return function(model_admin, request, article, **kwargs)

        wrapped: Callable[..., HttpResponse] = model_admin.admin_site.admin_view(bound)
        return wrapped

    return [
        path("<uuid:pk>/log/", require_GET(view(audit.of_article)), name="authoring_article_log"),
        path("<uuid:pk>/revisions/", require_GET(view(revisions)), name="authoring_article_revisions"),
        path("<uuid:pk>/presence/", require_POST(view(presence.beat)), name="authoring_article_presence"),
        path(
            "<uuid:pk>/settle/<int:number>/",
            require_GET(view(conflict.settle)),
            name="authoring_article_settle",
        ),
        path("<uuid:pk>/compare/", require_GET(view(compare)), name="authoring_article_compare"),
        path(
            "<uuid:pk>/restore/<int:number>/", require_POST(view(restore)), name="authoring_article_restore"
        ),
    ]


def revisions(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """Who saved what and when, newest first."""
    rows = article.revisions.select_related("created_by").defer("body").order_by("-number")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    changed = history.changed(article.pk, [row.number for row in page])
    listed = [_row(article, row, *changed.get(row.number, (None, []))) for row in page]
    return _render(model_admin, request, article, "revisions", title="Revisions", page=page, rows=listed)


def compare(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """Two revisions, `?from=` and `?to=`, side by side or in one text (`?view=inline`)."""
    before, after = (_revision(article, request.GET.get(name, "")) for name in ("from", "to"))
    context = {
        "title": f"Revisions {before.number} and {after.number}",
        "sides": [_side(article, one) for one in (before, after)],
        "inline": request.GET.get("view") == "inline",
        "fields": fields(text_of(before), text_of(after), article.pk),
        "rows": diffing.rows(before.body, after.body) if before.body != after.body else [],
    }
    return _render(model_admin, request, article, "compare", **context)


def restore(model_admin: Any, request: HttpRequest, article: Article, number: int) -> HttpResponse:
    """Save the text of revision `number` as the newest."""
    try:
        made = history.restore(article.pk, number, by=request.user)
    except NoSuchArticle as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, reason(error))
    else:
        messages.success(request, f"Revision {number} is back, as revision {made.number}.")
    return redirect(reverse("admin:authoring_article_change", args=[article.pk]))


def _render(
    model_admin: Any, request: HttpRequest, article: Article, name: str, **context: Any
) -> HttpResponse:
    common = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.model._meta,
        "media": model_admin.media,
        "article": article,
    }
    return render(request, f"authoring/{name}.html", {**common, **context})


def _row(article: Article, row: Revision, base: int | None, changed: list[str]) -> dict[str, Any]:
    return {**_side(article, row), "base": base, "changed": values.listed(changed)}


def _side(article: Article, row: Revision) -> dict[str, Any]:
    return {
        "number": row.number,
        "by": people.name_of(row.created_by),
        "when": words.ago(row.created_at),
        "exact": words.moment(row.created_at),
        "autosaved": row.autosaved,
        "set_aside": row.set_aside,
        "is_live": row.pk == article.live_revision_id,
        "is_latest": row.pk == article.latest_revision_id,
    }


def _revision(article: Article, number: str) -> Revision:
    if not (number.isdecimal() and len(number) < 10):
        raise Http404
    try:
        return history.revision(article, int(number))
    except NoSuchArticle as error:
        raise Http404 from error


def fields(before: Text, after: Text, article_id: uuid.UUID) -> list[tuple[str, diffing.Row]]:
    """What differs but the body, in words."""
    return [
        (
            values.LABELS[name],
            diffing.words(
                *(values.shown(name, getattr(one, name), article_id=article_id) for one in (before, after))
            ),
        )
        for name in values.differing(before, after)
        if name != "body"
    ]
