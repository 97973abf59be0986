"""What search engines read."""

import datetime as dt
from xml.etree import ElementTree

from publishing.models import Page
from publishing.pages import sitemaps
from tests.publishing.builders import days, plain_page, published, show, withdrawn
from tests.publishing.requests import Site

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def listed(path: str) -> list[tuple[str | None, str | None]]:
    """Address and time of each entry."""
    reply = Site().get(path)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/xml; charset=utf-8")
    root = ElementTree.fromstring(reply.text)  # noqa: S314  our own
    return [(one.findtext(f"{MAP}loc"), one.findtext(f"{MAP}lastmod")) for one in root]


def test_sitemaps_list_every_article_and_page_by_year():
    show(
        plain_page(),
        published(key="old", published_at=dt.datetime(2019, 7, 1, tzinfo=dt.UTC)),
        published(key="été", updated_at=days(3)),
    )

    assert listed("/sitemap.xml") == [
        ("http://testserver/sitemap/2019.xml", "2019-07-01T00:00:00+00:00"),
        ("http://testserver/sitemap/2025.xml", "2025-03-04T12:00:00+00:00"),
        ("http://testserver/sitemap/pages.xml", "2025-03-01T12:00:00+00:00"),
    ]
    assert listed("/sitemap/2025.xml") == [("http://testserver/%C3%A9t%C3%A9/", "2025-03-04T12:00:00+00:00")]
    assert listed("/sitemap/pages.xml") == [("http://testserver/about/", "2025-03-01T12:00:00+00:00")]


def test_year_with_more_articles_than_a_sitemap_holds_has_several(monkeypatch):
    monkeypatch.setattr(sitemaps, "ENTRIES", 2)

    show(*(published(key=f"k{number}", published_at=days(number)) for number in range(5)))

    assert [address for address, _ in listed("/sitemap.xml")] == [
        "http://testserver/sitemap/2025.xml",
        "http://testserver/sitemap/2025-2.xml",
        "http://testserver/sitemap/2025-3.xml",
    ]
    parts = [listed(f"/sitemap/2025{part}.xml") for part in ("", "-2", "-3")]
    assert [[address for address, _ in part] for part in parts] == [
        ["http://testserver/k0/", "http://testserver/k1/"],
        ["http://testserver/k2/", "http://testserver/k3/"],
        ["http://testserver/k4/"],
    ]
    assert [time for _, time in listed("/sitemap.xml")] == [part[-1][1] for part in parts]
    assert Site().get("/sitemap/2025-4.xml").status == 404


def test_withdrawn_article_leaves_its_sitemap_and_an_empty_one_goes():
    show(published())
    show(withdrawn())

    assert listed("/sitemap.xml") == []
    assert not Page.objects.filter(path="/sitemap/2025.xml").exists()


def test_robots_know_the_sitemap():
    show(published())

    assert Site().get("/robots.txt").text == (
        "User-agent: *\nDisallow: /search/\n\nSitemap: http://testserver/sitemap.xml\n"
    )


def test_article_that_search_engines_shall_leave_out_or_find_elsewhere_is_in_no_sitemap():
    show(
        published(key="hidden", noindex=True, published_at=dt.datetime(2019, 7, 1, tzinfo=dt.UTC)),
        published(key="copy", canonical="https://elsewhere.example/a/"),
        published(key="own"),
    )

    assert [address for address, _ in listed("/sitemap.xml")] == ["http://testserver/sitemap/2025.xml"]
    assert [address for address, _ in listed("/sitemap/2025.xml")] == ["http://testserver/own/"]
