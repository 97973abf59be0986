"""The revisions of an article: a list, two side by side, and going back to one."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, reverse

from authoring.admin import audit, conflict, presence, routes, values, words
from authoring.models import Article, Revision
from authoring.services import diffing, history, people
from authoring.services.articles import NoSuchArticle
from authoring.services.refusals import reason
from authoring.services.texts import Text, text_of

PER_PAGE = 50


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below, and of others of one article."""
    at = routes.Routes(model_admin, routes.who_changes_it)
    return [
        at("<uuid:pk>/log/", audit.of_article, "log"),
        at("<uuid:pk>/revisions/", revisions, "revisions"),
        at("<uuid:pk>/presence/", presence.beat, "presence", "POST"),
        at("<uuid:pk>/settle/<int:number>/", conflict.settle, "settle"),
        at("<uuid:pk>/compare/", compare, "compare"),
        at("<uuid:pk>/restore/<int:number>/", restore, "restore", "POST"),
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
