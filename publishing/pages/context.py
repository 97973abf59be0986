"""What every template knows: the site and the page, as plain values."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections
from django.template.loader import get_template
from django.utils.encoding import iri_to_uri
from django.utils.safestring import mark_safe

from cms import colours
from cms.databases import READ
from publishing.models import PublishedSite
from publishing.pages.store import Finished

ATOM, RSS = "atom", "rss"
FEEDS = {
    ATOM: "application/atom+xml; charset=utf-8",
    RSS: "application/rss+xml; charset=utf-8",
    "json": "application/feed+json",
}
"""The content types of feeds, by the suffix of their addresses."""

FEED = f"/feeds/articles.{ATOM}"
SITE_FEEDS = tuple(f"/feeds/articles.{suffix}" for suffix in FEEDS)
STYLE = "/site.css"
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteFacts:
    """The publication as templates show it."""

    name: str
    description: str
    language: str
    navigation: list[dict[str, str]]
    footer_html: str
    url: str
    style: str = ""
    accent: str = ""
    accent_dark: str = ""
    logo: dict[str, Any] | None = None


def hold_site(*, to_change: bool = False) -> dt.datetime:
    """Until the transaction ends, the site stays as it is for those who render, or they stay away.

    Otherwise a page that was rendered with the old name could commit just after all pages were queued.
    Comes first in every transaction that locks anything else. Returns the database's time thereafter.
    """
    lock = "pg_advisory_xact_lock" if to_change else "pg_advisory_xact_lock_shared"
    with connections[READ].cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended('publishing.site', 0)), clock_timestamp()")
        moment: dt.datetime = cursor.fetchone()[1]
        return moment


def site() -> SiteFacts:
    """The site as it was last published; a nameless one before."""
    row = PublishedSite.objects.first()
    if row is None:
        return nameless()
    return SiteFacts(
        name=row.name,
        description=row.description,
        language=row.language,
        navigation=row.navigation,
        footer_html=mark_safe(row.footer_html),  # noqa: S308  sanitized by the projector
        url=settings.SITE_URL,
        style=_style(row),
        accent=row.accent,
        accent_dark=row.accent_dark,
        logo=row.logo,
    )


def _style(site: PublishedSite) -> str:
    """The address of the site's colours. It changes with them: no copy of older ones is used."""
    rules = colours.rules(site.accent, site.accent_dark)
    return f"{STYLE}?v={hashlib.sha256(rules.encode()).hexdigest()[:8]}" if rules else ""


def nameless() -> SiteFacts:
    """The site before anything is known of it."""
    return SiteFacts(
        name="Imprint",
        description="",
        language=settings.LANGUAGE_CODE,
        navigation=[],
        footer_html="",
        url=settings.SITE_URL,
    )


def page_facts(
    path: str,
    *,
    title: str = "",
    description: str = "",
    language: str = "",
    kind: str = "list",
    noindex: bool = False,
    canonical: str = "",
    social_title: str = "",
    feeds: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """The page as `cms/base.html` needs it."""
    return {
        "title": title,
        "description": description,
        "path": path,
        "canonical": canonical or settings.SITE_URL + iri_to_uri(path),
        "social_title": social_title,
        "language": language or settings.LANGUAGE_CODE,
        "kind": kind,
        "noindex": noindex,
        "feed": FEED,
        "feeds": [*(feeds or []), *feeds_of("/feeds/articles.")],
    }


def feeds_of(base: str, *, title: str = "", query: str = "") -> list[dict[str, str]]:
    """The feeds of a page, as its head offers them; without a title they are the site's own."""
    stem = base if base.endswith(".") else f"{base}feed."
    return [
        {"title": title, "type": kind.partition(";")[0], "path": f"{stem}{suffix}{query}"}
        for suffix, kind in FEEDS.items()
    ]


def finish(template: str, context: Mapping[str, Any], **fields: Any) -> Finished:
    """Render a template into a page at the path that `context["page"]` names."""
    html = get_template(template).render(dict(context))
    return Finished(path=context["page"]["path"], content=html.encode(), **fields)
