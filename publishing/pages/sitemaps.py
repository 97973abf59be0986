"""What search engines read: the sitemaps and robots.txt."""

import datetime as dt
from collections.abc import Iterable
from html import escape

from django.db.models import Max
from django.utils import timezone
from django.utils.encoding import iri_to_uri

from publishing import reading
from publishing.models import PublishedArticle, PublishedPlainPage
from publishing.pages.context import SiteFacts
from publishing.pages.store import PLAIN, XML, Finished

ENTRIES = 50_000
"""Addresses in one sitemap: more are forbidden."""

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"


def index(path: str, *, site: SiteFacts) -> Finished:
    """Every sitemap, with when something in it last changed."""
    pages = PublishedPlainPage.objects.aggregate(last=Max("updated_at"))["last"]
    found = [*_parts(), *([("/sitemap/pages.xml", pages)] if pages else [])]
    lines = (f"<sitemap>{_facts(site, *one)}</sitemap>\n" for one in found)
    return _document(path, f'<sitemapindex xmlns="{SCHEMA}">\n{"".join(lines)}</sitemapindex>\n')


def year(path: str, *, site: SiteFacts, year: str, part: str = "1") -> Finished | None:
    """The articles of a year, oldest first, so that what is added changes its last part alone.

    Those that search engines shall leave out, or find elsewhere, are left out.
    """
    start = (int(part) - 1) * ENTRIES
    indexed = PublishedArticle.objects.filter(published_at__year=int(year), noindex=False, canonical="")
    articles = indexed.order_by("published_at", "key")
    return _urls(path, site, articles.values_list("path", "updated_at")[start : start + ENTRIES])


def plain_pages(path: str, *, site: SiteFacts) -> Finished | None:
    return _urls(path, site, PublishedPlainPage.objects.order_by("path").values_list("path", "updated_at"))


def robots(path: str, *, site: SiteFacts) -> Finished:
    content = f"User-agent: *\nDisallow: /search/\n\nSitemap: {site.url}/sitemap.xml\n"
    return Finished(path=path, content=content.encode(), content_type=PLAIN)


def _parts() -> list[tuple[str, dt.datetime]]:
    """The sitemaps of articles, each with the time of its newest change."""
    with reading.cursor() as cursor:
        cursor.execute(PARTS, [ENTRIES, timezone.get_current_timezone_name()])
        return [
            (f"/sitemap/{year}.xml" if part == 0 else f"/sitemap/{year}-{part + 1}.xml", last)
            for year, part, last in cursor.fetchall()
        ]


PARTS = """
SELECT year, (place - 1) / %s AS part, max(updated_at) FROM (
    SELECT year, updated_at, row_number() OVER (PARTITION BY year ORDER BY published_at, key) AS place
    FROM publishing_publishedarticle,
        LATERAL (SELECT extract(year FROM published_at AT TIME ZONE %s)::int AS year) AS local
    WHERE NOT noindex AND canonical = ''
) AS placed
GROUP BY 1, 2 ORDER BY 1, 2
"""


def _urls(path: str, site: SiteFacts, rows: Iterable[tuple[str, dt.datetime]]) -> Finished | None:
    # Fifty thousand lines through a template would take a second.
    lines = [f"<url>{_facts(site, *row)}</url>\n" for row in rows]
    return _document(path, f'<urlset xmlns="{SCHEMA}">\n{"".join(lines)}</urlset>\n') if lines else None


def _facts(site: SiteFacts, path: str, changed_at: dt.datetime) -> str:
    address = escape(site.url + iri_to_uri(path))
    return f"<loc>{address}</loc><lastmod>{changed_at.isoformat()}</lastmod>"


def _document(path: str, text: str) -> Finished:
    return Finished(path=path, content=(HEAD + text).encode(), content_type=XML)
