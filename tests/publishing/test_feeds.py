"""Feeds of the site, of tags, of authors and of searches, as a feed reader reads them."""

import html
import json

import feedparser
import pytest

from publishing.pages import feeds
from tests.publishing.builders import author, by, days, published, show, site, tag, tagged, withdrawn
from tests.publishing.requests import Reply, Site

KEY = "0b9c2a52-5b0e-4d4a-9d5a-0c1f5a7a1a11"
TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json",
}


def ask(path: str) -> Reply:
    reply = Site().get(path)
    assert reply.status == 200, path
    return reply


def read(path: str):
    """A feed in XML as a feed reader understands it."""
    parsed = feedparser.parse(ask(path).body, sanitize_html=False)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


def whole_article():
    return published(
        key=KEY,
        path="/ink/",
        title="Ink & <paper>",
        body="See [it](/media/x) and [below](#end).\n\n## End",
        tags=tagged("type"),
        authors=by("ada"),
        updated_at=days(2),
    )


@pytest.mark.parametrize("suffix", ["atom", "rss"])
def test_feed_carries_the_whole_article(suffix):
    show(site(), whole_article())

    parsed = read(f"/feeds/articles.{suffix}")
    [entry] = parsed.entries

    assert parsed.version == {"atom": "atom10", "rss": "rss20"}[suffix]
    assert (parsed.feed.title, parsed.feed.link) == ("The Galley", "http://testserver/")
    assert {link.href for link in parsed.feed.links if link.rel == "self"} == {
        f"http://testserver/feeds/articles.{suffix}"
    }
    assert parsed.feed.updated_parsed[:5] == (2025, 3, 3, 12, 0)
    assert (entry.id, entry.link) == (f"urn:uuid:{KEY}", "http://testserver/ink/")
    assert html.unescape(entry.title) == "Ink & <paper>"
    assert entry.author == "Ada"
    assert [one.label or one.term for one in entry.tags] == ["Type"]
    assert entry.published_parsed[:5] == (2025, 3, 1, 12, 0)
    assert 'href="http://testserver/media/x"' in entry.content[0].value
    assert 'href="http://testserver/ink/#' in entry.content[0].value


def test_json_feed_carries_the_whole_article():
    show(site(), whole_article())

    feed = json.loads(ask("/feeds/articles.json").text)
    [item] = feed["items"]

    assert (feed["version"], feed["title"]) == ("https://jsonfeed.org/version/1.1", "The Galley")
    assert feed["feed_url"] == "http://testserver/feeds/articles.json"
    assert 'href="http://testserver/ink/#' in item.pop("content_html")
    assert item == {
        "id": f"urn:uuid:{KEY}",
        "url": "http://testserver/ink/",
        "title": "Ink & <paper>",
        "summary": f"Summary of {KEY}.",
        "date_published": "2025-03-01T12:00:00Z",
        "date_modified": "2025-03-03T12:00:00Z",
        "authors": [{"name": "Ada", "url": "http://testserver/authors/ada/"}],
        "tags": ["Type"],
        "language": "en",
    }


def test_feed_holds_the_newest_twenty_and_keeps_the_id_of_a_renamed_article():
    show(*(published(key=f"k{number:02}", published_at=days(number)) for number in range(21)))
    show(published(key="k20", version=2, path="/new/", published_at=days(20)))

    ids = [entry.id for entry in read("/feeds/articles.atom").entries]

    assert ids == [f"urn:uuid:k{number:02}" for number in range(20, 0, -1)]


@pytest.mark.parametrize("suffix", TYPES)
def test_tags_and_authors_have_feeds_of_their_own(suffix):
    show(
        site(),
        tag(),
        author(),
        published(key="a", tags=tagged("type")),
        published(key="b", authors=by("ada")),
    )

    for path, key in ((f"/tags/type/feed.{suffix}", "a"), (f"/authors/ada/feed.{suffix}", "b")):
        reply = ask(path)
        assert reply.headers["Content-Type"] == TYPES[suffix]
        assert "max-age=300" in reply.headers["Cache-Control"]
        assert (f"/{key}/" in reply.text, f"http://testserver{path}" in reply.text) == (True, True)
        assert reply.text.count("Summary of ") == 1
        assert Site().get(path, if_none_match=reply.headers["ETag"]).status == 304


def test_feed_of_a_tag_that_nobody_knows_is_not_found():
    show(site())

    assert Site().get("/tags/none/feed.atom").status == 404
    assert Site().get("/tags/none/feed.exe").status == 404


@pytest.mark.parametrize("suffix", TYPES)
def test_any_search_can_be_followed(suffix):
    show(site(), published(key="a", body="Ink."), published(key="b", body="Ink, too.", published_at=days(1)))
    show(published(key="c", body="Paper."))

    reply = ask(f"/search/feed.{suffix}?q=ink&page=7&x=y")

    assert reply.headers["Content-Type"] == TYPES[suffix]
    assert "“ink” · The Galley" in reply.text
    assert reply.text.index("/b/") < reply.text.index("/a/")
    assert "/c/" not in reply.text
    assert f"http://testserver/search/feed.{suffix}?q=ink" in reply.text


def test_feed_of_a_search_without_matches_is_empty_and_of_a_bad_one_refused():
    show(site(), published())

    assert read("/search/feed.rss?q=nothing").entries == []
    assert read("/search/feed.atom").entries == []
    assert Site().get("/search/feed.atom?q=" + "x" * 300).status == 400
    assert Site().get("/search/feed.atom?q=%00%ff%ed%a0%80").status == 200


def test_head_of_a_page_names_its_feeds():
    show(site(), tag(), published(tags=tagged("type")))

    assert ask("/").text.count('rel="alternate" type="application/') == 3
    listed = ask("/tags/type/").text
    assert (
        '<link rel="alternate" type="application/atom+xml" title="Type · The Galley" href="/tags/type/feed.atom">'
        in listed
    )
    assert listed.count('rel="alternate" type="application/') == 6
    assert 'href="/search/feed.rss?q=title"' in ask("/search/?q=title").text


def test_feeds_of_the_site_follow_a_withdrawal():
    show(published(), published(key="b"))

    show(withdrawn())

    for suffix in TYPES:
        text = ask(f"/feeds/articles.{suffix}").text
        assert ("/b/" in text, "/a/" in text) == (True, False)


def test_every_address_of_a_text_is_made_whole():
    text = (
        '<a href="/x/">x</a><a href="#h-y">y</a><a href="https://z.example/">z</a><a href="mailto:a@b.example">a</a>'
        '<a title=">" href="../u/?a=1&amp;b">u</a><a href="?q">q</a><a href="//h.example/">h</a><q cite="/c/">c</q>'
        '<a href="//[">z</a><code>&lt;a href="/x/"&gt;</code>'
        '<img src="/media/a.800.webp" srcset="/media/a.400.webp 400w, /media/a.800.webp 800w">'
    )

    assert feeds.absolute(text, path="/p/", url="https://s.example") == (
        '<a href="https://s.example/x/">x</a><a href="https://s.example/p/#h-y">y</a>'
        '<a href="https://z.example/">z</a><a href="mailto:a@b.example">a</a>'
        '<a title=">" href="https://s.example/u/?a=1&amp;b">u</a><a href="https://s.example/p/?q">q</a>'
        '<a href="https://h.example/">h</a><q cite="https://s.example/c/">c</q><a href="//[">z</a>'
        '<code>&lt;a href="/x/"&gt;</code><img src="https://s.example/media/a.800.webp"'
        ' srcset="https://s.example/media/a.400.webp 400w, https://s.example/media/a.800.webp 800w">'
    )
