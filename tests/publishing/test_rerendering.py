"""Everything is rendered anew where templates or code changed, and a run that was stopped goes on."""

import gzip
import threading

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from cms.databases import READ
from publishing import fingerprint, rerendering
from publishing.models import Page, PublishedArticle, Refresh, Rendering, SearchEntry
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
)

ALL = ("/", "/a/", "/about/", "/tags/type/", "/authors/ada/", "/feeds/articles.json", "/api/v1/articles/a/")


@pytest.fixture
def other_code(monkeypatch):
    """Pages as an older release rendered them, with other code."""
    show(site(), tag("type", description="*Type*"), author(), plain_page())
    show(published(tags=tagged("type"), authors=by("ada")), published(key="b", published_at=days(1)))
    call_command("render_pages", processes=1)
    PublishedArticle.objects.update(html="<p>As rendered before.</p>")
    Page.objects.filter(status=200).update(body=gzip.compress(b"Old", mtime=0), etag="old")
    monkeypatch.setattr(rerendering, "fingerprint", lambda: "of new code")


def old() -> set[str]:
    return set(Page.objects.filter(etag="old").values_list("path", flat=True))


def test_every_page_and_row_is_rendered_anew(other_code):
    assert set(ALL) <= old()

    call_command("render_pages", processes=1)

    assert old() == set()
    assert PublishedArticle.objects.get(key="a").html == "<p>Body of a.</p>\n"
    assert not Refresh.objects.exists()


def test_search_entries_of_an_older_release_are_written_anew(other_code):
    now = list(SearchEntry.objects.order_by("key").values())
    # As they were before there were heads and facets, and configurations of our own.
    SearchEntry.objects.update(heads="", facets="", config="english")

    call_command("render_pages", if_changed=True, processes=1)

    assert list(SearchEntry.objects.order_by("key").values()) == now


def test_release_renders_only_if_the_rendering_changed(other_code, monkeypatch):
    call_command("render_pages", if_changed=True)
    assert old() == set()

    Page.objects.filter(path="/a/").update(etag="old")
    call_command("render_pages", if_changed=True)
    assert old() == {"/a/"}


def test_run_that_was_stopped_goes_on_at_the_next_release(other_code):
    rerendering.begin()
    assert rerendering.render_some(limit=2) == 2
    left = Rendering.objects.count()

    assert rerendering.is_due()
    call_command("render_pages", if_changed=True)

    assert (left, Rendering.objects.count(), old()) == (3, 0, set())


def test_pages_that_are_as_they_should_be_keep_their_time():
    show(site(), published(tags=tagged("type")))
    before = dict(Page.objects.values_list("path", "changed_at"))

    call_command("render_pages", processes=1)

    after = dict(Page.objects.values_list("path", "changed_at"))
    assert {path: after[path] for path in before} == before


def test_fingerprint_is_that_of_code_templates_and_settings(settings, tmp_path, monkeypatch):
    first = fingerprint.fingerprint.__wrapped__()
    settings.SITE_URL = "https://other.example"

    assert fingerprint.fingerprint.__wrapped__() != first


@pytest.mark.django_db(databases=["read"], transaction=True)
def test_two_processes_share_the_work_and_a_publish_meanwhile_stands():
    project(site(), *(published(key=f"k{number}", published_at=days(number)) for number in range(8)))
    rerendering.begin()

    with transaction.atomic(using=READ):
        assert rerendering.render_some(limit=4) == 4
        taken: list[int] = []
        thread = threading.Thread(target=_elsewhere, args=[taken])
        thread.start()
        thread.join(timeout=20)
    project(published(key="k0", version=2, title="Newer"))
    refresh()

    assert (thread.is_alive(), taken, Rendering.objects.count()) == (False, [4], 0)
    assert "Newer" in gzip.decompress(Page.objects.get(path="/k0/").body).decode()


def _elsewhere(taken: list[int]) -> None:
    try:
        taken.append(rerendering.render_some())
    finally:
        connections[READ].close()
