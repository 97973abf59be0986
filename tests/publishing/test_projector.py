"""The projector: what it believes, what it ignores, what it refuses."""

import json
import threading

import pytest
from django.db import connections, transaction
from django.db.models import Q

from cms import codec
from cms.databases import READ
from publishing import projector
from publishing.models import (
    DeadLetter,
    Page,
    Position,
    PublishedArticle,
    PublishedAuthor,
    PublishedPlainPage,
    PublishedSite,
    PublishedTag,
    SearchEntry,
)
from tests.publishing.builders import (
    author,
    days,
    messages,
    plain_page,
    project,
    published,
    refresh,
    show,
    site,
    tag,
    withdrawn,
)


def statuses():
    return {
        page.path: page.status for page in Page.objects.exclude(kind="").exclude(path__startswith="/api/")
    }


def test_published_article_has_a_row_a_vector_two_pages_and_a_position():
    [answer] = project(published(version=3))

    article = PublishedArticle.objects.get()
    position = Position.objects.get()
    assert (article.version, article.title, article.html) == (3, "Title of a", "<p>Body of a.</p>\n")
    assert SearchEntry.objects.get().key == "a"
    assert sorted(Page.objects.values_list("path", "status")) == [("/a/", 200), ("/api/v1/articles/a/", 200)]
    assert (position.version, position.is_live) == (3, True)
    assert answer == projector.Answer(kind="article", key="a", version=3, applied_at=position.applied_at)


def test_every_kind_has_its_row():
    project(published(), tag(), author(), plain_page(), site())

    models = (PublishedArticle, PublishedTag, PublishedAuthor, PublishedPlainPage, PublishedSite)
    assert [model.objects.count() for model in models] == [1, 1, 1, 1, 1]


def test_older_version_changes_nothing_and_is_answered_with_what_is_held():
    project(published(version=2, title="New"))

    [answer] = project(published(version=1, title="Old"))

    assert PublishedArticle.objects.get().title == "New"
    assert answer.version == 2


def test_same_version_twice_changes_nothing():
    project(published(version=1, title="First"))

    project(published(version=1, title="Second"))

    assert PublishedArticle.objects.get().title == "First"


def test_same_version_sent_again_repairs_and_keeps_the_time_of_the_first():
    [first] = project(published())
    PublishedArticle.objects.update(title="Damaged")

    [answer] = project(published(), again=1)

    assert PublishedArticle.objects.get().title == "Title of a"
    assert answer == projector.Answer(
        kind="article", key="a", version=1, again=1, applied_at=first.applied_at
    )


def test_older_version_sent_again_changes_nothing():
    project(published(version=2, title="New"))

    project(published(version=1, title="Old"), again=1)

    assert PublishedArticle.objects.get().title == "New"


def test_withdrawn_article_leaves_410s_and_a_tombstone():
    project(published(former_paths=("/old/",)))

    project(withdrawn(paths=("/a/", "/old/")))

    assert not PublishedArticle.objects.exists()
    assert not SearchEntry.objects.exists()
    assert statuses() == {"/a/": 410, "/old/": 410}
    assert Page.objects.get(path="/api/v1/articles/a/").status == 410
    assert Position.objects.get().is_live is False


def test_late_publish_does_not_resurrect_a_withdrawn_article():
    project(withdrawn(version=2))

    [answer] = project(published(version=1))

    assert not PublishedArticle.objects.exists()
    assert statuses() == {"/a/": 410}
    assert answer.version == 2


def test_republished_article_is_a_page_again():
    project(published(version=1))
    project(withdrawn(version=2))

    project(published(version=3))

    assert statuses() == {"/a/": 200}


def test_renaming_there_and_back_turns_the_redirect_into_the_page_again():
    project(published(version=1, path="/a/"))
    project(published(version=2, path="/b/", former_paths=("/a/",)))
    there = statuses()

    project(published(version=3, path="/a/", former_paths=("/b/",)))

    assert there == {"/a/": 301, "/b/": 200}
    assert statuses() == {"/a/": 200, "/b/": 301}
    assert Page.objects.get(path="/b/").location == "/a/"


def test_of_two_versions_in_one_batch_the_newer_stands_whatever_their_order():
    project(published(version=2, title="New"), published(version=1, title="Old"))

    assert PublishedArticle.objects.get().title == "New"
    assert Position.objects.get().version == 2


def test_message_of_an_unknown_schema_is_left_alone_and_unanswered():
    message = json.loads(codec.encode(published()))
    message["schema"] = 99

    answers = projector.project([(json.dumps(message), 0), *messages([published(key="b")])])

    assert [answer.key for answer in answers] == ["b"]
    assert not DeadLetter.objects.exists()


def test_malformed_message_becomes_a_dead_letter_and_a_refusal():
    message = json.loads(codec.encode(published(version=7)))
    del message["state"]["title"]

    [answer] = projector.project([(json.dumps(message), 0)])

    reason = "article.published: KeyError 'title'"
    assert answer == projector.Answer(kind="article", key="a", version=7, refusal=reason)
    assert DeadLetter.objects.get().reason == reason
    assert not Position.objects.exists()


def test_unrenderable_body_becomes_a_dead_letter_and_a_refusal():
    [answer] = project(published(body="x" * 300_000))

    assert answer.refusal == "The text is 300,000 bytes long; 262,144 is the most."
    assert DeadLetter.objects.get().version == 1
    assert not PublishedArticle.objects.exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"kind":"article"}', "[" * 100_000, "\x00", "null"])
def test_what_is_no_message_at_all_is_dropped(text):
    assert projector.project([(text, 0)]) == []


@pytest.mark.parametrize(
    "poison",
    [
        {"title": "a\x00b"},
        {"title": "a\ud800b"},
        {"path": "/" + "".join(f"{number:x}" for number in range(9000)) + "/"},
        {"body": "x" * 300_000},
    ],
)
def test_one_poisoned_message_of_fifty_stops_no_other(poison):
    batch = [published(key=f"k{number}", published_at=days(number)) for number in range(49)]

    answers = projector.project([*messages(batch[:20]), (poisoned(**poison), 0), *messages(batch[20:])])

    refused = [answer for answer in answers if answer.refusal]
    assert [answer.key for answer in refused] == ["poison"]
    assert len(answers) == 50
    assert PublishedArticle.objects.count() == 49


def poisoned(**state):
    message = json.loads(codec.encode(published(key="poison")))
    message["state"] |= state
    return json.dumps(message)


def test_fault_of_ours_in_one_message_stops_no_other_and_is_not_answered(monkeypatch):
    def broken(article, **_):
        if article.key == "b":
            raise RuntimeError("a bug")
        return article_pages(article, **_)

    article_pages = projector.tables.own.article_pages
    monkeypatch.setattr(projector.tables.own, "article_pages", broken)

    answers = project(published(key="a"), published(key="b", published_at=days(1)))

    assert [answer.key for answer in answers] == ["a"]
    assert not DeadLetter.objects.exists()
    assert list(Position.objects.values_list("key", flat=True)) == ["a"]


def test_missing_right_is_no_fault_of_the_message():
    with connections[READ].cursor() as cursor, transaction.atomic(using=READ):
        cursor.execute("ALTER TABLE publishing_page RENAME TO elsewhere")

        answers = project(published())

        cursor.execute("ALTER TABLE elsewhere RENAME TO publishing_page")
    assert answers == []
    assert not DeadLetter.objects.exists()


def test_articles_of_one_batch_know_their_neighbours_at_once():
    project(*(published(key=key, published_at=days(number)) for number, key in enumerate("abc")))

    assert json.loads(Page.objects.get(path="/b/").beside)[:2] == [
        {"title": "Title of c", "path": "/c/"},
        {"title": "Title of a", "path": "/a/"},
    ]


def test_replay_of_what_is_as_it_should_be_changes_no_page():
    batch = [published(key=key, published_at=days(number)) for number, key in enumerate("abc")]
    show(*batch)
    before = list(Page.objects.order_by("path").values_list("path", "changed_at"))

    show(*batch, again=1)

    assert list(Page.objects.order_by("path").values_list("path", "changed_at")) == before


def test_article_rendered_with_an_outdated_neighbour_is_rendered_again():
    show(published(key="a"), published(key="b", published_at=days(1)))
    Page.objects.filter(path="/a/").update(beside="as a racing projector saw them", version=2)
    Position.objects.filter(key="a").update(version=1)

    project(published(key="a", version=2, body="New."))
    Page.objects.filter(path="/a/").update(beside="as a racing projector saw them")
    refresh()

    assert json.loads(Page.objects.get(path="/a/").beside)[:2] == [
        {"title": "Title of b", "path": "/b/"},
        None,
    ]


@pytest.mark.django_db(databases=["read"], transaction=True)
def test_four_racing_projectors_end_with_the_newest_of_every_article():
    wrong = race()

    assert wrong == []


@pytest.mark.django_db(databases=["read"], transaction=True)
def test_the_race_would_show_a_guard_that_lets_everything_through(monkeypatch):
    monkeypatch.setattr(projector, "NEWER", Q(version__gte=0))

    wrong = race()

    assert wrong


VERSIONS, KEYS, THREADS = 8, 6, 4


def race() -> list[str]:
    """Apply all versions of some articles in four threads, each in its own order. Returns what ended wrong."""
    barrier = threading.Barrier(THREADS)
    failures: list[BaseException] = []

    def run(thread: int) -> None:
        barrier.wait()
        try:
            # The newest early for some and late for others, but last for none.
            for version in [*range(1 + thread, VERSIONS), VERSIONS, *range(1, 2 + thread)]:
                project(*(published(version=version, key=f"k{k}", title=f"V{version}") for k in range(KEYS)))
        except BaseException as error:
            failures.append(error)
        finally:
            connections[READ].close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    newest = f"V{VERSIONS}"
    return [
        *PublishedArticle.objects.exclude(title=newest).values_list("key", flat=True),
        *Position.objects.exclude(version=VERSIONS).values_list("key", flat=True),
        *Page.objects.filter(kind="article").exclude(version=VERSIONS).values_list("path", flat=True),
    ]
