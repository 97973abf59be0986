"""What machines read: the feed, the sitemaps, robots.txt."""

import datetime as dt
import re
from typing import Any

from django.db.models import Max
from django.db.models.functions import ExtractYear
from django.template.loader import get_template
from django.utils.encoding import iri_to_uri

from publishing.models import PublishedArticle, PublishedPlainPage
from publishing.pages.context import SiteFacts
from publishing.pages.store import ATOM, PLAIN, XML, Finished

ENTRIES = 20
SITEMAP_ENTRIES = 50_000
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

# Attributes of sanitized HTML, which quotes every value.
LOCAL = re.compile(r'\b(href|src)="(?=[/#])')
LOCAL_SET = re.compile(r'\bsrcset="([^"]*)"')
FIRST_OF_SET = re.compile("(^|, )/")


def feed(path: str, *, site: SiteFacts) -> Finished:
    """The newest articles, whole."""
    newest = PublishedArticle.objects.order_by("-published_at", "-key")[:ENTRIES]
    entries = [_entry(article, site) for article in newest]
    # Not of the entries alone: when one is withdrawn, the feed's own time must not fall.
    updated = PublishedArticle.objects.aggregate(last=Max("updated_at"))["last"] or LONG_AGO
    return _document("publishing/feed.atom", path, ATOM, site=site, entries=entries, updated=updated)


def absolute(html: str, *, path: str, url: str) -> str:
    """`html` with every address whole, for readers outside the site. `path` is the page's own."""

    def _whole(match: re.Match[str]) -> str:
        here = path if html[match.end()] == "#" else ""
        return f'{match[1]}="{url}{here}'

    def _whole_set(match: re.Match[str]) -> str:
        return 'srcset="' + FIRST_OF_SET.sub(rf"\g<1>{url}/", match[1]) + '"'

    return LOCAL_SET.sub(_whole_set, LOCAL.sub(_whole, html))


def sitemap_index(path: str, *, site: SiteFacts) -> Finished:
    years = PublishedArticle.objects.values_list(ExtractYear("published_at"), flat=True).distinct()
    sitemaps = [f"/sitemap/{year}.xml" for year in sorted(years)]
    if PublishedPlainPage.objects.exists():
        sitemaps.append("/sitemap/pages.xml")
    return _document("publishing/sitemap_index.xml", path, XML, site=site, sitemaps=sitemaps)


def sitemap(path: str, *, site: SiteFacts, year: str) -> Finished | None:
    articles = PublishedArticle.objects.filter(published_at__year=int(year)).order_by("path")
    rows = list(articles.values("path", "updated_at")[:SITEMAP_ENTRIES])
    return _document("publishing/sitemap.xml", path, XML, site=site, entries=rows) if rows else None


def sitemap_pages(path: str, *, site: SiteFacts) -> Finished | None:
    rows = list(PublishedPlainPage.objects.order_by("path").values("path", "updated_at"))
    return _document("publishing/sitemap.xml", path, XML, site=site, entries=rows) if rows else None


def robots(path: str, *, site: SiteFacts) -> Finished:
    content = f"User-agent: *\nDisallow: /search/\n\nSitemap: {site.url}/sitemap.xml\n"
    return Finished(path=path, content=content.encode(), content_type=PLAIN)


def _entry(article: PublishedArticle, site: SiteFacts) -> dict[str, Any]:
    path = iri_to_uri(article.path)
    return {
        "key": article.key,
        "url": site.url + path,
        "language": article.language,
        "title": article.title,
        "summary": article.summary,
        "html": absolute(article.html, path=path, url=site.url),
        "published_at": article.published_at,
        "updated_at": article.updated_at,
        "authors": article.authors,
        "tags": [{**tag, "slug": tag["path"].rstrip("/").rpartition("/")[2]} for tag in article.tags],
    }


def _document(template: str, path: str, content_type: str, **values: Any) -> Finished:
    text = get_template(template).render({"path": path, **values})
    return Finished(path=path, content=text.encode(), content_type=content_type)
