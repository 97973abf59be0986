"""The pages that combine articles: home, tags, authors, archives."""

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe

from cms import rendering
from publishing import reading
from publishing.models import PublishedArticle
from publishing.pages import context, feeds, sitemaps, subjects
from publishing.pages.context import SITE_FEEDS, SiteFacts
from publishing.pages.related import CARD
from publishing.pages.store import Finished

PER_PAGE = 20
ALWAYS = ("/", "/archive/", "/tags/", "/authors/", *SITE_FEEDS, "/sitemap.xml", "/robots.txt")
"""The combined pages that exist before the first article."""

DEEP = re.compile(r"/page/[1-9]\d{0,5}/$")
NEWEST = ("-published_at", "-key")

Render = Callable[..., Finished | None]


def render(path: str, *, site: SiteFacts) -> Finished | None:
    """The combined page at `path`, or None where there is nothing to show."""
    for pattern, function in ROUTES:
        if match := pattern.fullmatch(path):
            given = {name: value for name, value in match.groupdict().items() if value is not None}
            page = function(path, site=site, **given)
            return page and replace(page, surrogate_keys=f"list {page.surrogate_keys}".rstrip())
    return None


def is_on_demand(path: str) -> bool:
    """Whether a path that is not stored may have a page: a list's later pages, and what always is."""
    return path in ALWAYS or (DEEP.search(path) is not None and any(p.fullmatch(path) for p, _ in ROUTES))


def cards() -> QuerySet[PublishedArticle]:
    """Articles as lists show them, newest first, without their bodies."""
    return PublishedArticle.objects.only(*CARD).order_by(*NEWEST)


def numbered(articles: QuerySet[PublishedArticle], path: str, number: int) -> dict[str, Any] | None:
    """One page of a list: its articles and the paths of the pages beside it. None beyond the end."""
    start = (number - 1) * PER_PAGE
    rows = list(articles[start : start + PER_PAGE + 1])
    if number > 1 and not rows:
        return None
    return {
        "articles": rows[:PER_PAGE],
        "page_number": number,
        "newer": None if number == 1 else path if number == 2 else f"{path}page/{number - 1}/",
        "older": f"{path}page/{number + 1}/" if len(rows) > PER_PAGE else None,
    }


def home(path: str, *, site: SiteFacts, page: str = "1") -> Finished | None:
    listed = numbered(cards(), "/", int(page))
    if listed is None:
        return None
    names: dict[str, Any] = {"heading": site.name, "description": site.description}
    return _list("publishing/home.html", path, site, listed, **names, kind="home")


def subject(path: str, *, site: SiteFacts, base: str, kind: str, page: str = "1") -> Finished | None:
    """The page of a tag or an author."""
    found = subjects.find(kind, base)
    listed = numbered(found.articles.only(*CARD).order_by(*NEWEST), base, int(page)) if found else None
    if found is None or listed is None:
        return None
    extra = {
        "intro_html": mark_safe(found.row.html) if found.row else "",  # noqa: S308  sanitized by the projector
        "picture": found.row.picture if found.row else None,
        "parts": found.parts,
        "others": subjects.others(base, listed["articles"]) if kind == "tag" else [],
    }
    listing = _list(
        f"publishing/{kind}.html",
        path,
        site,
        {**listed, **extra},
        heading=found.name,
        description=_in_words(found.row.html) if found.row else "",
        version=found.row.version if found.row else 0,
        feeds=context.feeds_of(base, title=found.name),
    )
    return replace(listing, surrogate_keys=f"{kind}-{found.row.key}") if found.row else listing


def _in_words(html: str) -> str:
    """A description as search engines show it."""
    return rendering.excerpt(unescape(strip_tags(html)))


def tags(path: str, *, site: SiteFacts) -> Finished | None:
    return _index("tag", path, site)


def authors(path: str, *, site: SiteFacts) -> Finished | None:
    return _index("author", path, site)


def archive(
    path: str, *, site: SiteFacts, year: str = "", month: str = "", base: str = "", page: str = "1"
) -> Finished | None:
    articles = cards()
    heading = "Archive"
    if year:
        articles, heading = articles.filter(published_at__year=int(year)), year
    if month:
        articles = articles.filter(**_within(int(year), int(month)))
        heading = f"{dt.date(2000, int(month), 1):%B} {year}"
    listed = numbered(articles, base or path, int(page))
    if listed is None or (year and not listed["articles"]):
        return None
    # A month's page names no other month: their counts would change with every article anywhere.
    shown = [] if month else months(articles)
    return _list("publishing/archive.html", path, site, {**listed, "months": shown}, heading=heading)


def _within(year: int, month: int) -> dict[str, dt.datetime]:
    """A month of the site's zone as bounds, which an index finds."""
    following = (year + month // 12, month % 12 + 1)
    first, end = (
        timezone.make_aware(dt.datetime(*one, 1))  # noqa: DTZ001  the zone is attached here
        for one in ((year, month), following)
    )
    return {"published_at__gte": first, "published_at__lt": end}


def months(articles: QuerySet[PublishedArticle]) -> list[dict[str, Any]]:
    """Every month in which one of `articles` was published, newest first."""
    counted = (
        articles.order_by()
        .values(year=ExtractYear("published_at"), month=ExtractMonth("published_at"))
        .annotate(count=Count("key"))
        .order_by("-year", "-month")
    )
    return [
        {
            "path": f"/archive/{row['year']}/{row['month']:02}/",
            "name": f"{dt.date(2000, row['month'], 1):%B}",
            "label": f"{dt.date(2000, row['month'], 1):%B} {row['year']}",
            "year": str(row["year"]),
            "count": str(row["count"]),
        }
        for row in counted
    ]


def entries(kind: str) -> list[dict[str, Any]]:
    """Every tag or author that an article carries, by name, with counts."""
    with reading.cursor() as cursor:
        cursor.execute(ENTRIES.format(field=f"{kind}s", subject=f"publishing_published{kind}"))
        found = [
            {
                "path": path,
                "name": name,
                "count": count,
                "picture": picture and json.loads(picture),
                "html": mark_safe(html or ""),  # noqa: S308  sanitized by the projector
            }
            for path, name, count, picture, html in cursor.fetchall()
        ]
    return sorted(found, key=lambda entry: (entry["name"].casefold(), entry["path"]))


def _index(kind: str, path: str, site: SiteFacts) -> Finished:
    heading = f"{kind.title()}s"
    head = context.page_facts(path, title=heading)
    values = {"site": site, "page": head, "heading": heading, "entries": entries(kind)}
    return context.finish(f"publishing/{kind}s.html", values)


# While a renaming spreads, articles differ in the name that they carry; its own row knows best.
ENTRIES = """
SELECT reference->>'path', coalesce(max(subject.name), max(reference->>'name')), count(*),
    max(subject.picture::text), max(subject.html)
FROM publishing_publishedarticle AS article
CROSS JOIN jsonb_array_elements(article.{field}) AS reference
LEFT JOIN {subject} AS subject ON subject.path = reference->>'path'
GROUP BY 1
"""


def _list(
    template: str,
    path: str,
    site: SiteFacts,
    listed: dict[str, Any],
    *,
    heading: str,
    description: str = "",
    kind: str = "list",
    version: int = 0,
    feeds: list[dict[str, str]] | None = None,
) -> Finished:
    title = heading if listed["page_number"] == 1 else f"{heading}, page {listed['page_number']}"
    head = context.page_facts(
        path, title="" if title == site.name else title, description=description, kind=kind, feeds=feeds
    )
    names: dict[str, Any] = {"heading": heading, "description": description}
    return context.finish(template, {"site": site, "page": head, **names, **listed}, version=version)


PAGE = r"(?:page/(?P<page>[1-9]\d{0,5})/)?"
SUBJECT = "(?P<base>/(?P<kind>tag|author)s/[^/]+/)"
SUFFIX = r"(?P<suffix>atom|rss|json)"
ARCHIVE = r"(?P<base>/archive/(?:(?P<year>[1-9]\d{3})/(?:(?P<month>0[1-9]|1[0-2])/)?)?)"
ROUTES: list[tuple[re.Pattern[str], Render]] = [
    (re.compile(pattern), function)
    for pattern, function in (
        (f"/{PAGE}", home),
        (f"{SUBJECT}{PAGE}", subject),
        (f"{ARCHIVE}{PAGE}", archive),
        ("/tags/", tags),
        ("/authors/", authors),
        (rf"/feeds/articles\.{SUFFIX}", feeds.site_feed),
        (rf"{SUBJECT}feed\.{SUFFIX}", feeds.subject_feed),
        (r"/sitemap\.xml", sitemaps.index),
        (r"/sitemap/(?P<year>[1-9]\d{3})(?:-(?P<part>[2-9]|[1-9]\d{1,3}))?\.xml", sitemaps.year),
        (r"/sitemap/pages\.xml", sitemaps.plain_pages),
        (r"/robots\.txt", sitemaps.robots),
    )
]
