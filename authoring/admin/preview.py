"""An article as readers would see it: the same template and renderer, before anybody but staff may look."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from authoring.models import Article, Author, Picture, Site, Tag
from authoring.services import announcing, paths
from authoring.services.passages import rendered
from authoring.services.texts import Text
from cms import colours, pictures, rendering
from cms.policy import csp_of

WORDS_PER_MINUTE = 220


def response(request: HttpRequest, text: Text, article: Article | None = None) -> HttpResponse:
    """The page of `text`, never stored and never indexed."""
    answer = render(request, "cms/article.html", context(text, article))
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    page = answer.content.decode()
    answer["Content-Security-Policy"] = csp_of(page, script_src="'self'", frame_ancestors="'self'")
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def minutes(body: rendering.Rendered) -> int:
    """How long it takes to read."""
    return max(1, round(body.words / WORDS_PER_MINUTE))


def context(text: Text, article: Article | None, *, body: rendering.Rendered | None = None) -> dict[str, Any]:
    """What `cms/article.html` shows; `body` is its rendered text. Raises `Unrenderable`."""
    path = paths.article_path(text.language, text.slug)
    return {
        "preview": True,
        "site": site(),
        "page": {
            "title": text.title,
            "description": text.summary,
            "path": path,
            "language": text.language,
            "kind": "article",
            "noindex": True,
        },
        "article": {
            **facts(text, body or rendered(text)),
            "path": path,
            "published_at": article and article.published_at,
        },
    }


def address(text: Text) -> str:
    """Where readers will find it."""
    return settings.SITE_URL + paths.article_path(text.language, text.slug)


def picture_source(picture: Picture | None) -> str:
    """The address of what is shown of a picture; empty without one."""
    shown = pictures.facts(announcing.picture_state(picture))
    return str(shown["src"]) if shown else ""


def facts(text: Text, body: rendering.Rendered) -> dict[str, Any]:
    """An article as the template shows it."""
    hero = Picture.objects.filter(pk=text.hero).first() if text.hero else None
    return {
        "title": text.title,
        "summary": text.summary,
        "html": mark_safe(body.html),  # noqa: S308  sanitized by the renderer
        "contents": rendering.contents(body.html, minutes=minutes(body)),
        "language": text.language,
        "tags": _references(Tag, text.tags, "tags"),
        "authors": _references(Author, text.authors, "authors"),
        "hero": pictures.facts(announcing.picture_state(hero)),
        "minutes": minutes(body),
    }


def site() -> dict[str, Any]:
    """The site as its masthead and footer show it."""
    row = Site.objects.first() or Site(name="Imprint")
    return {
        "name": row.name,
        "description": row.description,
        "language": settings.LANGUAGE_CODE,
        "navigation": row.navigation,
        "footer_html": mark_safe(rendering.render(row.footer).html),  # noqa: S308  sanitized by the renderer
        "url": settings.SITE_URL,
        "logo": pictures.facts(announcing.picture_state(row.logo)),
        "accent": row.accent,
        "accent_dark": row.accent_dark,
        "rules": mark_safe(colours.rules(row.accent, row.accent_dark)),  # noqa: S308  checked when saved
    }


def _references(model: type[Tag | Author], keys: Iterable[Any], section: str) -> list[dict[str, str]]:
    found = model._default_manager.in_bulk(list(keys))
    return [
        {"name": found[key].name, "path": f"/{section}/{found[key].slug}/"} for key in keys if key in found
    ]
