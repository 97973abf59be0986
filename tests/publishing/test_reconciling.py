"""Reconciling: each kind of damage is named, and healed or asked about."""

import gzip

import pytest
from django.contrib.postgres.search import SearchVector
from django.db.models import Value

from cms import codec
from publishing import reconciling
from publishing.models import (
    Page,
    Position,
    PublishedArticle,
    PublishedSite,
    PublishedTag,
    SearchEntry,
)
from publishing.reconciling import Finding
from tests.publishing.builders import (
    author,
    by,
    days,
    everything,
    plain_page,
    published,
    refresh,
    show,
    site,
    tag,
    tagged,
    withdrawn,
)


@pytest.fixture(autouse=True)
def _a_site():
    show(
        site(),
        tag("type", description="On type."),
        author("ada"),
        plain_page(),
        published(key="a", tags=tagged("type"), authors=by("ada"), former_paths=("/old/",)),
        published(key="b", published_at=days(1)),
        published(key="gone"),
    )
    show(withdrawn(key="gone"))
    heal()


def heal():
    """One inspection. Returns what it found, and whether everything is again as it was."""
    found = [finding for slice_ in reconciling.inspect() for finding in slice_]
    refresh()
    return found


def test_whole_site_has_nothing_to_mend():
    before = everything()

    assert heal() == []
    assert everything() == before


DAMAGES = {
    "row damaged": lambda: PublishedArticle.objects.filter(key="a").update(title="Hacked"),
    "row missing": lambda: PublishedArticle.objects.filter(key="a").delete(),
    "search vector damaged": lambda: SearchEntry.objects.filter(key="a").update(
        vector=SearchVector(Value("hacked"))
    ),
    "heads of a search entry damaged": lambda: SearchEntry.objects.filter(key="a").update(
        heads=SearchVector(Value("hacked"))
    ),
    "facets of a search entry damaged": lambda: SearchEntry.objects.filter(key="a").update(
        facets="¶t:hacked"
    ),
    "configuration of a search entry damaged": lambda: SearchEntry.objects.filter(key="a").update(
        config="imprint_simple"
    ),
    "time of a search entry damaged": lambda: SearchEntry.objects.filter(key="a").update(
        published_at=days(9)
    ),
    "search entry missing": lambda: SearchEntry.objects.filter(key="a").delete(),
    "search entry in another language": lambda: SearchEntry.objects.filter(key="a").update(language="xx"),
    "page /a/ damaged": lambda: Page.objects.filter(path="/a/").update(body=gzip.compress(b"hacked")),
    "page /a/ missing": lambda: Page.objects.filter(path="/a/").delete(),
    "etag damaged": lambda: Page.objects.filter(path="/a/").update(etag="hacked"),
    "version of a page raised": lambda: Page.objects.filter(path="/a/").update(version=99, body=b""),
    "json damaged": lambda: Page.objects.filter(path="/api/v1/articles/a/").update(body=b"hacked"),
    "redirect damaged": lambda: Page.objects.filter(path="/old/").update(location="https://hacked.example/"),
    "page nobody published": lambda: Page.objects.create(
        path="/new/", status=200, content_type="text/html", body=b"", etag="x", kind="article", key="a"
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_an_article_is_named_and_mended(damage):
    before = everything()
    DAMAGES[damage]()
    assert everything() != before

    [finding] = heal()

    assert (finding.kind, finding.key, finding.mended) == ("article", "a", True)
    assert everything() == before


def test_row_that_was_resurrected_goes_again_even_where_it_stands_in_the_way():
    before = everything()
    PublishedArticle.objects.filter(key="b").update(key="gone")

    found = heal()

    assert Finding(kind="article", key="gone", damage="row resurrected", mended=True) in found
    assert Finding(kind="article", key="b", damage="row missing", mended=True) in found
    assert everything() == before


def test_page_that_was_resurrected_is_410_again():
    before = everything()
    Page.objects.filter(path="/gone/").update(status=200, body=gzip.compress(b"I am back"))

    assert heal() == [Finding(kind="article", key="gone", damage="page /gone/ damaged", mended=True)]
    assert everything() == before


@pytest.mark.parametrize(
    "path", ["/", "/tags/type/", "/archive/2025/", "/feeds/articles.atom", "/sitemap/2025.xml", "/tags/"]
)
@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_list_page_is_rendered_anew(path, damage):
    before = everything()
    found = Page.objects.filter(path=path)
    if damage == "missing":
        found.delete()
    else:
        found.update(body=gzip.compress(b"hacked"))

    heal()

    assert everything() == before


def test_list_page_of_nothing_goes():
    before = everything()
    Page.objects.create(path="/tags/hacked/", status=200, content_type="text/html", body=b"", etag="x")

    heal()

    assert everything() == before


@pytest.mark.parametrize(
    ("model", "kind", "key"), [(PublishedTag, "tag", "type"), (PublishedSite, "site", "site")]
)
def test_damaged_tag_or_site_is_mended(model, kind, key):
    before = everything()
    model.objects.update(name="Hacked")

    assert heal() == [Finding(kind=kind, key=key, damage="row damaged", mended=True)]
    assert everything() == before


def test_damaged_stored_message_is_asked_for():
    Position.objects.filter(key="a").update(message="{}")

    assert heal() == [Finding(kind="article", key="a", damage="the stored message changed", mended=False)]


def test_article_that_no_position_speaks_for_is_asked_about_and_stays():
    Position.objects.filter(key="b").delete()

    assert Finding(kind="article", key="b", damage="no position", mended=False) in heal()
    assert PublishedArticle.objects.filter(key="b").exists()


def test_tag_that_no_position_speaks_for_is_asked_about_and_stays():
    Position.objects.filter(key="type").delete()

    assert heal() == [Finding(kind="tag", key="type", damage="no position", mended=False)]


def test_redirect_that_no_position_speaks_for_is_asked_about():
    Page.objects.create(
        path="/r/",
        status=301,
        content_type="",
        location="/a/",
        body=b"",
        etag="x",
        kind="article",
        key="nobody",
    )

    assert heal() == [Finding(kind="article", key="nobody", damage="no position", mended=False)]


def test_repair_never_undoes_a_newer_message():
    stale = reconciling.prepare(codec.encode(published(key="b", published_at=days(1))), again=1)
    show(published(key="b", version=2, title="New", published_at=days(1)))

    assert reconciling._mend(stale) is False
    assert PublishedArticle.objects.get(key="b").title == "New"


def manifest(*entries, after=("", ""), upto=None):
    return {"after": list(after), "upto": upto and list(upto), "entries": [list(entry) for entry in entries]}


def held():
    return [(p.kind, p.key, p.version, p.digest) for p in Position.objects.order_by("kind", "key")]


def test_manifest_of_the_same_asks_for_nothing():
    assert reconciling.compare(manifest(*held())) == []


def test_manifest_asks_for_what_is_missing_older_or_different():
    entries = {(kind, key): (kind, key, version, digest) for kind, key, version, digest in held()}
    entries["article", "new"] = ("article", "new", 1, "d")
    entries["article", "a"] = ("article", "a", 2, "d")
    entries["article", "b"] = ("article", "b", 1, "different")

    wanted = reconciling.compare(manifest(*entries.values()))

    assert wanted == [("article", "a"), ("article", "b"), ("article", "new")]


def test_manifest_of_an_older_state_asks_for_nothing():
    show(published(key="b", version=5, published_at=days(1)))
    entries = [(kind, key, 1 if key == "b" else version, digest) for kind, key, version, digest in held()]

    assert reconciling.compare(manifest(*entries)) == []


def test_manifest_asks_about_what_authoring_does_not_mention_within_its_slice_alone():
    entries = [entry for entry in held() if entry[:2] not in {("article", "a"), ("tag", "type")}]

    articles = [entry for entry in entries if entry[0] == "article"]

    assert reconciling.compare(manifest(*entries)) == [("article", "a"), ("tag", "type")]
    assert reconciling.compare(manifest(*articles, upto=("article", "zz"))) == [("article", "a")]


def test_what_authoring_does_not_know_stays_and_is_noted():
    reconciling.note_unknown([("article", "a")])

    assert Position.objects.get(key="a").unknown_since is not None
    assert PublishedArticle.objects.filter(key="a").exists()
