"""`?min_version=`: the version that somebody knows of, or at once the word that it is not here yet."""

import pytest
from django.db import OperationalError

from publishing.models import Page
from tests.publishing.builders import plain_page, published, show, site, tag, tagged, withdrawn
from tests.publishing.requests import Site

ARTICLE = ("/a/", "/api/v1/articles/a/")


@pytest.fixture
def reader():
    return Site()


@pytest.mark.parametrize("path", ARTICLE)
@pytest.mark.parametrize("version", [1, 2, 3])
def test_version_or_a_newer_one_is_answered_like_the_page(reader, path, version):
    show(published(version=3))

    asked = reader.get(f"{path}?min_version={version}", accept_encoding="gzip")

    assert (asked.status, asked.body) == (200, bytes(Page.objects.get(path=path).body))
    assert asked.headers["ETag"] == f'"{Page.objects.get(path=path).etag}-gzip"'


@pytest.mark.parametrize("path", [*ARTICLE, "/b/", "/api/v1/articles/b/"])
def test_version_that_is_not_here_yet_is_503_at_once(reader, path):
    show(site(), published(version=3))

    reply = reader.get(f"{path}?min_version=4")

    assert reply.status == 503
    assert (reply.headers["Retry-After"], reply.headers["Cache-Control"]) == ("1", "no-store")
    if path.startswith("/api/"):
        assert reply.json == {"detail": "Please try again soon."}
    else:
        assert reply.headers["Refresh"] == "1"
        assert "<h1>Here in a moment</h1>" in reply.text
        assert "The Galley" in reply.text


def test_version_is_asked_past_the_memory(reader):
    show(published(version=1))
    reader.get("/a/")
    show(published(version=2, title="New"))

    assert "New" not in reader.get("/a/").text
    assert "New" in reader.get("/a/?min_version=2").text


def test_withdrawal_is_a_version_too(reader):
    show(published(version=1))
    show(withdrawn(version=2))

    assert reader.get("/a/?min_version=2").status == 410
    assert reader.get("/a/?min_version=3").status == 503


def test_former_path_redirects_from_the_version_that_moved_the_article(reader):
    show(published(version=2, path="/b/", former_paths=("/a/",)))

    assert reader.get("/a/?min_version=2").headers["Location"] == "/b/"
    assert reader.get("/a/?min_version=3").status == 503


def test_pages_without_a_version_of_their_own_are_always_new_enough(reader):
    show(published(tags=tagged("type")), tag(), plain_page(version=2))

    for path in ("/", "/archive/", "/tags/type/", "/page/1/"):
        assert reader.get(f"{path}?min_version=9").status == reader.get(path).status
    assert reader.get("/about/?min_version=2").status == 200
    assert reader.get("/about?min_version=2").headers["Location"] == "/about/"


WRONG = ("", "0", "-1", "1.5", "x", "%00", "%ff", "٣", "1" * 11, "2147483648", "1&min_version=2", "+1", " 1")


@pytest.mark.parametrize("value", WRONG)
def test_what_is_no_version_is_400(reader, value):
    show(published())

    page, article = (reader.get(f"{path}?x=1&min_version={value}") for path in ARTICLE)

    assert (page.status, article.status) == (400, 400)
    assert page.text == "min_version: Give a whole number from 1 to 2147483647, once.\n"
    assert article.json == {"min_version": ["Give a whole number from 1 to 2147483647, once."]}


@pytest.mark.parametrize("query", ["x=min_version", "no_min_version=x", "min_versions=0"])
def test_other_parameters_mean_nothing(reader, query):
    show(published())

    assert reader.get(f"/a/?{query}").status == 200


def test_without_the_database_it_is_503_too(reader, monkeypatch):
    show(published())
    monkeypatch.setattr("publishing.server.versions._look_up", _down)

    assert reader.get("/a/?min_version=1").status == 503


def _down(*_):
    raise OperationalError
