"""After any change exactly those pages differ that it changes: compared with a rendering of everything."""

import gzip
from dataclasses import replace
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.databases import READ
from cms.events import Kind, Reference
from publishing import pages, projection, tables
from publishing.models import Page, Position, Refresh
from publishing.pages import everything, lists, refresher, store
from publishing.pages.context import SITE_FEEDS
from tests.publishing.builders import (
    author,
    by,
    days,
    plain_page,
    project,
    published,
    show,
    site,
    tag,
    tagged,
    withdrawn,
)

ARTICLES = ("a", "b", "c", "d")
TAGS = ("ink", "type")
AUTHORS = ("ada", "bo")

FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "title": st.sampled_from(["One", "Two"]),
    "summary": st.sampled_from(["", "Said."]),
    "body": st.sampled_from(["Words.", "Other words, more of them than before."]),
    "path": st.sampled_from(["", "new-"]),
    "language": st.sampled_from(["en", "fr"]),
    "published_at": st.sampled_from([0, 1, 40, 400]),
    "updated_at": st.sampled_from([401, 402]),
    "tags": st.lists(st.sampled_from(TAGS), unique=True),
    "authors": st.lists(st.sampled_from(AUTHORS), unique=True),
    "translation": st.sampled_from(["", "a", "g"]),
    "noindex": st.booleans(),
}
STEPS = st.one_of(
    st.tuples(st.just("article"), st.sampled_from(ARTICLES), st.fixed_dictionaries({}, optional=FIELDS)),
    st.tuples(st.just("withdraw"), st.sampled_from(ARTICLES), st.just({})),
    st.tuples(
        st.just("tag"), st.sampled_from(TAGS), st.fixed_dictionaries({"name": st.sampled_from(["X", "Y"])})
    ),
    st.tuples(st.just("rename"), st.sampled_from(TAGS), st.just({})),
    st.tuples(
        st.just("author"),
        st.sampled_from(AUTHORS),
        st.fixed_dictionaries({"name": st.sampled_from(["P", "Q"])}),
    ),
    st.tuples(
        st.just("page"), st.just("about"), st.fixed_dictionaries({"title": st.sampled_from(["U", "V"])})
    ),
    st.tuples(st.just("unpage"), st.just("about"), st.just({})),
    st.tuples(st.just("site"), st.just("site"), st.fixed_dictionaries({"name": st.sampled_from(["S", "T"])})),
)


class History:
    """What was published, and the next version of everything."""

    def __init__(self) -> None:
        self.versions: dict[tuple[str, str], int] = {}
        self.states: dict[str, dict[str, Any]] = {}
        self.slugs = {slug: slug for slug in TAGS}
        self.paths: dict[str, set[str]] = {}

    def event(self, what: str, key: str, given: dict[str, Any]) -> Any:
        match what:
            case "article":
                return self._article(key, given)
            case "withdraw":
                return withdrawn(
                    key=key, version=self._next(key), paths=tuple(sorted(self.paths.get(key, ())))
                )
            case "tag" | "rename":
                return self._tag(key, given, "-x" if what == "rename" else "")
            case "author":
                return author(key, version=self._next(key), **given)
            case "page":
                return plain_page(version=self._next(key), **given)
            case "unpage":
                gone = withdrawn(key=key, version=self._next(key), paths=("/about/",))
                return replace(gone, kind=Kind.PAGE)
        return site(version=self._next(key), **given)

    def _article(self, key: str, given: dict[str, Any]) -> Any:
        state = self.states.setdefault(key, {"language": "en", "path": "", "published_at": 0, "tags": []})
        state |= given
        language, stem = state["language"], f"{state['path']}{key}"
        path = f"/{stem}/" if language == "en" else f"/{language}/{stem}/"
        former = self.paths.setdefault(key, set())
        former.add(path)
        return published(
            key=key,
            version=self._next(key),
            **{
                **state,
                "path": path,
                "former_paths": tuple(sorted(former - {path})),
                "published_at": days(state["published_at"]),
                "updated_at": days(state.get("updated_at", 0) or state["published_at"]),
                "tags": tuple(
                    Reference(key=slug, name=slug.title(), path=f"/tags/{self.slugs[slug]}/")
                    for slug in state["tags"]
                ),
                "authors": by(*state.get("authors", ())),
            },
        )

    def _tag(self, key: str, given: dict[str, Any], suffix: str) -> Any:
        self.slugs[key] += suffix
        path = f"/tags/{self.slugs[key]}/"
        former = self.paths.setdefault(key, {f"/tags/{key}/"})
        former.add(path)
        return tag(
            key, version=self._next(key), path=path, former_paths=tuple(sorted(former - {path})), **given
        )

    def _next(self, key: str) -> int:
        self.versions[key] = self.versions.get(key, 0) + 1
        return self.versions[key]


@given(history=st.lists(st.lists(STEPS, min_size=1, max_size=3), min_size=2, max_size=5))
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_a_change_refreshes_is_what_it_changes(history):
    with transaction.atomic(using=READ):
        past = History()
        refresher.refresh(lists.ALWAYS)
        settle()
        for batch in history:
            before = stored()
            project(*(past.event(*step) for step in batch))
            settle()
            after = stored()

            assert written(before, after) == changed(before, after)
            assert shown(rendered_anew()) == shown(after)
        transaction.set_rollback(True, using=READ)


def settle() -> None:
    while pages.refresh_some():
        pass


def stored() -> dict[str, Page]:
    return {page.path: page for page in Page.objects.all()}


def shown(held: dict[str, Page]) -> dict[str, tuple[Any, ...]]:
    """What readers see of each page."""
    return {
        path: (
            page.status,
            page.location,
            page.content_type,
            bytes(page.body) and gzip.decompress(page.body).decode(),
        )
        for path, page in held.items()
    }


def changed(before: dict[str, Page], after: dict[str, Page]) -> set[str]:
    """The paths at which readers see something else."""
    old, new = shown(before), shown(after)
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


def written(before: dict[str, Page], after: dict[str, Page]) -> set[str]:
    """The paths that were written, but for those that say the same in a newer version."""
    both = before.keys() & after.keys()
    renewed = {path for path in both if before[path].changed_at != after[path].changed_at}
    own = {path for path in renewed if before[path].version < after[path].version}
    return (renewed - (own - changed(before, after))) | (before.keys() ^ after.keys())


def rendered_anew() -> dict[str, Page]:
    """Every page, rendered from the messages and the tables, as if none were there."""
    with transaction.atomic(using=READ):
        Page.objects.all().delete()
        positions = Position.objects.order_by("kind", "key")
        store.write(tables.own_pages(projection.prepare(position.message) for position in positions))
        refresher.refresh(everything.combined())
        found = stored()
        transaction.set_rollback(True, using=READ)
    return found


def test_edit_of_a_text_renders_its_feeds_and_nothing_else(monkeypatch):
    show(
        site(),
        *(published(key=key, published_at=days(at), tags=tagged("ink")) for at, key in enumerate("abc")),
    )
    rendered: list[set[str]] = []
    refresh = refresher.refresh
    monkeypatch.setattr(refresher, "refresh", lambda paths: rendered.append(set(paths)) or refresh(paths))

    show(published(key="a", version=2, body="Another text.", tags=tagged("ink")))

    assert set().union(*rendered) == set(SITE_FEEDS)


def test_version_that_says_the_same_renders_nothing_else():
    show(site(), published(tags=tagged("ink")), published(key="b", published_at=days(1)))
    before = stored()

    project(published(version=2, tags=tagged("ink")))

    assert list(Refresh.objects.values_list("path", "key")) == [("/a/", "a")]
    settle()
    assert changed(before, stored()) == {"/api/v1/articles/a/"}


def test_version_that_arrives_as_a_repair_leaves_the_lists_where_the_article_no_longer_stands():
    refresher.refresh(lists.ALWAYS)
    show(site(), published(tags=tagged("ink")), published(key="b", published_at=days(400)))

    show(published(version=2, published_at=days(40), tags=tagged("type")), again=1)

    assert shown(rendered_anew()) == shown(stored())
    assert "/tags/ink/" not in stored()
    assert "/archive/2025/03/" not in stored()


def test_article_that_search_engines_shall_leave_out_leaves_the_sitemap():
    refresher.refresh(lists.ALWAYS)
    show(site(), published(), published(key="b"), published(key="c"))

    show(
        published(version=2, noindex=True),
        published(key="b", version=2, canonical="https://elsewhere.example/"),
    )

    assert shown(rendered_anew()) == shown(stored())


def test_each_page_is_rendered_once_however_many_articles_of_a_batch_touched_it(monkeypatch):
    rendered: list[str] = []
    refresh = refresher.refresh
    monkeypatch.setattr(refresher, "refresh", lambda paths: rendered.extend(paths) or refresh(paths))

    show(site(), *(published(key=f"k{at}", published_at=days(at), tags=tagged("ink")) for at in range(12)))

    assert sorted(path for path in rendered if rendered.count(path) > 1) == []
    assert {"/", "/tags/ink/", *SITE_FEEDS} <= set(rendered)
