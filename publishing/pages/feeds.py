"""The feeds: the newest articles, whole, as Atom, RSS 2.0 and JSON Feed 1.1."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Max
from django.template.loader import get_template
from django.utils.encoding import iri_to_uri

from publishing.models import PublishedArticle
from publishing.pages import subjects
from publishing.pages.context import ATOM, FEEDS, LONG_AGO, RSS, SiteFacts
from publishing.pages.store import Finished

ENTRIES = 20

# Of sanitized HTML, which quotes every value. What looks like an attribute in a sample of code is none.
TAG = re.compile(r'<[a-z](?:[^>"]|"[^"]*")*>')
LOCAL = re.compile(r'(?<= )(href|src|cite)="(?![a-z][a-z0-9+.-]*:)([^"]*)"')
LOCAL_SET = re.compile(r'(?<= )srcset="([^"]*)"')
FIRST_OF_SET = re.compile("(^|, )/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """What a feed says of itself. `path` is its own address, `page` that of the page it follows."""

    title: str
    description: str
    path: str
    page: str
    updated: Any


def site_feed(path: str, *, site: SiteFacts, suffix: str) -> Finished:
    """The newest articles of the site."""
    # Not of the entries alone: when one is withdrawn, the feed's own time must not fall.
    updated = PublishedArticle.objects.aggregate(last=Max("updated_at"))["last"] or LONG_AGO
    feed = Feed(title=site.name, description=site.description, path=path, page="/", updated=updated)
    return build(suffix, feed, _newest(PublishedArticle.objects.all()), site=site)


def subject_feed(path: str, *, site: SiteFacts, base: str, kind: str, suffix: str) -> Finished | None:
    """The newest articles of a tag or an author."""
    found = subjects.find(kind, base)
    if found is None:
        return None
    updated = found.articles.aggregate(last=Max("updated_at"))["last"] or LONG_AGO
    title = f"{found.name} · {site.name}"
    feed = Feed(title=title, description=site.description, path=path, page=base, updated=updated)
    return build(suffix, feed, _newest(found.articles), site=site)


def build(suffix: str, feed: Feed, articles: Iterable[PublishedArticle], *, site: SiteFacts) -> Finished:
    """A feed of `articles` in the format that the suffix of its address names."""
    entries = [_entry(article, site) for article in articles]
    text = BUILDERS[suffix](feed, entries, site)
    return Finished(path=feed.path, content=text.encode(), content_type=FEEDS[suffix])


def newest_of(articles: Sequence[PublishedArticle]) -> list[PublishedArticle]:
    """Those of `articles` that a feed has room for, newest first."""
    return sorted(articles, key=lambda one: (one.published_at, one.key), reverse=True)[:ENTRIES]


def absolute(html: str, *, path: str, url: str) -> str:
    """`html` with every address whole, for readers outside the site. `path` is the page's own."""

    def _whole(match: re.Match[str]) -> str:
        return f'{match[1]}="{_joined(url + path, match[2])}"'

    def _whole_set(match: re.Match[str]) -> str:
        return 'srcset="' + FIRST_OF_SET.sub(rf"\g<1>{url}/", match[1]) + '"'

    return TAG.sub(lambda tag: LOCAL_SET.sub(_whole_set, LOCAL.sub(_whole, tag[0])), html)


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:  # an address that no browser would follow either, as //[
        return address


def _newest(articles: Any) -> list[PublishedArticle]:
    return list(articles.defer("text").order_by("-published_at", "-key")[:ENTRIES])


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
        "picture": site.url + article.hero["src"] if article.hero else "",
    }


def _xml(template: str, feed: Feed, entries: list[dict[str, Any]], site: SiteFacts) -> str:
    return get_template(template).render({"feed": feed, "entries": entries, "site": site})


def _json(feed: Feed, entries: list[dict[str, Any]], site: SiteFacts) -> str:
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": site.url + iri_to_uri(feed.page),
        "feed_url": site.url + iri_to_uri(feed.path),
        "description": feed.description,
        "language": site.language,
        "authors": [{"name": site.name, "url": f"{site.url}/"}],
        "items": [_item(entry, site) for entry in entries],
    }
    return json.dumps(_without_empty(whole, keep="items"), cls=DjangoJSONEncoder, ensure_ascii=False)


def _item(entry: dict[str, Any], site: SiteFacts) -> dict[str, Any]:
    item = {
        "id": f"urn:uuid:{entry['key']}",
        "url": entry["url"],
        "title": entry["title"],
        "content_html": entry["html"],
        "summary": entry["summary"],
        "image": entry["picture"],
        "date_published": entry["published_at"],
        "date_modified": entry["updated_at"],
        "authors": [
            {"name": author["name"], "url": site.url + iri_to_uri(author["path"])}
            for author in entry["authors"]
        ],
        "tags": [tag["name"] for tag in entry["tags"]],
        "language": entry["language"],
    }
    return _without_empty(item, keep="content_html")


def _without_empty(values: dict[str, Any], *, keep: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value or name == keep}


BUILDERS: dict[str, Callable[[Feed, list[dict[str, Any]], SiteFacts], str]] = {
    ATOM: lambda *given: _xml("publishing/feed.atom", *given),
    RSS: lambda *given: _xml("publishing/feed.rss", *given),
    "json": _json,
}
