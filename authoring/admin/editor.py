"""What the editor asks while somebody writes: how it will look, what to mend, and to keep what was typed."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, reverse

from authoring.admin import preview, review_page, routes
from authoring.admin.forms import ArticleForm, initial
from authoring.models import Article, Author, Picture, Revision, Site
from authoring.services import autosaving, checklist, comments, passages, slugs
from authoring.services.refusals import reason
from authoring.services.texts import Text
from cms import colours, rendering
from cms.lettering import is_writable
from cms.policy import csp_of
from cms.rendering import Rendered, excerpt

SCRIPTS = tuple(
    f"authoring/{name}.js"
    for name in ("typing", "pasting", "picturing", "previewing", "autosaving", "editor")
)
"""The scripts of the editor, in the order in which they need each other."""


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below, each for a new article and for one that exists."""
    at = routes.Routes(model_admin, _let_in)
    return [
        at("look/", look, "look_new", "POST"),
        at("autosave/", autosave, "autosave_new", "POST"),
        at("<uuid:pk>/look/", look, "look", "POST"),
        at("<uuid:pk>/autosave/", autosave, "autosave", "POST"),
        at("<uuid:pk>/discard/", discard, "discard", "POST"),
    ]


def _let_in(model_admin: Any, request: HttpRequest, given: dict[str, Any]) -> tuple[Any, ...]:
    return request, article_to_edit(model_admin, request, given.pop("pk", None))


def article_to_edit(model_admin: Any, request: HttpRequest, pk: uuid.UUID | None) -> Article | None:
    """The article, if this user may change it; None for a new one, if they may add one."""
    if pk is None:
        if not model_admin.has_add_permission(request):
            raise PermissionDenied
        return None
    article: Article = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    if not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    return article


def look(request: HttpRequest, article: Article | None) -> JsonResponse:
    """What stands in the form as readers and search engines would see it, and what is worth a look."""
    text = _typed(request, article)
    pk = article.pk if article else None
    try:
        body = passages.rendered(text)
    except rendering.Unrenderable as error:
        body = Rendered("", "", (), 0)
        found, page = [checklist.Warning("body", str(error))], ""
    else:
        found, page = checklist.warnings(text, body, article_id=pk), _page(text, article, body)
    return JsonResponse(
        {
            "page": page,
            # A page that has no address says itself what it may load; who may frame it cannot be said so.
            "policy": csp_of(page).partition("; frame-ancestors")[0],
            "words": body.words,
            "minutes": preview.minutes(body),
            "slug": slugs.suggest(text.title, language=text.language, article_id=pk),
            "warnings": [{"field": one.field, "sentence": one.sentence} for one in found],
            **_cards(text, body),
        }
    )


def autosave(request: HttpRequest, article: Article | None) -> JsonResponse:
    """Keep what was typed. The first time, a new article begins with it, and the answer says where it is."""
    text = _typed(request, article)
    try:
        if article is None:
            began = autosaving.begin(text, by=request.user)
            return JsonResponse({"number": 1, "article": str(began.pk), **addresses(began)})
        kept = autosaving.autosave(
            article.pk,
            text,
            by=request.user,
            based_on=_number(request, "revision"),
            replaces=_number(request, "replaces"),
        )
    except ValidationError as error:
        return JsonResponse({"error": reason(error)}, status=400)
    return JsonResponse({"number": kept.number})


def discard(request: HttpRequest, article: Article | None) -> JsonResponse:
    """Forget what this user typed and never saved by hand."""
    if article:
        autosaving.discard(article.pk, by=request.user)
    return JsonResponse({})


def addresses(article: Article | None) -> dict[str, str]:
    """Where the editor asks about an article; None is a new one."""
    names = {"look_url": "look", "autosave_url": "autosave"}
    if article is None:
        return {key: reverse(f"admin:authoring_article_{name}_new") for key, name in names.items()}
    names |= {"discard_url": "discard", "preview_url": "preview", "change_url": "change"}
    return {key: reverse(f"admin:authoring_article_{name}", args=[article.pk]) for key, name in names.items()}


def rights_to_pictures(request: HttpRequest) -> dict[str, bool]:
    """Whether this user may upload pictures and look through the library, for the templates of forms."""
    asked = {"may_upload": "add_picture", "may_browse": "view_picture"}
    return {name: request.user.has_perm(f"authoring.{right}") for name, right in asked.items()}


def left_behind(request: HttpRequest, article: Article) -> dict[str, Any] | None:
    """What this user typed and never saved by hand, as the fields of the form have it; None if nothing."""
    kept = autosaving.unsaved(article, by=request.user)
    if kept is None:
        return None
    return {
        "fields": _fields(kept),
        "revision": kept.based_on,
        "at": round(kept.created_at.timestamp() * 1000),
    }


def _typed(request: HttpRequest, article: Article | None) -> Text:
    return ArticleForm(request.POST, instance=article or Article()).unfinished()


def _page(text: Text, article: Article | None, body: Rendered) -> str:
    page = passages.shown(text, body)
    threads = comments.place(comments.threads(article), page) if article else []
    return review_page.frame(text, article, page, threads, body)


def _cards(text: Text, body: Rendered) -> dict[str, dict[str, str]]:
    """How a search engine and a message would show it."""
    site, hero = preview.site(), Picture.objects.filter(pk=text.hero).first() if text.hero else None
    description = text.summary or excerpt(body.text)
    return {
        "search": {
            "title": f"{text.title} · {site['name']}",
            "address": preview.address(text),
            "description": description,
        },
        "social": {
            "title": text.social_title or text.title,
            "description": description,
            "site": site["name"],
            "picture": "" if is_writable(text.title) else preview.picture_source(hero),
        },
        "card": _card(text, site["name"]),
    }


def _card(text: Text, site: str) -> dict[str, str]:
    """What is written on the picture by which it is shared (publishing draws it); nothing where there is none."""
    row = Site.objects.first()
    accent = (row and row.accent) or colours.ACCENT
    if not is_writable(text.title):
        return {"title": "", "byline": "", "site": "", "accent": accent}
    found = Author.objects.in_bulk(list(text.authors))
    names = ", ".join(found[key].name for key in text.authors if key in found)
    return {
        "title": text.title,
        "byline": names if is_writable(names) else "",
        "site": site if is_writable(site) else "",
        "accent": accent,
    }


def _fields(revision: Revision) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in initial(revision).items():
        values = value if isinstance(value, list) else [getattr(value, "pk", value)]
        if name == "noindex":
            values = ["on"] if value else []
        found[name] = [str(one if one is not None else "") for one in values]
    del found["revision"]
    return found


def _number(request: HttpRequest, name: str) -> int | None:
    typed = request.POST.get(name, "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None
