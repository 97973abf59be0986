"""Revisions, clashes and going back."""

import pytest
from django.core.exceptions import ValidationError

from authoring.services import articles, autosaving, conflicts, history
from tests.authoring.builders import NOW, article, editor, text


def bodies(one):
    one.refresh_from_db()
    return one.latest_revision.number, one.latest_revision.body


def test_what_two_writers_changed_in_different_paragraphs_is_merged():
    one, anna = article(body="a\n\nb\n"), editor()
    articles.save_draft(one.pk, text(body="a\n\nB\n"))

    conflicts.save(one.pk, text(body="A\n\nb\n"), by=anna, based_on=1)

    assert bodies(one) == (3, "A\n\nB\n")


def test_a_clash_overwrites_nothing_and_tells_both_and_the_ancestor():
    one, anna = article(body="a"), editor()
    articles.save_draft(one.pk, text(body="theirs"))

    with pytest.raises(conflicts.Clash) as clash:
        conflicts.save(one.pk, text(body="mine"), by=anna, based_on=1)

    assert bodies(one) == (2, "theirs")
    assert (clash.value.base.body, clash.value.theirs.body, clash.value.ours.body) == ("a", "theirs", "mine")


def test_a_clashing_text_that_could_not_be_kept_is_refused_for_that():
    one, anna = article(body="a"), editor()
    articles.save_draft(one.pk, text(body="theirs"))

    with pytest.raises(ValidationError):
        conflicts.save(one.pk, text("x" * 201, "hello", body="mine"), by=anna, based_on=1)


def test_the_losing_text_is_kept_once_and_is_no_edit():
    one, anna = article(body="a"), editor()

    for _ in range(2):
        conflicts.set_aside(one.pk, text(body="mine"), by=anna)
    articles.save_draft(one.pk, text(body="next"), expected_revision=1)

    assert bodies(one) == (3, "next")
    assert list(one.revisions.filter(set_aside=True).values_list("number", "body")) == [(2, "mine")]


def test_publishing_meanwhile_is_no_edit():
    one, anna = article(body="a"), editor()
    articles.publish(one.pk, now=NOW)

    conflicts.save(one.pk, text(body="b"), by=anna, based_on=1)

    assert bodies(one) == (2, "b")


def test_restoring_makes_a_new_revision():
    one, anna = article(body="a"), editor()
    articles.save_draft(one.pk, text(body="b"))

    assert history.restore(one.pk, 1, by=anna).created_by == anna
    assert bodies(one) == (3, "a")


def test_a_revision_of_another_article_is_not_restored():
    one, other = article("One"), article("Other")
    articles.save_draft(other.pk, text("Other", body="b"))

    with pytest.raises(articles.NoSuchArticle):
        history.restore(one.pk, 2, by=None)


def test_every_revision_says_which_fields_it_changed():
    one = article("Hello", body="a")
    articles.save_draft(one.pk, text("Hi", "hello", body="a"))
    articles.save_draft(one.pk, text("Hi", "hello", body="b", summary="s"))

    assert history.changed(one.pk, [3, 2, 1]) == {3: (2, ["summary", "body"]), 2: (1, ["title"])}
    assert history.changed(one.pk, [3]) == {3: (2, ["summary", "body"])}


def test_what_was_kept_beside_is_compared_with_what_its_writer_began_with():
    one, anna = article("Hello", body="a"), editor()
    articles.save_draft(one.pk, text(body="b"))
    autosaving.autosave(one.pk, text(body="a", summary="s"), by=anna, based_on=1)
    conflicts.set_aside(one.pk, text(body="c"), by=anna, based_on=1)
    articles.save_draft(one.pk, text("Hi", "hello", body="b"))

    assert history.changed(one.pk, [5, 4, 3]) == {
        5: (2, ["title"]),
        4: (1, ["body"]),
        3: (1, ["summary"]),
    }


def test_a_text_that_clashed_waits_until_its_writer_saves_by_hand():
    one, anna, bert = article(body="a"), editor(), editor()
    kept = conflicts.set_aside(one.pk, text(body="mine"), by=anna, based_on=1)
    articles.save_draft(one.pk, text(body="theirs"), by=bert)

    assert (conflicts.unsettled(one, by=anna), conflicts.unsettled(one, by=bert)) == (kept, None)
    clash = conflicts.reopened(kept)
    assert (clash.theirs.body, clash.ours.body, clash.base.body, clash.merged.clashes) == (
        "theirs",
        "mine",
        "a",
        ("body",),
    )
    articles.save_draft(one.pk, text(body="both"), by=anna)
    assert conflicts.unsettled(one, by=anna) is None
