"""What stands beside an article: translations and related articles, and which pages follow when it changes."""

import gzip
import re

import pytest
from django.db import connections

from cms.databases import READ
from publishing import pages, reconciling
from publishing.models import Page, TaggedArticle
from publishing.pages import neighbours, related
from tests.publishing.builders import by, days, project, published, show, site, tagged, withdrawn


def text(path: str) -> str:
    return gzip.decompress(Page.objects.get(path=path).body).decode()


def shown_related(path: str) -> list[str]:
    """The paths of the related articles that a page shows, in order."""
    _, _, aside = text(path).partition('<aside class="related"')
    return re.findall(r'<h3><a href="([^"]+)">', aside.partition("</aside>")[0])


def shown_translations(path: str) -> dict[str, str]:
    """Path by language, as the head says it."""
    links = re.findall(
        r'<link rel="alternate" hreflang="([^"]+)" href="http://testserver([^"]+)">', text(path)
    )
    return dict(links)


def article(key: str, *tags: str, at: float = 0, version: int = 1, **state):
    return published(key=key, version=version, tags=tagged(*tags), published_at=days(at), **state)


def translated(key: str, language: str, version: int = 1, **state):
    given = {"path": f"/{language}/{key}/", "language": language, "translation": "a", **state}
    return published(key=key, version=version, **given)


def changed_by(*events) -> set[str]:
    """The pages of articles that are written by these events and what follows from them."""
    before = dict(Page.objects.filter(kind="article").values_list("path", "changed_at"))
    show(*events)
    after = dict(Page.objects.filter(kind="article").values_list("path", "changed_at"))
    return {path for path, moment in after.items() if before.get(path) != moment and "/api/" not in path}


def test_rarer_tags_weigh_more_and_the_newest_of_equals_comes_first():
    show(
        article("a", "common", "rare"),
        *(article(f"c{number}", "common", at=number) for number in range(1, 5)),
        article("r", "rare", at=-9),
    )

    assert shown_related("/a/") == ["/r/", "/c4/", "/c3/"]
    assert shown_related("/r/") == ["/a/"]


def test_two_shared_tags_weigh_more_than_one():
    show(
        article("a", "x", "y"), article("b", "x", at=2), article("c", "x", "y", at=1), article("d", "y", at=3)
    )

    assert shown_related("/a/") == ["/c/", "/d/", "/b/"]


def test_related_articles_are_of_the_same_language():
    show(article("a", "x"), article("f", "x", language="fr", path="/fr/f/"))

    assert (shown_related("/a/"), shown_related("/fr/f/")) == ([], [])


def test_only_pages_near_a_new_article_are_rendered_anew():
    show(*(article(f"k{number}", "x", at=number) for number in range(10, 50)))

    written = changed_by(article("new", "x", at=29.5))

    nearest = {f"/k{number}/" for number in range(22, 38)}
    assert {"/new/", "/k22/", "/k29/", "/k30/"} <= written <= nearest | {"/new/"}
    assert shown_related("/k22/") == ["/new/", "/k29/", "/k28/"]


@pytest.mark.parametrize(
    ("change", "follows"),
    [
        ({"title": "Another"}, {"/a/", "/b/", "/c/"}),
        ({"summary": "Another."}, {"/a/", "/b/", "/c/"}),
        ({"authors": by("ada")}, {"/a/", "/b/", "/c/"}),
        ({"body": "Other text, as long."}, {"/c/"}),
        ({"path": "/moved/"}, {"/a/", "/b/", "/moved/"}),
        ({"tags": ()}, {"/a/", "/b/", "/c/"}),
    ],
)
def test_pages_that_show_a_card_follow_what_it_shows_and_nothing_else(change, follows):
    show(article("a", "x"), article("b", "x", at=1), article("c", "x", at=2), article("z", "z", at=-1))

    given = {"tags": tagged("x"), "published_at": days(2), **change}
    assert changed_by(published(key="c", version=2, **given)) == follows


def test_withdrawn_article_is_related_to_nothing():
    show(article("a", "x"), article("b", "x", at=1), article("c", "x", at=2))

    show(withdrawn(key="b"))

    assert (shown_related("/a/"), shown_related("/c/")) == (["/c/"], ["/a/"])


def test_translations_name_each_other_in_head_and_text():
    show(site(), published(key="a"), translated("b", "fr"), translated("c", "de"))

    everywhere = {"en": "/a/", "fr": "/fr/b/", "de": "/de/c/"}
    assert [shown_translations(path) for path in ("/a/", "/fr/b/", "/de/c/")] == [everywhere] * 3
    assert '<a href="/fr/b/" lang="fr" hreflang="fr" rel="alternate">Français</a>' in text("/a/")
    assert 'hreflang="en" rel="alternate">English</a>' in text("/fr/b/")


def test_article_without_translations_offers_no_language():
    show(published(key="a"), published(key="b", language="fr", path="/fr/b/"))

    assert "hreflang" not in text("/a/") + text("/fr/b/")


def test_translations_follow_a_change_of_path_a_withdrawal_and_a_parting():
    show(
        published(key="a"),
        translated("b", "fr"),
        translated("c", "de"),
        published(key="z", published_at=days(-1)),
    )

    assert changed_by(translated("c", "de", version=2, path="/de/neu/")) == {"/a/", "/fr/b/", "/de/neu/"}
    assert shown_translations("/a/") == {"en": "/a/", "fr": "/fr/b/", "de": "/de/neu/"}

    show(withdrawn(key="c", version=3, paths=("/de/c/", "/de/neu/")))
    assert shown_translations("/fr/b/") == {"en": "/a/", "fr": "/fr/b/"}

    show(translated("b", "fr", version=2, translation=""))
    assert (shown_translations("/a/"), shown_translations("/fr/b/")) == ({}, {})


def test_newest_of_two_translations_into_one_language_is_named():
    show(published(key="a"), translated("b", "fr"), translated("c", "fr", published_at=days(1)))

    assert shown_translations("/a/") == {"en": "/a/", "fr": "/fr/c/"}


def test_inspection_mends_the_table_of_tags():
    show(article("a", "x"), article("b", "x", at=1))
    TaggedArticle.objects.filter(key="b").delete()
    TaggedArticle.objects.create(key="a", tag="made up", language="en", published_at=days(0))

    findings = [finding for slice_ in reconciling.inspect() for finding in slice_]

    assert {one.key for one in findings if one.damage == "tags damaged" and one.mended} == {"a", "b"}
    assert set(TaggedArticle.objects.values_list("key", "tag")) == {("a", "x"), ("b", "x")}


def test_articles_projected_at_the_same_time_find_each_other_afterwards(monkeypatch):
    """Each is rendered as if the other were not there yet: the queue brings them together."""
    blind = lambda places: {place.key: neighbours.Neighbours() for place in places}  # noqa: E731
    with monkeypatch.context() as patch:
        patch.setattr(neighbours, "beside", blind)
        project(article("a", "x"), translated("b", "fr", tags=tagged("x")))
        project(article("c", "x", at=1))

    while pages.refresh_some():
        pass

    assert shown_related("/a/") == ["/c/"]
    assert shown_translations("/a/") == {"en": "/a/", "fr": "/fr/b/"}


def test_nearest_articles_of_a_tag_are_found_by_its_index():
    show(article("a", "x"))
    [place] = [neighbours.place(one) for one in related.PublishedArticle.objects.all()]

    with connections[READ].cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + related.PLACES + related.RELATED, [[value] for value in place])
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert plan.count("tagged_in_time") == 2
