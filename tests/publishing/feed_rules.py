"""What the specifications ask of feeds: RFC 4287 (Atom), RSS 2.0 with its namespaces, JSON Feed 1.1."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from email.utils import format_datetime, parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
IRI = re.compile(r"(https?://[^/\s<>\"]+/|urn:[a-z]+:)[^\s<>\"]*")
ADDRESSES = {"href", "src", "cite", "poster", "data", "longdesc"}

ONCE_IN_FEED = {"id", "title", "updated"}
AT_MOST_ONCE_IN_FEED = ONCE_IN_FEED | {"subtitle", "rights", "icon", "logo", "generator"}
AT_MOST_ONCE_IN_ENTRY = ONCE_IN_FEED | {"published", "summary", "content", "rights"}
CHANNEL = {"title", "link", "description", "language", "lastBuildDate"}
ITEM = {"title", "link", "description", "guid", "pubDate", CONTENT}
JSON_FEED = {
    "version", "title", "home_page_url", "feed_url", "description", "language", "authors", "items",
}  # fmt: skip
JSON_ITEM = {
    "id", "url", "title", "content_html", "summary", "image", "date_published", "date_modified", "authors",
    "tags", "language",
}  # fmt: skip

Problems = Iterator[str]


def atom(text: str, address: str) -> Problems:
    """What RFC 4287 does not allow in the feed that is served at `address`."""
    feed = ElementTree.fromstring(text.encode())  # noqa: S314  our own
    if feed.tag != f"{ATOM}feed":
        yield f"the root is {feed.tag}"
    entries = feed.findall(f"{ATOM}entry")
    yield from _counts(
        feed, {ATOM + one for one in ONCE_IN_FEED}, {ATOM + one for one in AT_MOST_ONCE_IN_FEED}
    )
    yield from _links(feed, address, "application/atom+xml")
    yield from _atom_fields(feed)
    yield from _unique([entry.findtext(f"{ATOM}id") for entry in entries])
    if not feed.findall(f"{ATOM}author") and not all(entry.findall(f"{ATOM}author") for entry in entries):
        yield "an entry has no author"
    for entry in entries:
        yield from _counts(
            entry, {ATOM + one for one in ONCE_IN_FEED}, {ATOM + one for one in AT_MOST_ONCE_IN_ENTRY}
        )
        yield from _atom_fields(entry)
        if [link.get("rel") for link in entry.findall(f"{ATOM}link")] != ["alternate"]:
            yield "an entry has not one alternate link"
        yield from _html(entry.findtext(f"{ATOM}content") or "")
        if moment(entry.findtext(f"{ATOM}updated")) > moment(feed.findtext(f"{ATOM}updated")):
            yield "an entry is newer than its feed"


def _atom_fields(parent: Element) -> Problems:
    for child in parent:
        if not child.tag.startswith(ATOM):
            yield f"{child.tag} is not Atom's"
        name = child.tag.removeprefix(ATOM)
        if name in ("updated", "published") and not RFC_3339.fullmatch(child.text or ""):
            yield f"{name} is {child.text!r}"
        if name == "id" and not IRI.fullmatch(child.text or ""):
            yield f"the id is {child.text!r}"
        if name == "link" and not IRI.fullmatch(child.get("href", "")):
            yield f"a link leads to {child.get('href')!r}"
        if name == "category" and not child.get("term"):
            yield "a category has no term"
        if name == "author":
            yield from _counts(child, {f"{ATOM}name"}, {f"{ATOM}name", f"{ATOM}uri", f"{ATOM}email"})
            if (uri := child.findtext(f"{ATOM}uri")) is not None and not IRI.fullmatch(uri):
                yield f"an author is at {uri!r}"
    yield from _language(parent.get(LANG))


def rss(text: str, address: str) -> Problems:
    """What RSS 2.0 and the advice of its board do not allow in the feed that is served at `address`."""
    root = ElementTree.fromstring(text.encode())  # noqa: S314  our own
    if (root.tag, root.get("version"), [child.tag for child in root]) != ("rss", "2.0", ["channel"]):
        yield "the root is not rss 2.0 with one channel"
    channel = root[0]
    items = channel.findall("item")
    yield from _counts(channel, {"title", "link", "description"}, CHANNEL)
    yield from _unknown(channel, CHANNEL | {"item", f"{ATOM}link"})
    yield from _rss_fields(channel)
    yield from _links(channel, address, "application/rss+xml", alternate=False)
    yield from _unique([item.findtext("guid") for item in items])
    yield from _language(channel.findtext("language"))
    for item in items:
        yield from _counts(item, {"title", "link", "guid", "pubDate"}, ITEM)
        yield from _unknown(item, ITEM | {"category", CREATOR})
        yield from _rss_fields(item)
        yield from _html(item.findtext(CONTENT) or "")


def _rss_fields(parent: Element) -> Problems:
    for child in parent:
        text = child.text or ""
        if child.tag in ("lastBuildDate", "pubDate") and not _is_rfc_822(text):
            yield f"{child.tag} is {text!r}"
        if child.tag == "link" and not IRI.fullmatch(text):
            yield f"a link leads to {text!r}"
        if child.tag == "guid" and child.get("isPermaLink") != "false" and not text.startswith("http"):
            yield f"{text!r} is no permanent link"
        if child.tag in ("category", CREATOR, "title") and not text.strip():
            yield f"{child.tag} is empty"


def json_feed(text: str, address: str) -> Problems:
    """What JSON Feed 1.1 does not allow in the feed that is served at `address`."""
    feed = json.loads(text)
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield f"the version is {feed.get('version')!r}"
    if feed.get("feed_url") != address:
        yield f"the feed calls itself {feed.get('feed_url')!r}"
    yield from (f"the feed has {name!r}" for name in set(feed) - JSON_FEED)
    yield from (f"the feed lacks {name!r}" for name in {"title", "items"} - set(feed))
    yield from _json_fields(feed)
    yield from _unique([item.get("id") for item in feed["items"]])
    for item in feed["items"]:
        yield from (f"an item has {name!r}" for name in set(item) - JSON_ITEM)
        yield from (f"an item lacks {name!r}" for name in {"id", "content_html"} - set(item))
        yield from _json_fields(item)
        yield from _html(item.get("content_html", ""))


def _json_fields(values: dict[str, Any]) -> Problems:
    for name, value in values.items():
        if name in ("items", "authors", "tags"):
            if not isinstance(value, list):
                yield f"{name} is no list"
        elif not isinstance(value, str):
            yield f"{name} is no text"
        if name in ("url", "home_page_url", "feed_url", "image") and not IRI.fullmatch(value):
            yield f"{name} is {value!r}"
        if name.startswith("date_") and not RFC_3339.fullmatch(value):
            yield f"{name} is {value!r}"
    for author in values.get("authors", []):
        if not author or set(author) - {"name", "url", "avatar"} or not IRI.fullmatch(author.get("url", "")):
            yield f"an author is {author!r}"
    yield from _language(values.get("language"))


def _counts(parent: Element, once: set[str], at_most_once: set[str]) -> Problems:
    for name in once | at_most_once:
        found = len(parent.findall(name))
        if found > 1 or (name in once and found != 1):
            yield f"{parent.tag} has {found} of {name}"
        if name in once and found and not "".join(parent.find(name).itertext()).strip():  # type: ignore[union-attr]
            yield f"{name} is empty"


def _unknown(parent: Element, known: set[str]) -> Problems:
    yield from (f"{parent.tag} has {child.tag}" for child in parent if child.tag not in known)


def _links(feed: Element, address: str, kind: str, *, alternate: bool = True) -> Problems:
    links = feed.findall(f"{ATOM}link")
    if [link.get("href") for link in links if link.get("rel") == "self"] != [address]:
        yield f"the feed does not call itself {address}"
    if [link.get("type") for link in links if link.get("rel") == "self"] != [kind]:
        yield "the feed's own link has another type"
    if alternate and [link.get("type") for link in links if link.get("rel") == "alternate"] != ["text/html"]:
        yield "the feed has not one page that it follows"


def _unique(ids: list[Any]) -> Problems:
    yield from (f"{one!r} comes twice" for one in {one for one in ids if ids.count(one) > 1})


def _language(code: str | None) -> Problems:
    if code is not None and not LANGUAGE.fullmatch(code):
        yield f"the language is {code!r}"


def _is_rfc_822(text: str) -> bool:
    """Written as it is read: with the right day of the week, a year of four digits and an offset."""
    try:
        return format_datetime(parsedate_to_datetime(text)) == text
    except ValueError:
        return False


def _html(text: str) -> Problems:
    found = _Addresses()
    found.feed(text)
    yield from (f"the text leads to {one!r}" for one in found.relative)


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.relative: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            parts = (
                [part.split()[0] for part in (value or "").split(",")] if name == "srcset" else [value or ""]
            )
            if name in ADDRESSES or name == "srcset":
                self.relative += [one for one in parts if not re.match(r"[a-z]+:", one)]


def moment(text: str | None) -> dt.datetime:
    return dt.datetime.fromisoformat(text or "")


RULES: dict[str, Callable[[str, str], Problems]] = {"atom": atom, "rss": rss, "json": json_feed}
