"""Comments on passages: where they stand, what becomes of them in a newer text, who may speak."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from authoring.models import Comment, Notification
from authoring.services import anchoring, articles, comments, reviews, rights
from authoring.services.anchoring import Haystack, Passage
from authoring.services.comments import TooMany
from authoring.services.passages import Shown, shown
from tests.authoring.builders import NOW, article, editor, text, writer

OWL = "The owl of Minerva spreads its wings only with the falling of the dusk"


def found(now: str, passage: Passage) -> str | None:
    haystack = Haystack(now)
    span = haystack.exact(passage) or haystack.near(passage)
    return now[slice(*span)] if span else None


@pytest.mark.parametrize(
    ("now", "passage", "expected"),
    [
        ("One two three", Passage("two"), "two"),
        ("One\ntwo\n\nthree", Passage("two three"), "two\n\nthree"),
        (f"Before. {OWL}. After.", Passage(OWL), OWL),
        (
            f"First. {OWL.replace('only with', 'just at')} End.",
            Passage(OWL),
            OWL.replace("only with", "just at"),
        ),
        (f"Far {'x ' * 500}{OWL}", Passage(OWL, position=3), OWL),
        ("Nothing of it is left here, not one word.", Passage(OWL), None),
        ("Too little: wings.", Passage("spreads its wings"), None),
        ("", Passage(OWL), None),
        ("", Passage(""), None),
    ],
)
def test_a_passage_is_found_again(now, passage, expected):
    assert found(now, passage) == expected


def test_of_equal_passages_the_one_with_the_same_surroundings_is_meant():
    now = "Red rose. Blue rose. White rose."

    assert Haystack(now).exact(Passage("rose", before="Blue ", after=". W")) == (15, 19)
    assert Haystack(now).exact(Passage("rose", position=26)) == (27, 31)


def test_looking_for_passages_in_the_longest_text_is_bounded():
    haystack = Haystack("the cat sat " * 21_000)

    assert haystack.exact(Passage("a")) is not None
    assert haystack.near(Passage("dog ran off " * 160)) is None


def test_marks_go_around_tags_and_keep_what_is_escaped():
    page = Shown(
        "A &amp; B", "", '<p>One <em title="a>b">two</em> &lt;three&gt;</p>\n<ul>\n<li>four</li></ul>'
    )
    span = page.exact(Passage("two <three> four"))

    assert span is not None
    assert page.marked([(span, 7)]) == [
        "A &amp; B",
        "",
        '<p>One <em title="a>b"><mark class="passage" data-comments="7">two</mark></em>'
        '<mark class="passage" data-comments="7"> &lt;three&gt;</mark></p>\n<ul>\n'
        '<li><mark class="passage" data-comments="7">four</mark></li></ul>',
    ]


def test_passages_that_overlap_are_marked_with_both():
    page = Shown("abcdef")

    assert page.marked([((0, 4), 1), ((2, 6), 2)]) == [
        '<mark class="passage" data-comments="1">ab</mark>'
        '<mark class="passage" data-comments="1 2">cd</mark>'
        '<mark class="passage" data-comments="2">ef</mark>'
    ]


def said(one: Any, by: Any, body: str = "Really?", **about: Any) -> Comment:
    return comments.comment(one.pk, by=by, body=body, number=about.pop("number", 1), **about)


def test_a_comment_keeps_its_passage_as_the_revision_has_it_with_its_surroundings():
    one, anna = article(body="A *great* many words.\n\nAnd <b>more</b>."), editor()

    made = said(one, anna, quote="great many\nwords. And more")

    assert (made.quote, made.before, made.after) == ("great many words.\nAnd more", "Hello\n\nA ", ".\n")
    assert made.position == len("Hello\n\nA ")


def test_of_very_many_changed_passages_the_first_open_ones_are_looked_for(monkeypatch):
    monkeypatch.setattr(comments, "MOST_SEARCHED", 20)
    one, anna = article(body=OWL), editor()
    closed, first, last = (said(one, anna, quote=OWL) for _ in range(3))
    comments.resolve(one.pk, closed.pk, by=anna, now=NOW)
    changed = Haystack(OWL.replace("only with", "just at"))

    placed = comments.place(comments.threads(one), changed)

    assert {thread.first.pk for thread in placed if thread.span} == {first.pk}
    assert {thread.first.pk for thread in placed if thread.is_lost} == {closed.pk, last.pk}


def test_a_comment_on_what_the_revision_does_not_say_is_refused():
    one, anna = article(body="Words"), editor()

    for wrong, field in (
        ({"quote": "Not there"}, "quote"),
        ({"quote": "x" * 2001}, "quote"),
        ({"body": " "}, "body"),
        ({"body": "x" * 4001}, "body"),
        ({"before": "x" * 121}, "before"),
        ({"body": "nul\x00"}, "body"),
    ):
        with pytest.raises(ValidationError) as caught:
            said(one, anna, **wrong)
        assert list(caught.value.message_dict) == [field]
    with pytest.raises(articles.NoSuchArticle):
        said(one, anna, number=2)
    assert not Comment.objects.exists()


def test_comments_follow_their_passage_into_a_newer_revision_or_are_said_to_have_lost_it():
    one, anna = article(body=f"{OWL}\n\nThe fox jumps over the dog."), editor()
    said(one, anna, "Which dog?", quote="The fox jumps over the dog")
    said(one, anna, "Hegel", quote=OWL)
    said(one, anna, "All in all: fine.")
    articles.save_draft(one.pk, text(body=f"A beginning. {OWL.replace('only with', 'just at')}"), by=anna)
    one.refresh_from_db()
    page = shown(text(body=one.latest_revision.body))

    placed = comments.place(comments.threads(one), page)

    assert [(thread.first.body, thread.is_lost) for thread in placed] == [
        ("Hegel", False),
        ("Which dog?", True),
        ("All in all: fine.", False),
    ]
    assert page.text[slice(*placed[0].span)] == OWL.replace("only with", "just at")


def test_threads_are_answered_resolved_and_reopened():
    ines, anna = writer(), editor()
    one = article(by=ines)
    first = said(one, anna)
    comments.reply(one.pk, first.pk, by=ines, body="Yes.")

    assert comments.resolve(one.pk, first.pk, by=ines, now=NOW)
    assert not comments.resolve(one.pk, first.pk, by=anna, now=NOW)
    first.refresh_from_db()
    assert (first.resolved_by, list(comments.unresolved(one))) == (ines, [])

    assert comments.reopen(one.pk, first.pk, by=anna)
    (thread,) = comments.threads(one)
    assert ([reply.body for reply in thread.replies], thread.first.resolved_at) == (["Yes."], None)


def test_a_reply_cannot_be_answered_or_resolved_for_itself_nor_that_of_another_article():
    one, other, anna = article(), article("Other"), editor()
    first = said(one, anna)
    answer = comments.reply(one.pk, first.pk, by=anna, body="Yes.")

    for act in (
        lambda: comments.reply(one.pk, answer.pk, by=anna, body="x"),
        lambda: comments.resolve(one.pk, answer.pk, by=anna, now=NOW),
        lambda: comments.reply(other.pk, first.pk, by=anna, body="x"),
        lambda: comments.resolve(other.pk, first.pk, by=anna, now=NOW),
    ):
        with pytest.raises(Comment.DoesNotExist):
            act()
    assert Comment.objects.count() == 2


def test_those_whom_it_concerns_are_told_once_and_the_speaker_is_not():
    ines, anna, eve = writer(name="ines"), editor(name="anna"), writer(name="eve")
    editor(name="ben")
    one = article(by=ines)
    reviews.submit(one.pk, by=ines, now=NOW, reviewers=["ben"])
    Notification.objects.all().delete()

    first = said(one, anna, "Ask @ben. And @eve, @nobody and mail@ben.example.")
    comments.reply(one.pk, first.pk, by=ines, body="Done.")

    rows = Notification.objects.order_by("pk").values_list("user__username", "kind")
    assert sorted(rows[:2]) == [("ben", "mention"), ("ines", "comment")]
    assert sorted(rows[2:]) == [("anna", "reply"), ("ben", "reply")]
    assert not rights.may_see(eve, one)


def test_a_runaway_script_is_stopped(monkeypatch):
    monkeypatch.setattr(comments, "RATE", 2)
    one, anna, ben = article(), editor(), editor()
    said(one, anna)
    first = said(one, ben)
    comments.reply(one.pk, first.pk, by=anna, body="x")

    with pytest.raises(TooMany):
        said(one, anna)

    monkeypatch.setattr(comments, "MOST", 3)
    with pytest.raises(TooMany, match="This article has 3 comments"):
        said(one, ben)
    assert Comment.objects.count() == 3


def test_who_may_not_see_an_article_says_nothing_about_it():
    one, eve = article(by=writer()), writer()
    first = said(one, editor())

    for act in (
        lambda: said(one, eve),
        lambda: comments.reply(one.pk, first.pk, by=eve, body="x"),
        lambda: comments.resolve(one.pk, first.pk, by=eve, now=NOW),
        lambda: comments.reopen(one.pk, first.pk, by=eve),
    ):
        with pytest.raises(rights.Forbidden, match="You may not see this article"):
            act()
    assert Comment.objects.count() == 1


def test_the_limits_of_passages_fit_their_columns():
    assert Comment._meta.get_field("before").max_length >= anchoring.CONTEXT
