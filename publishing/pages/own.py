"""The pages that belong to one article or plain page: its HTML, its JSON, its redirects and tombstones."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.safestring import mark_safe

from cms import colours, rendering
from cms.events import Kind
from publishing.models import PublishedArticle, PublishedPlainPage, PublishedSite
from publishing.pages import cards, context, linked
from publishing.pages.context import SiteFacts
from publishing.pages.neighbours import Neighbours
from publishing.pages.store import CSS, JSON, Finished


def article_pages(article: PublishedArticle, *, site: SiteFacts, beside: Neighbours) -> list[Finished]:
    """The two documents of an article: a page with its neighbours, and JSON."""
    own = {"kind": Kind.ARTICLE, "key": article.key, "version": article.version}
    own["surrogate_keys"] = surrogate_keys(article)
    return [
        article_page(article, site=site, beside=beside),
        Finished(path=api_path(article.key), content=article_json(article), content_type=JSON, **own),  # type: ignore[arg-type]
    ]


def article_page(article: PublishedArticle, *, site: SiteFacts, beside: Neighbours) -> Finished:
    """The page of an article, as readers see it."""
    picture = _picture(article, site)
    return context.finish(
        "cms/article.html",
        {
            "site": site,
            "page": context.page_facts(
                article.path,
                title=article.title,
                description=article.summary,
                language=article.language,
                kind="article",
                noindex=article.noindex,
                canonical=article.canonical,
                social_title=article.social_title,
            ),
            "article": article_facts(article),
            "previous": beside.older,
            "next": beside.newer,
            "translations": beside.translations,
            "related": beside.related,
            "json_ld": [
                linked.article(article, site=site, picture=picture),
                linked.breadcrumbs(article, site=site),
            ],
            "picture": picture,
        },
        kind=Kind.ARTICLE,
        key=article.key,
        version=article.version,
        beside=str(beside),
        surrogate_keys=surrogate_keys(article),
    )


def _picture(article: PublishedArticle, site: SiteFacts) -> dict[str, Any] | None:
    """The picture by which it is shared: its card, or its hero where no card can be written."""
    if card := cards.card(article, site):
        src = cards.path(article.key, card)
        return {"src": src, "width": cards.WIDTH, "height": cards.HEIGHT, "alt": article.title}
    return article.hero


def surrogate_keys(article: PublishedArticle) -> str:
    """What the documents of an article show: itself, and the names of its tags and authors."""
    tags = [f"tag-{key}" for key in article.tag_keys]
    return " ".join([f"article-{article.key}", *tags, *(f"author-{key}" for key in article.author_keys)])


def article_facts(article: PublishedArticle) -> dict[str, Any]:
    """An article as `cms/article.html` shows it."""
    return {
        "title": article.title,
        "summary": article.summary,
        "html": mark_safe(article.html),  # noqa: S308  sanitized when the projector rendered it
        "contents": rendering.contents(article.html, minutes=article.minutes),
        "path": article.path,
        "language": article.language,
        "published_at": article.published_at,
        "updated_at": article.updated_at,
        "show_updated": article.updated_at - article.published_at > dt.timedelta(days=1),
        "tags": article.tags,
        "authors": article.authors,
        "hero": article.hero,
        "minutes": article.minutes,
        "version": article.version,
    }


def article_json(article: PublishedArticle) -> bytes:
    """An article as the API answers it."""
    return json.dumps(api_article(article), ensure_ascii=False).encode()


def api_article(article: PublishedArticle) -> dict[str, Any]:
    """The whole of an article, as JSON values."""
    return {**api_card(article), "html": article.html}


def api_card(article: Any) -> dict[str, Any]:
    """An article, or what is known of it in a list, as the API lists it."""
    site = settings.SITE_URL
    return {
        "id": article.key,
        "version": article.version,
        "url": site + article.path,
        "path": article.path,
        "title": article.title,
        "summary": article.summary,
        "language": article.language,
        "published_at": _moment(article.published_at),
        "updated_at": _moment(article.updated_at),
        "reading_minutes": article.minutes,
        "tags": [_reference(tag, site) for tag in article.tags],
        "authors": [_reference(author, site) for author in article.authors],
        "hero": article.hero,
    }


def _moment(at: dt.datetime) -> str:
    """As JavaScript writes it. Encoders would do so one way in stored documents, and another in lists."""
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds").replace("+00:00", "Z")


def api_path(key: str) -> str:
    return f"/api/v1/articles/{key}/"


def plain_page(page: PublishedPlainPage, *, site: SiteFacts) -> Finished:
    """A plain page, such as About."""
    facts = {"title": page.title, "html": mark_safe(page.html)}  # noqa: S308  sanitized by the projector
    head = context.page_facts(page.path, title=page.title, language=page.language, kind="page")
    return context.finish(
        "cms/plain_page.html",
        {"site": site, "page": head, "plain_page": facts},
        kind=Kind.PAGE,
        key=page.key,
        version=page.version,
        surrogate_keys=f"page-{page.key}",
    )


def style_sheets(site: PublishedSite) -> list[Finished]:
    """The colours of the site, as a sheet of its own: a few bytes beside those that all sites share."""
    if not (rules := colours.rules(site.accent, site.accent_dark)):
        return []
    own = {"kind": Kind.SITE, "key": site.key, "version": site.version, "surrogate_keys": f"site-{site.key}"}
    return [Finished(path=context.STYLE, content=rules.encode(), content_type=CSS, **own)]  # type: ignore[arg-type]


def redirects(paths: Iterable[str], *, to: str, kind: str, key: str, version: int) -> list[Finished]:
    """Former paths answer 301."""
    own = {"kind": kind, "key": key, "version": version, "surrogate_keys": f"{kind}-{key}"}
    return [Finished(path=path, status=301, location=to, **own) for path in paths]  # type: ignore[arg-type]


def tombstones(paths: Iterable[str], *, kind: str, key: str, version: int) -> list[Finished]:
    """Paths of what was withdrawn answer 410. The page server has the words: they are the same everywhere."""
    own = {"kind": kind, "key": key, "version": version, "surrogate_keys": f"{kind}-{key}"}
    return [Finished(path=path, status=410, **own) for path in paths]  # type: ignore[arg-type]


def _reference(reference: dict[str, str], site: str) -> dict[str, str]:
    path = reference["path"]
    return {"slug": path.rstrip("/").rpartition("/")[2], "name": reference["name"], "url": site + path}
