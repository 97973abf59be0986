"""Receipts: a repair renders nothing where they hold, and everything where anything differs."""

import gzip

import pytest

from cms import codec, rendering
from publishing import fingerprint, pages, receipts
from publishing.models import Page, Position, PublishedArticle, PublishedSite, SearchEntry
from tests.publishing.builders import everything, project, published, refresh, site, tag, tagged, withdrawn

pytestmark = pytest.mark.django_db(databases=["read"])

DAMAGES = {
    "row": lambda: PublishedArticle.objects.filter(key="a").update(html="hacked"),
    "row gone": lambda: PublishedArticle.objects.filter(key="a").delete(),
    "row back": lambda: PublishedArticle.objects.filter(key="b").update(key="gone"),
    "search entry": lambda: SearchEntry.objects.filter(key="a").update(language="xx"),
    "search entry gone": lambda: SearchEntry.objects.filter(key="a").delete(),
    "page": lambda: Page.objects.filter(path="/a/").update(body=gzip.compress(b"hacked")),
    "page gone": lambda: Page.objects.filter(path="/a/").delete(),
    "redirect": lambda: Page.objects.filter(path="/old/").update(location="/elsewhere/"),
    "tombstone": lambda: Page.objects.filter(path="/gone/").update(status=200),
    "site": lambda: PublishedSite.objects.update(name="Hacked"),
}
HISTORY = [
    site(),
    tag("type"),
    published(key="a", tags=tagged("type"), former_paths=("/old/",)),
    published(key="b"),
    withdrawn(key="gone", version=2),
]


@pytest.fixture(autouse=True)
def _publication():
    project(*HISTORY)
    refresh()


@pytest.fixture
def refuse_to_render(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("rendered")

    monkeypatch.setattr(rendering.article, "Writer", refuse)
    monkeypatch.setattr("publishing.pages.own.article_page", refuse)


def test_repair_of_what_is_whole_renders_no_article(refuse_to_render):
    before = everything()

    answers = project(*HISTORY, again=1)

    assert [answer.again for answer in answers] == [1] * len(HISTORY)
    assert everything() == before


@pytest.mark.parametrize("damage", DAMAGES)
def test_repair_of_what_was_damaged_heals_it(damage):
    before = everything()
    DAMAGES[damage]()
    assert everything() != before

    project(*HISTORY, again=1)
    refresh()

    assert everything() == before


def test_repair_brings_a_damaged_message_back():
    Position.objects.filter(key="a").update(message="{}")

    project(*HISTORY, again=1)

    assert Position.objects.get(key="a").message == codec.encode(HISTORY[2])


def test_receipt_holds_after_the_refresher_rendered_a_page_anew():
    project(site(version=2, name="Another name"))
    refresh()

    assert set(receipts.holding([("article", "a"), ("article", "b")])) == {("article", "a"), ("article", "b")}


def test_refresher_gives_no_receipt_for_a_damaged_row():
    PublishedArticle.objects.filter(key="a").update(html="hacked")

    pages.refresh(["/a/"])

    assert receipts.holding([("article", "a")]) == {}


def test_no_receipt_holds_after_the_rendering_changed(monkeypatch):
    monkeypatch.setattr(receipts, "fingerprint", lambda: "another")

    assert receipts.holding([("article", "a")]) == {}


def test_fingerprint_is_of_the_sources_as_they_are():
    assert fingerprint.ROOT / "cms/rendering/writer.py" in fingerprint._files()
    assert fingerprint.ROOT / "publishing/templates/publishing/home.html" in fingerprint._files()
