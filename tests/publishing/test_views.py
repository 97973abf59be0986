"""Search, files of pictures, health and errors, as readers meet them."""

import html
import re
from dataclasses import replace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings

from cms.databases import READ
from cms.events import Reference
from publishing import results
from publishing.models import Refresh
from tests.publishing.builders import by, days, published, show, site, tag
from tests.publishing.requests import Site

NAME = "0123456789abcdef" * 4 + ".800.webp"


@pytest.fixture
def reader():
    return Site()


@pytest.fixture
def picture():
    name = default_storage.save(NAME, ContentFile(b"RIFF a picture"))
    yield
    default_storage.delete(name)


def test_search_shows_what_matched(reader):
    show(site(), published(title="Ink & paper", body="About ink.", authors=by("ada")))

    reply = reader.get("/search/?q=ink")

    assert reply.status == 200
    assert "<mark>Ink</mark> &amp; paper" in reply.text
    assert "About <mark>ink</mark>" in reply.text
    assert "1 article matches <q>ink</q>" in reply.text
    assert '<a href="/authors/ada/" rel="author">Ada</a>' in reply.text
    assert '<meta name="robots" content="noindex">' in reply.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Search"),
        ("q=", "Search"),
        ("q=unheard", "Nothing was found. Fewer or other words may help."),
        ("q=" + "x" * 201, "Please search for at most 200 characters."),
        ("q=%00", "Search"),
        ("q=%ff%fe", "Search"),
        ("q=%3Cscript%3E", "&lt;script&gt;"),
        ("q=body&page=99", "1 article matches"),
        ("q=body&page=x", "Title of a"),
        ("q=body&page=-1", "Title of a"),
        ("q=body&language=xx", "Nothing was found"),
        ("q=body&language=%00", "Nothing was found"),
        ("q=body&q=unheard", "Nothing was found"),
        ("Q=body", "Search"),
    ],
)
def test_search_is_calm_whatever_is_asked(reader, query, words):
    show(published())

    reply = reader.get(f"/search/?{query}")

    assert reply.status == 200
    assert words in reply.text
    assert "<script>" not in reply.text


def test_search_offers_the_languages_that_there_are(reader):
    show(published(), published(key="b", language="fr"), published(key="c", language="xx"))

    text = reader.get("/search/?q=body&language=fr").text

    assert '<option value="en">English</option>' in text
    assert '<option value="fr" selected>Français</option>' in text
    assert '<option value="xx">xx</option>' in text


def test_search_turns_pages_and_keeps_the_question(reader):
    show(*(published(key=f"k{number:02}", published_at=days(number)) for number in range(41)))

    text = reader.get("/search/?q=body&language=en&page=2").text

    assert 'href="/search/?q=body&amp;language=en&amp;page=1"' in text
    assert 'href="/search/?q=body&amp;language=en&amp;page=3&amp;before=2' in text


def test_page_after_the_last_leads_back_to_the_first_and_calls_nothing_unfound(reader):
    show(published(tags=()))

    text = reader.get("/search/?q=body&sort=date&page=3").text

    assert 'no page 3. <a href="/search/?q=body&amp;sort=date">Begin with the first</a>' in text
    assert "The newest articles" not in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("lithography+metal", "1 with both words, the others with one of them"),
        ("ink+metal+lithography", "none with all 3 words, these with some of them"),
        ("ink+metal", "none with both words, these with one of them"),
    ],
)
def test_search_says_how_many_have_all_words(reader, query, words):
    show(
        published(key="both", body="Metal and lithography."),
        published(key="metal", body="Metal."),
        published(key="ink", body="Ink."),
    )

    assert words in reader.get(f"/search/?q={query}").text


def test_later_pages_of_a_search_continue_the_first_whatever_is_published_meanwhile(reader):
    show(*(published(key=f"k{number:02}", published_at=days(number)) for number in range(21)))
    [further] = re.findall(r'href="(/search/\?[^"]*page=2[^"]*)"', reader.get("/search/?q=body").text)

    show(published(key="new", published_at=days(30)))
    text = reader.get(html.unescape(further)).text

    assert re.findall(r'<h2><a href="([^"]+)"', text) == ["/k00/"]
    assert "21 articles match" in text


@pytest.mark.parametrize("before", ["x", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00%2B23:59", "2026-01-01"])
def test_senseless_time_in_the_address_of_a_later_page_is_left_aside(reader, before):
    show(published())

    assert "1 article matches" in reader.get(f"/search/?q=body&before={before}").text


def test_results_are_narrowed_to_a_tag_with_the_longest_of_slugs(reader):
    slug = "t" * 120
    long = Reference(key="long", name="Long", path=f"/tags/{slug}/")
    show(replace(tag(slug), key="long"), published(path="/tagged/", tags=(long,)), published(key="b"))

    html = reader.get(f"/search/?q=body&tag={slug}").text

    assert "1 article matches" in html
    assert 'href="/tagged/"' in html


def test_search_can_be_cached_and_confirmed(reader):
    show(published())

    first = reader.get("/search/?q=body", accept_encoding="gzip")
    known = reader.get("/search/?q=body", accept_encoding="gzip", if_none_match=first.headers["ETag"])

    assert (first.status, known.status) == (200, 304)
    assert first.headers["Content-Encoding"] == "gzip"
    assert first.headers["Cache-Control"].startswith("public, max-age=5,")
    assert "default-src 'none'" in first.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in first.headers


@pytest.mark.parametrize(("address", "queries"), [("/search/?q=body", 11), ("/page/2/", 1)])
def test_queries_do_not_grow_with_the_articles(reader, django_assert_num_queries, address, queries):
    show(*(published(key=f"k{n:02}", authors=by("ada"), published_at=days(n)) for n in range(45)))
    reader.get("/nothing/")

    with django_assert_num_queries(queries + ("page" in address), using=READ):
        assert reader.get(address).status == 200


def test_picture_is_kept_for_ever_and_can_do_nothing(reader, picture):
    reply = reader.get(f"/media/{NAME}")

    assert (reply.status, reply.body) == (200, b"RIFF a picture")
    assert reply.headers["Content-Type"] == "image/webp"
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert reply.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reader.get(f"/media/{NAME}", if_none_match=reply.headers["ETag"]).status == 304


@pytest.mark.parametrize(
    "name",
    [
        "", "x", "../settings.py", "..%2fx", f"{NAME}%0a", f"x/{NAME}", NAME.upper(), NAME.replace("webp", "svg"),
        NAME.replace("800", "0800"), NAME.replace("800", "123456"), "f" * 64 + ".800.webp",
    ],
)  # fmt: skip
def test_nothing_else_is_a_picture(reader, picture, name):
    assert reader.get(f"/media/{name}").status == 404


def test_health_says_how_many_pages_wait(reader):
    Refresh.objects.create(path="/")

    reply = reader.get("/health/")

    assert (reply.status, reply.json["status"], reply.json["pages_waiting"]) == (200, "ok", 1)
    assert 0 <= reply.json["longest_wait_s"] < 60
    assert reply.headers["Cache-Control"] == "no-store"


def test_fault_of_ours_is_500_and_says_nothing_of_the_inside(reader, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("the inside")

    monkeypatch.setattr(results.search, "page", broken)

    reply = reader.get("/search/?q=x")

    assert (reply.status, reply.body) == (500, b"Something went wrong here. It has been noted.\n")


@override_settings(ALLOWED_HOSTS=["elsewhere.example"])
def test_request_for_another_host_is_400(reader):
    reply = reader.get("/search/", host="evil.example")

    assert reply.status == 400
    assert "evil.example" not in reply.text


def test_page_of_a_month_names_it_once_and_leads_to_its_year():
    show(published())

    month, year = (Site().get(path).text for path in ("/archive/2025/03/", "/archive/2025/"))

    assert '<a href="/archive/">Archive</a>, <a href="/archive/2025/">2025</a>' in month
    assert ('<h2 class="unseen">' in month, '<h2 class="unseen">' in year) == (True, False)
