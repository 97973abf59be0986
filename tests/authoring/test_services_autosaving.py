"""What the editor saves by itself, and what becomes of it."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from authoring import tasks
from authoring.models import Article, ReservedPath, Revision, ScheduledChange
from authoring.services import articles, autosaving, scheduling
from authoring.services.articles import Conflict
from cms.databases import WRITE
from tests.authoring import builders
from tests.authoring.builders import NOW, text


def numbers(article: Article) -> list[int]:
    return sorted(article.revisions.values_list("number", flat=True))


def aged(revision: Revision, **ago: float) -> None:
    """Let a revision be so old: the trigger that refuses it is about writers."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with pending checks cannot be altered
        cursor.execute("ALTER TABLE authoring_revision DISABLE TRIGGER authoring_revision_is_final")
        cursor.execute(
            "UPDATE authoring_revision SET created_at = now() - %s WHERE id = %s",
            [dt.timedelta(**ago), revision.pk],
        )
        cursor.execute("ALTER TABLE authoring_revision ENABLE TRIGGER authoring_revision_is_final")


def test_autosave_touches_neither_the_newest_nor_the_live_revision():
    anna = builders.writer()
    one = builders.live(by=anna)

    kept = autosaving.autosave(one.pk, text(body="Half a sen"), by=anna, based_on=1)

    after = Article.objects.get(pk=one.pk)
    assert (after.latest_revision_id, after.live_revision_id) == (
        one.latest_revision_id,
        one.live_revision_id,
    )
    assert (kept.number, kept.autosaved, kept.based_on, kept.body) == (2, True, 1, "Half a sen")
    assert len(builders.messages()) == 1


def test_autosave_reserves_no_path():
    anna = builders.writer()
    one = builders.article("Hello", by=anna)

    autosaving.autosave(one.pk, text("Half", slug="ha"), by=anna, based_on=1)

    assert [reserved.path for reserved in ReservedPath.objects.all()] == ["/hello/"]


def test_autosaves_of_a_second_tab_are_no_conflict_but_another_save_is():
    anna, ben = builders.writer(), builders.editor()
    one = builders.article(by=anna)
    autosaving.autosave(one.pk, text(body="Second tab"), by=anna, based_on=1)

    mine = articles.save_draft(one.pk, text(body="First tab"), by=anna, expected_revision=1)

    assert mine.number == 3
    with pytest.raises(Conflict) as refusal:
        articles.save_draft(one.pk, text(body="Ben's"), by=ben, expected_revision=1)
    assert refusal.value.current == 3


def test_first_autosave_makes_a_draft_that_its_writer_saves_from_either_tab_without_conflict():
    anna = builders.writer()
    one = autosaving.begin(text("Half a tit"), by=anna)
    autosaving.autosave(one.pk, text("Half a title"), by=anna, based_on=1, replaces=1)

    one.refresh_from_db()
    assert str(one) == "Half a title"
    assert [reserved.path for reserved in ReservedPath.objects.all()] == ["/half-a-title/"]
    saved = articles.save_draft(one.pk, text("A whole title"), by=anna, expected_revision=1)
    assert (saved.number, saved.autosaved) == (3, False)


def test_text_that_was_only_autosaved_becomes_a_revision_by_hand_when_it_is_saved_unchanged():
    anna = builders.writer()
    one = autosaving.begin(text(body="All of it"), by=anna)

    saved = articles.save_draft(one.pk, text(body="All of it"), by=anna, expected_revision=1)

    assert (saved.number, saved.autosaved) == (2, False)


def test_draft_that_became_unfit_is_kept_beside_the_one_that_leads():
    anna = builders.writer()
    one = autosaving.begin(text("Hello"), by=anna)

    kept = autosaving.autosave(one.pk, text("", slug="hello", body="More"), by=anna, based_on=1)

    one.refresh_from_db()
    assert (kept.number, str(one)) == (2, "Hello")


def test_same_text_twice_is_one_autosave():
    anna = builders.writer()
    one = builders.article(by=anna)
    autosaving.autosave(one.pk, text(body="Once"), by=anna, based_on=1)

    autosaving.autosave(one.pk, text(body="Once"), by=anna, based_on=1, replaces=2)

    assert numbers(one) == [1, 2]


def test_tab_replaces_what_it_saved_a_moment_ago_and_leaves_another_tab_s_alone(monkeypatch):
    monkeypatch.setattr(autosaving, "SLOT", dt.timedelta(days=1000))
    anna = builders.writer()
    one = builders.article(by=anna)
    autosaving.autosave(one.pk, text(body="Other tab"), by=anna, based_on=1)
    autosaving.autosave(one.pk, text(body="A"), by=anna, based_on=1)

    autosaving.autosave(one.pk, text(body="AB"), by=anna, based_on=1, replaces=3)

    assert list(one.revisions.order_by("number").values_list("body", flat=True)) == ["", "Other tab", "AB"]


def test_nobody_replaces_another_s_autosave_nor_a_revision_by_hand(monkeypatch):
    monkeypatch.setattr(autosaving, "SLOT", dt.timedelta(days=1000))
    anna, ben = builders.writer(), builders.editor()
    one = builders.article(by=anna)
    autosaving.autosave(one.pk, text(body="Anna's"), by=anna, based_on=1)

    autosaving.autosave(one.pk, text(body="Ben's"), by=ben, based_on=1, replaces=2)
    autosaving.autosave(one.pk, text(body="Ben's own"), by=ben, based_on=1, replaces=1)

    assert numbers(one) == [1, 2, 3, 4]


def test_what_was_never_saved_by_hand_is_offered_to_its_writer_alone_although_somebody_saved_since():
    anna, ben = builders.writer(), builders.editor()
    one = builders.article(by=anna)
    kept = autosaving.autosave(one.pk, text(body="Anna's"), by=anna, based_on=1)
    articles.save_draft(one.pk, text(body="Ben's"), by=ben, expected_revision=1)
    one.refresh_from_db()

    assert autosaving.unsaved(one, by=anna) == kept
    assert autosaving.unsaved(one, by=ben) is None

    articles.save_draft(one.pk, text(body="Anna's, saved"), by=anna)
    one.refresh_from_db()
    assert autosaving.unsaved(one, by=anna) is None


def test_discarded_autosaves_are_gone_and_offered_no_more():
    anna, ben = builders.writer(), builders.editor()
    one = builders.article(by=anna)
    autosaving.autosave(one.pk, text(body="Anna's"), by=anna, based_on=1)
    autosaving.autosave(one.pk, text(body="Ben's"), by=ben, based_on=1)

    autosaving.discard(one.pk, by=anna)

    assert autosaving.unsaved(one, by=anna) is None
    assert list(one.revisions.order_by("number").values_list("body", flat=True)) == ["", "Ben's"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "x" * 201), ("slug", "x" * 121), ("body", "a\0b"), ("canonical", "x" * 501)],
)
def test_what_no_revision_can_hold_is_refused_by_field_and_nothing_is_kept(field, value):
    anna = builders.writer()
    one = builders.article(by=anna)

    with pytest.raises(ValidationError) as refusal:
        autosaving.autosave(one.pk, text(**{"slug": "hello", field: value}), by=anna, based_on=1)

    assert list(refusal.value.message_dict) == [field]
    assert numbers(one) == [1]


def test_thinning_deletes_what_is_superseded_and_keeps_the_last_unsaved_text():
    anna = builders.writer()
    one = builders.article(by=anna)
    for body in ("A", "AB", "ABC"):
        aged(autosaving.autosave(one.pk, text(body=body), by=anna, based_on=1), hours=25)

    tasks.thin()

    assert numbers(one) == [1, 4]


def test_thinning_leaves_what_is_younger_than_a_day_and_forgets_what_is_older_than_a_month():
    anna = builders.writer()
    one = builders.article(by=anna)
    aged(autosaving.autosave(one.pk, text(body="A"), by=anna, based_on=1), hours=23)
    aged(autosaving.autosave(one.pk, text(body="AB"), by=anna, based_on=1), days=31)

    tasks.thin()

    assert numbers(one) == [1, 2]


def test_thinning_never_deletes_what_is_live_planned_newest_or_saved_by_hand():
    anna = builders.writer()
    one = autosaving.begin(text(body="A"), by=anna)
    aged(one.latest_revision, days=90)
    live = autosaving.autosave(one.pk, text(body="AB"), by=anna, based_on=1)
    planned = autosaving.autosave(one.pk, text(body="ABC"), by=anna, based_on=1)
    newest = autosaving.autosave(one.pk, text(body="ABCD"), by=anna, based_on=1)
    articles.publish(one.pk, now=NOW, revision_id=live.pk)
    scheduling.schedule(
        one.pk,
        action=ScheduledChange.Action.PUBLISH,
        revision_id=planned.pk,
        due_at=NOW + dt.timedelta(days=1),
        zone="UTC",
        now=NOW,
    )
    for revision in (live, planned, newest):
        aged(revision, days=90)

    tasks.thin()

    assert numbers(one) == [2, 3, 4]
    assert ScheduledChange.objects.count() == 1
