"""The refresher: pages that combine articles follow them, and no others change."""

import gzip
import threading

import pytest
from django.db import connections, transaction

from cms.databases import READ
from cms.events import Link
from publishing import pages
from publishing.models import Page, PublishedArticle, Refresh
from publishing.pages.context import SITE_FEEDS
from tests.publishing.builders import (
    author,
    by,
    days,
    plain_page,
    project,
    published,
    refresh,
    show,
    site,
    tag,
    tagged,
    withdrawn,
)


def text(path: str) -> str:
    return gzip.decompress(Page.objects.get(path=path).body).decode()


def etags() -> dict[str, str]:
    return dict(Page.objects.values_list("path", "etag"))


def test_new_article_appears_on_every_list_that_it_belongs_to():
    show(tag("type"), author("ada"), published(tags=tagged("type"), authors=by("ada")))

    lists = ["/", "/archive/", "/archive/2025/", "/archive/2025/03/", "/tags/type/", "/authors/ada/"]
    assert [path for path in lists if "Title of a" not in text(path)] == []
    assert 'href="/tags/type/"' in text("/tags/")
    assert 'href="/authors/ada/"' in text("/authors/")
    assert "http://testserver/a/" in text("/feeds/articles.atom")
    assert "http://testserver/a/" in text("/sitemap/2025.xml")
    assert "http://testserver/sitemap/2025.xml" in text("/sitemap.xml")


def test_withdrawn_article_leaves_every_list_and_lists_without_articles_go():
    show(published(tags=tagged("type")), published(key="b", published_at=days(400)))

    show(withdrawn())

    assert "Title of a" not in text("/") + text("/archive/") + text("/feeds/articles.atom")
    assert not Page.objects.filter(path__in=["/tags/type/", "/archive/2025/", "/sitemap/2025.xml"]).exists()


def test_tag_without_articles_has_a_page_that_says_so():
    show(tag("type", description="All about *type*."))

    assert "All about <em>type</em>." in text("/tags/type/")
    assert "Nothing is published here yet." in text("/tags/type/")


def test_tag_of_an_article_whose_own_message_is_still_to_come_has_a_page():
    show(published(tags=tagged("type")))

    assert "Title of a" in text("/tags/type/")


def test_article_that_loses_a_tag_leaves_its_list():
    show(published(version=1, tags=tagged("type", "ink")), published(key="b", tags=tagged("type")))

    show(published(version=2, tags=tagged("ink")))

    assert "Title of a" not in text("/tags/type/")
    assert "Title of a" in text("/tags/ink/")


def test_renamed_tag_shows_its_new_name_before_its_articles_say_it():
    show(tag("type"), published(tags=tagged("type")))

    show(tag("type", version=2, name="Letters"))

    assert ">Letters</a>" in text("/tags/")


def test_article_between_two_others_becomes_the_neighbour_of_both():
    show(published(key="a"), published(key="c", published_at=days(2)))

    show(published(key="b", published_at=days(1)))

    assert neighbours("/a/") == ("/b/", None)
    assert neighbours("/b/") == ("/c/", "/a/")
    assert neighbours("/c/") == (None, "/b/")


def test_withdrawn_article_is_nobodys_neighbour_even_among_articles_of_one_moment():
    show(*(published(key=key) for key in "abcd"))

    show(withdrawn(key="b"))

    assert neighbours("/a/") == ("/c/", None)
    assert neighbours("/c/") == ("/d/", "/a/")


def test_article_that_moves_changes_its_old_and_its_new_neighbours():
    show(*(published(key=key, published_at=days(number)) for number, key in enumerate("abcd")))

    show(published(key="b", version=2, published_at=days(9)))

    assert neighbours("/a/") == ("/c/", None)
    assert neighbours("/c/") == ("/d/", "/a/")
    assert neighbours("/d/") == ("/b/", "/c/")
    assert neighbours("/b/") == (None, "/d/")


def test_neighbours_are_of_the_same_language():
    show(published(key="a"), published(key="b", language="fr", path="/fr/b/", published_at=days(1)))

    assert neighbours("/a/") == (None, None)


def neighbours(path: str) -> tuple[str | None, str | None]:
    """The paths of the newer and the older neighbour that a page shows."""
    html = text(path)
    paths = [f"/{key}/" for key in "abcd"]
    found = {
        relation: [p for p in paths if f'href="{p}" rel="{relation}"' in html]
        for relation in ("next", "prev")
    }
    assert all(len(one) < 2 for one in found.values())
    return tuple(next(iter(found[relation]), None) for relation in ("next", "prev"))


def test_renamed_site_changes_every_page_once():
    show(site(), published(), plain_page(), tag())
    before = etags()

    show(site(version=2, name="The Slug", navigation=(Link(label="About", url="/about/"),)))

    changed = {path for path, etag in etags().items() if before[path] != etag}
    machine = {"/sitemap.xml", "/sitemap/2025.xml", "/sitemap/pages.xml", "/api/v1/articles/a/"}
    assert changed == set(before) - machine
    assert "The Slug" in text("/a/")
    assert not Refresh.objects.exists()


def test_change_that_no_list_shows_changes_only_the_article():
    show(site(), tag(), published(version=1), published(key="b", published_at=days(1)))
    before = etags()

    show(published(version=2, body="Other words, as short."))

    assert {path for path, etag in etags().items() if before[path] != etag} == {
        "/a/",
        "/api/v1/articles/a/",
        *SITE_FEEDS,
    }


def test_page_that_did_not_change_keeps_its_time():
    show(published())
    before = Page.objects.get(path="/archive/").changed_at

    pages.refresh(["/archive/"])

    assert Page.objects.get(path="/archive/").changed_at == before


def test_older_version_never_replaces_a_newer_page():
    show(published(version=2, title="New"))
    PublishedArticle.objects.update(version=1, title="Old")

    pages.refresh(["/a/"])

    assert "New" in text("/a/")


def test_time_of_a_page_rises_even_if_the_clock_falls():
    show(published(version=1))
    Page.objects.filter(path="/a/").update(changed_at=days(10_000))

    show(published(version=2, title="New"))

    assert Page.objects.get(path="/a/").changed_at > days(10_000)


def test_each_page_is_queued_once_or_more_and_rendered_once():
    project(*(published(key=f"k{number}", published_at=days(number)) for number in range(5)))
    queued = Refresh.objects.filter(path="/").count()

    taken = pages.refresh_some(limit=1)

    assert (queued, taken) == (1, 1)
    assert not Refresh.objects.filter(path="/").exists()


def test_site_has_a_front_page_before_its_first_article():
    pages.refresh(
        ["/", "/archive/", "/tags/", "/authors/", "/feeds/articles.atom", "/sitemap.xml", "/robots.txt"]
    )

    assert Page.objects.count() == 7
    assert "Nothing is published here yet." in text("/")
    assert text("/robots.txt").endswith("Sitemap: http://testserver/sitemap.xml\n")


@pytest.mark.django_db(databases=["read"], transaction=True)
def test_two_refreshers_share_the_queue_and_neither_waits():
    project(*(published(key=f"k{number}", published_at=days(40 * number)) for number in range(10)))
    first, second = [], []

    with transaction.atomic(using=READ):
        taken = pages.refresh_some(limit=5)
        thread = threading.Thread(target=_refresh_elsewhere, args=[second])
        thread.start()
        thread.join(timeout=20)
        first.append(taken)

    assert not thread.is_alive()
    assert first == [5]
    assert second[0] > 0
    refresh()
    assert not Refresh.objects.exists()


@pytest.mark.django_db(databases=["read"], transaction=True)
def test_what_is_queued_while_a_page_is_rendered_stays_queued():
    show(published(version=1))
    Refresh.objects.create(path="/")

    with transaction.atomic(using=READ):
        pages.refresh_some()
        thread = threading.Thread(target=_project_elsewhere, args=[published(version=2, title="New")])
        thread.start()
        thread.join(timeout=20)

    assert not thread.is_alive()
    assert "New" not in text("/")
    refresh()
    assert "New" in text("/")


@pytest.mark.django_db(databases=["read"], transaction=True)
def test_who_finds_every_place_taken_leaves_the_pages_to_others():
    project(published())
    queued = Refresh.objects.count()
    more = []

    with transaction.atomic(using=READ):
        pages.refresh_some(limit=1, places=1)
        thread = threading.Thread(target=_refresh_at_leisure, args=[more])
        thread.start()
        thread.join(timeout=20)

    assert not thread.is_alive()
    assert more == [False]
    assert 0 < Refresh.objects.count() < queued
    assert pages.refresh_for(60, places=1) is False
    assert not Refresh.objects.exclude(path="/").exists()


def test_what_was_left_to_a_refresher_that_had_just_looked_is_not_forgotten(monkeypatch):
    show(published())
    sat = []

    def refresh_some(**given):
        taken = pages.refresh_some(**given)
        if given.get("places") and not sat:
            # Queued by somebody who then found no place, while this one still had its own.
            sat.append(taken)
            Refresh.objects.create(path="/a/")
        return taken

    monkeypatch.setattr("publishing.pages.refresher.refresh_some", refresh_some)
    pages.refresh_for(60, places=1)

    assert sat == [0]
    assert not Refresh.objects.exists()


def test_refresher_comes_back_when_its_time_is_over():
    project(*(published(key=f"k{number}", published_at=days(40 * number)) for number in range(30)))

    assert pages.refresh_for(0.0001, places=1) is True
    assert Refresh.objects.exists()


def _refresh_at_leisure(more: list[bool]) -> None:
    try:
        more.append(pages.refresh_for(60, places=1))
    finally:
        connections[READ].close()


def _refresh_elsewhere(taken: list[int]) -> None:
    try:
        taken.append(pages.refresh_some(limit=5))
    finally:
        connections[READ].close()


def _project_elsewhere(event) -> None:
    try:
        project(event)
    finally:
        connections[READ].close()


def test_list_that_changed_a_moment_ago_is_left_for_later_and_an_article_is_not():
    show(published(key="a"))
    project(published(key="b", published_at=days(1)))

    while pages.refresh_some(rest=60):
        pass

    assert "Title of b" in text("/a/")
    assert "Title of b" not in text("/")
    assert Refresh.objects.filter(path="/").exists()

    refresh()

    assert "Title of b" in text("/")
