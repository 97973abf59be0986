"""What machines read: the feed and the sitemaps, as XML."""

import datetime as dt
import gzip
from xml.etree import ElementTree

from publishing.models import Page
from publishing.pages import feeds
from tests.publishing.builders import by, days, plain_page, published, show, site, tagged, withdrawn

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
KEY = "0b9c2a52-5b0e-4d4a-9d5a-0c1f5a7a1a11"


def parse(path: str) -> ElementTree.Element:
    return ElementTree.fromstring(gzip.decompress(Page.objects.get(path=path).body))  # noqa: S314  our own


def locations(path: str) -> list[str | None]:
    return [element.text for element in parse(path).iter(f"{MAP}loc")]


def test_feed_carries_the_whole_article():
    show(
        site(),
        published(
            key=KEY,
            path="/ink/",
            title="Ink & <paper>",
            body="See [it](/media/x) and [below](#end).\n\n## End",
            tags=tagged("type"),
            authors=by("ada"),
            updated_at=days(2),
        ),
    )

    feed = parse("/feeds/articles.atom")
    [entry] = feed.findall(f"{ATOM}entry")

    assert feed.findtext(f"{ATOM}title") == "The Galley"
    assert feed.findtext(f"{ATOM}updated") == "2025-03-03T12:00:00+00:00"
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{KEY}"
    assert entry.findtext(f"{ATOM}title") == "Ink & <paper>"
    assert entry.find(f"{ATOM}link").get("href") == "http://testserver/ink/"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ada"
    assert entry.find(f"{ATOM}category").attrib == {"term": "type", "label": "Type"}
    content = entry.find(f"{ATOM}content")
    assert content.get("type") == "html"
    assert 'href="http://testserver/media/x"' in content.text
    assert 'href="http://testserver/ink/#' in content.text


def test_feed_holds_the_newest_twenty_and_keeps_the_id_of_a_renamed_article():
    show(*(published(key=f"k{number:02}", published_at=days(number)) for number in range(21)))
    show(published(key="k20", version=2, path="/new/", published_at=days(20)))

    ids = [entry.findtext(f"{ATOM}id") for entry in parse("/feeds/articles.atom").findall(f"{ATOM}entry")]

    assert ids == [f"urn:uuid:k{number:02}" for number in range(20, 0, -1)]


def test_sitemaps_list_every_article_and_page_by_year():
    show(
        plain_page(),
        published(key="old", published_at=dt.datetime(2019, 7, 1, tzinfo=dt.UTC)),
        published(key="été"),
    )

    assert locations("/sitemap.xml") == [
        "http://testserver/sitemap/2019.xml",
        "http://testserver/sitemap/2025.xml",
        "http://testserver/sitemap/pages.xml",
    ]
    assert locations("/sitemap/2025.xml") == ["http://testserver/%C3%A9t%C3%A9/"]
    assert locations("/sitemap/pages.xml") == ["http://testserver/about/"]


def test_withdrawn_article_leaves_its_sitemap_and_an_empty_one_goes():
    show(published())
    show(withdrawn())

    assert locations("/sitemap.xml") == []
    assert not Page.objects.filter(path="/sitemap/2025.xml").exists()


def test_every_address_of_a_text_is_made_whole():
    html = (
        '<a href="/x/">x</a><a href="#h-y">y</a><a href="https://z.example/">z</a>'
        '<img src="/media/a.800.webp" srcset="/media/a.400.webp 400w, /media/a.800.webp 800w">'
    )

    assert feeds.absolute(html, path="/p/", url="https://s.example") == (
        '<a href="https://s.example/x/">x</a><a href="https://s.example/p/#h-y">y</a>'
        '<a href="https://z.example/">z</a><img src="https://s.example/media/a.800.webp"'
        ' srcset="https://s.example/media/a.400.webp 400w, https://s.example/media/a.800.webp 800w">'
    )
