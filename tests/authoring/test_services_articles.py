"""What writers can do to articles, and what readers are told of it."""

import datetime as dt
import json
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction
from django.db.models import F

from authoring.models import Article, OutboxMessage, ReservedPath, Revision
from authoring.services import articles
from authoring.services.articles import Conflict, NoSuchArticle, NotPublished
from authoring.services.paths import SlugTaken
from cms import signals
from cms.databases import WRITE
from tests.authoring.builders import NOW, article, author, live, messages, tag, text

LATER = NOW + dt.timedelta(hours=1)


def state() -> dict:
    """What the newest message about an article tells readers."""
    return json.loads(messages()[-1].message)["state"]


def paths() -> set[tuple[str, bool]]:
    return set(ReservedPath.objects.filter(kind="article").values_list("path", "is_public"))


def test_a_new_article_is_a_draft_that_nobody_is_told_of():
    one = article("Hello", body="Text")

    assert (one.version, one.is_live, one.latest_revision.number, one.path) == (0, False, 1, "")
    assert paths() == {("/hello/", False)}
    assert messages() == []


def test_saving_makes_a_revision_and_leaves_the_live_one():
    one = live(body="Old")

    revision = articles.save_draft(one.pk, text(body="New"), expected_revision=1)

    one.refresh_from_db()
    assert (revision.number, one.latest_revision, one.live_revision.body) == (2, revision, "Old")
    assert one.has_newer_draft
    assert len(messages()) == 1


def test_saving_over_something_newer_is_a_conflict_and_changes_nothing():
    one = article()
    articles.save_draft(one.pk, text(body="Theirs"), expected_revision=1)

    with pytest.raises(Conflict) as caught:
        articles.save_draft(one.pk, text(body="Mine"), expected_revision=1)

    assert caught.value.current == 2
    assert Revision.objects.count() == 2


def after_a_save_of_somebody_else(pk: UUID, act: Callable[[], Any]) -> Future[Any]:
    """What becomes of `act`, which waits for the lock of an article while its revision 2 is saved."""

    def run() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as pool, transaction.atomic(using=WRITE):
        articles.save_draft(pk, text(body="Theirs"), expected_revision=1)
        waiting = pool.submit(run)
        while not _somebody_waits():
            assert not waiting.done(), "it did not wait"
            time.sleep(0.01)
    return waiting


def _somebody_waits() -> bool:
    with connections[WRITE].cursor() as cursor:
        cursor.execute("SELECT exists(SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_anothers_save_gets_the_conflict():
    one = article()

    outcome = after_a_save_of_somebody_else(
        one.pk, lambda: articles.save_draft(one.pk, text(body="Mine"), expected_revision=1)
    )

    assert isinstance(outcome.exception(), Conflict)
    assert Revision.objects.get(article=one, number=2).body == "Theirs"


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_anothers_save_publishes_it():
    one = article()

    outcome = after_a_save_of_somebody_else(one.pk, lambda: articles.publish(one.pk, now=NOW))

    one.refresh_from_db()
    assert (outcome.result(), one.live_revision.body) == (1, "Theirs")


def test_saving_an_unknown_article_says_so():
    with pytest.raises(NoSuchArticle):
        articles.save_draft(Article().pk, text())


def test_publishing_tells_readers_the_whole_state():
    ines, systems = author(), tag()
    one = article(body="Text", summary="Short", authors=(ines.pk,), tags=(systems.pk,))

    assert articles.publish(one.pk, now=NOW) == 1

    assert state() == {
        "path": "/hello/",
        "former_paths": [],
        "title": "Hello",
        "summary": "Short",
        "body": "Text",
        "language": "en",
        "published_at": "2026-03-01T12:00:00+00:00",
        "updated_at": "2026-03-01T12:00:00+00:00",
        "tags": [{"key": str(systems.pk), "name": "Systems", "path": "/tags/systems/"}],
        "authors": [{"key": str(ines.pk), "name": "Ines", "path": "/authors/ines/"}],
        "hero": None,
        "pictures": [],
        "translation": "",
        "canonical": "",
        "social_title": "",
        "noindex": False,
    }


def test_every_publish_and_withdrawal_raises_the_version_by_one():
    one = live()

    assert articles.publish(one.pk, now=LATER) == 2
    assert articles.withdraw(one.pk, now=LATER) == 3
    assert articles.publish(one.pk, now=LATER) == 4

    one.refresh_from_db()
    assert (one.published_at, one.changed_at, one.withdrawn_at) == (NOW, LATER, None)
    assert [message.type.partition(".")[2] for message in messages()] == [
        "published", "published", "withdrawn", "published",
    ]  # fmt: skip


def test_withdrawing_a_draft_is_refused_and_changes_nothing():
    one = article()

    with pytest.raises(NotPublished):
        articles.withdraw(one.pk, now=NOW)

    one.refresh_from_db()
    assert (one.version, one.withdrawn_at, messages()) == (0, None, [])


def test_a_receiver_that_fails_undoes_the_publish():
    one = article()

    def fail(**_: object) -> None:
        raise RuntimeError

    signals.published.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            articles.publish(one.pk, now=NOW)
    finally:
        signals.published.disconnect(fail)

    one.refresh_from_db()
    assert (one.version, one.is_live, messages()) == (0, False, [])
    assert paths() == {("/hello/", False)}


def test_a_renamed_article_redirects_from_its_former_path_and_back_again():
    one = live("A", "a")

    articles.save_draft(one.pk, text("A", "b"))
    articles.publish(one.pk, now=LATER)
    assert (state()["path"], state()["former_paths"]) == ("/b/", ["/a/"])

    articles.save_draft(one.pk, text("A", "a"))
    articles.publish(one.pk, now=LATER)
    assert (state()["path"], state()["former_paths"]) == ("/a/", ["/b/"])
    assert paths() == {("/a/", True), ("/b/", True)}


def test_a_former_path_is_never_given_to_another():
    one = live("A", "a")
    articles.save_draft(one.pk, text("A", "b"))
    articles.publish(one.pk, now=LATER)

    with pytest.raises(SlugTaken) as caught:
        article("Other", "a")

    assert caught.value.message_dict == {"slug": ["The address /a/ is taken."]}
    assert Article.objects.count() == 1


def test_two_drafts_cannot_want_one_slug():
    article("One", "same")

    with pytest.raises(SlugTaken):
        article("Two", "same")

    assert Article.objects.count() == 1


def test_a_draft_that_is_renamed_frees_the_path_that_nobody_saw():
    one = article("One", "first")
    articles.save_draft(one.pk, text("One", "second"))

    article("Two", "first")

    assert paths() == {("/first/", False), ("/second/", False)}


def test_a_translation_may_share_the_slug():
    live("Hello", "hello")
    live("Bonjour", "hello", language="fr")

    assert paths() == {("/hello/", True), ("/fr/hello/", True)}


def test_a_first_publish_can_be_dated_back_with_the_addresses_of_a_former_site():
    one = article()
    long_ago = dt.datetime(2009, 5, 1, tzinfo=dt.UTC)

    articles.publish(one.pk, now=NOW, published_at=long_ago, former_paths=("/2009/05/hello.html",))

    one.refresh_from_db()
    assert (one.published_at, one.changed_at) == (long_ago, long_ago)
    assert state()["former_paths"] == ["/2009/05/hello.html"]


def test_restating_a_draft_tells_nobody():
    assert articles.restate(article().pk, now=NOW) is None
    assert messages() == []


def test_a_revision_is_never_updated():
    article(body="Old")

    with pytest.raises(IntegrityError, match="never updated"), transaction.atomic():
        Revision.objects.update(body="Forged")
    Revision.objects.update(body=F("body"))

    assert Revision.objects.get().body == "Old"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": " "}, {"title": ["This must not be empty."]}),
        ({"title": "\u200b\u2060"}, {"title": ["This must not be empty."]}),
        (
            {"title": "Moved \u202esdrawkcab"},
            {"title": ["This contains a character that turns the direction of what stands behind it."]},
        ),
        ({"title": "two\nlines"}, {"title": ["This must be a single line."]}),
        ({"title": "x" * 201}, {"title": ["This has 201 characters; at most 200 are possible."]}),
        ({"slug": "search"}, {"slug": ["“search” is reserved for the site itself."]}),
        ({"slug": "fr"}, {"slug": ["“fr” is reserved for the site itself."]}),
        ({"summary": "x" * 1001}, {"summary": ["This has 1001 characters; at most 1000 are possible."]}),
        ({"body": "a\x00b"}, {"body": ["Line 1 contains the character U+0000, which cannot be published."]}),
        ({"body": "\ud800"}, {"body": ["Line 1 contains the character U+D800, which cannot be published."]}),
        ({"language": "klingon"}, {"language": ["Unknown language “klingon”."]}),
    ],
)
def test_bad_text_is_named_by_field_and_saved_nowhere(fields, expected):
    given = {"title": "Hello", "slug": "hello", **fields}

    with pytest.raises(ValidationError) as caught:
        articles.create(text(**given))

    assert caught.value.message_dict == expected
    assert (Article.objects.count(), paths()) == (0, set())


def test_all_problems_are_told_at_once():
    with pytest.raises(ValidationError) as caught:
        articles.create(text("", "admin", language="xx"))

    assert sorted(caught.value.message_dict) == ["language", "slug", "title"]


def test_unknown_tags_and_pictures_are_refused():
    stranger = Article().pk

    with pytest.raises(ValidationError) as caught:
        article(tags=(stranger,), hero=stranger)

    assert sorted(caught.value.message_dict) == ["hero", "tags"]
    assert OutboxMessage.objects.count() == 0


def test_search_engines_and_cards_are_told_what_the_writer_said():
    one = article(canonical="https://elsewhere.example/a/", social_title="Short", noindex=True)

    articles.publish(one.pk, now=NOW)

    told = state()
    assert (told["canonical"], told["social_title"], told["noindex"]) == (
        "https://elsewhere.example/a/",
        "Short",
        True,
    )


@pytest.mark.parametrize(
    "address", ["elsewhere.example/a/", "/a/", "javascript:alert(1)", "ftp://x.example/"]
)
def test_address_elsewhere_must_be_whole(address):
    with pytest.raises(ValidationError) as refusal:
        article(canonical=address)

    assert list(refusal.value.message_dict) == ["canonical"]
