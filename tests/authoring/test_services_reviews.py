"""Asking for a review and deciding it, and what may be published then."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from authoring.models import Article, AuditEntry, Notification, Review, ScheduledChange, Site
from authoring.services import approval, articles, autosaving, overview, reviews, rights, scheduling, site
from authoring.services.approval import NotApproved
from authoring.services.articles import Conflict
from authoring.services.reviews import NotInReview
from tests.authoring.builders import (
    NOW,
    article,
    chief,
    editor,
    live,
    messages,
    publisher,
    text,
    user,
    writer,
)

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def workflow() -> None:
    site.save_site(Site(name="Fair Copy", workflow=True), now=NOW)


def submitted(one: Article, *, by: Any, to: Any = ()) -> Review:
    return reviews.submit(one.pk, by=by, now=NOW, reviewers=[who.get_username() for who in to])


def status(one: Article) -> str:
    return str(overview.overview().get(pk=one.pk).status)


def told() -> list[tuple[str, str]]:
    return [(row.user.get_username(), row.kind) for row in Notification.objects.order_by("pk")]


def test_an_article_goes_from_draft_through_review_to_readers():
    ines, anna, paul = writer(name="ines"), editor(name="anna"), publisher(name="paul")
    one = article(by=ines)
    assert status(one) == "draft"

    review = submitted(one, by=ines, to=[anna])
    assert (status(one), review.revision.number, list(review.reviewers.all())) == ("in_review", 1, [anna])

    reviews.approve(one.pk, by=anna, number=1, now=LATER, answer="Fine.")
    review.refresh_from_db()
    assert (status(one), review.decision, review.decided_by, review.decided_at) == (
        "approved",
        "approved",
        anna,
        LATER,
    )

    assert articles.publish(one.pk, by=paul, now=LATER) == 1
    assert status(one) == "live"
    assert told() == [("anna", "asked"), ("ines", "approved"), ("ines", "published")]
    done = (
        AuditEntry.objects.filter(key=str(one.pk)).order_by("at").values_list("action", "user", "to_revision")
    )
    assert list(done) == [
        ("created", "ines", 1),
        ("submitted", "ines", 1),
        ("approved", "anna", 1),
        ("published", "paul", 1),
    ]


def test_what_nobody_approved_is_neither_published_nor_scheduled():
    one, paul = article(by=writer()), publisher()

    for act in (
        lambda: articles.publish(one.pk, by=paul, now=NOW),
        lambda: scheduling.schedule(one.pk, action="publish", due_at=LATER, zone="UTC", now=NOW, by=paul),
    ):
        with pytest.raises(
            NotApproved, match="Revision 1 is not approved: it needs a review before it can be published"
        ):
            act()

    one.refresh_from_db()
    assert (one.version, messages(), ScheduledChange.objects.count()) == (0, [], 0)


def test_a_save_after_the_approval_needs_another_and_an_unchanged_one_does_not():
    ines, anna, paul = writer(), editor(), publisher()
    one = article(by=ines)
    submitted(one, by=ines)
    reviews.approve(one.pk, by=anna, number=1, now=NOW)

    articles.save_draft(one.pk, text(), by=ines)
    autosaving.autosave(one.pk, text(body="Typing"), by=ines, based_on=1)
    assert status(one) == "approved"

    articles.save_draft(one.pk, text(body="More"), by=ines)
    assert status(one) == "draft"
    with pytest.raises(NotApproved):
        articles.publish(one.pk, by=paul, now=NOW)
    approved = one.revisions.get(number=1)
    assert articles.publish(one.pk, by=paul, now=NOW, revision_id=approved.pk) == 1


def test_what_was_scheduled_goes_out_though_a_newer_draft_is_not_approved():
    ines, anna, paul = writer(), editor(), publisher()
    one = article(by=ines)
    submitted(one, by=ines)
    reviews.approve(one.pk, by=anna, number=1, now=NOW)
    scheduling.schedule(one.pk, action="publish", due_at=LATER, zone="UTC", now=NOW, by=paul)
    articles.save_draft(one.pk, text(body="More"), by=ines)

    assert scheduling.publish_due() == 1

    one.refresh_from_db()
    assert one.live_revision.number == 1


def test_what_was_scheduled_stays_back_when_its_approval_was_taken_back():
    one, anna, paul = article(by=writer()), editor(), publisher()
    reviews.approve(one.pk, by=anna, number=1, now=NOW)
    scheduling.schedule(one.pk, action="publish", due_at=LATER, zone="UTC", now=NOW, by=paul)
    reviews.request_changes(one.pk, by=anna, number=1, now=NOW, answer="Not yet.")

    assert scheduling.publish_due() == 0

    change = ScheduledChange.objects.get()
    assert change.failure == "Revision 1 is not approved: it needs a review before it can be published."
    assert (messages(), status(one)) == ([], "failed")


def test_what_readers_see_already_and_what_the_product_does_needs_no_approval():
    one = live()
    assert articles.publish(one.pk, by=publisher(), now=NOW) == 2
    assert articles.publish(article("Other").pk, now=NOW) == 1
    assert articles.withdraw(one.pk, by=publisher(), now=NOW) == 3


def test_nobody_approves_what_they_saved_but_who_has_the_right_to():
    anna, boss = editor(), user("administrator")
    one = article(by=anna)
    submitted(one, by=anna)

    with pytest.raises(rights.Forbidden, match="You may not approve what you saved yourself"):
        reviews.approve(one.pk, by=anna, number=1, now=NOW)
    assert Review.objects.get().is_open

    reviews.approve(one.pk, by=editor(), number=1, now=NOW)
    own = article("Own", by=boss)
    assert reviews.approve(own.pk, by=boss, number=1, now=NOW).requested_by == boss


def test_an_approval_is_for_the_revision_that_was_looked_at():
    ines, anna = writer(), editor()
    one = article(by=ines)
    submitted(one, by=ines)
    articles.save_draft(one.pk, text(body="Two"), by=ines)
    articles.save_draft(one.pk, text(body="Three"), by=ines)

    with pytest.raises(Conflict, match="Somebody saved revision 3 meanwhile"):
        reviews.approve(one.pk, by=anna, number=2, now=NOW)

    assert Review.objects.get().is_open
    reviews.approve(one.pk, by=anna, number=1, now=NOW)
    assert (status(one), approval.is_approved(one.revisions.get(number=1))) == ("draft", True)


def test_changes_are_requested_with_a_reason_and_submitting_again_opens_another_review():
    ines, anna = writer(name="ines"), editor(name="anna")
    one = article(by=ines)
    submitted(one, by=ines, to=[anna])

    with pytest.raises(ValidationError) as caught:
        reviews.request_changes(one.pk, by=anna, number=1, now=NOW, answer=" ")
    assert caught.value.message_dict == {"answer": ["Say what should change."]}

    reviews.request_changes(one.pk, by=anna, number=1, now=NOW, answer="Shorter, please.")
    assert status(one) == "changes"
    articles.save_draft(one.pk, text(body="Short"), by=ines)
    assert status(one) == "changes"
    submitted(one, by=ines, to=[anna])
    assert status(one) == "in_review"
    row = Notification.objects.get(kind="changes")
    assert (row.user, row.actor, row.text) == (ines, anna, "Shorter, please.")


def test_an_approval_can_be_taken_back_by_requesting_changes():
    one, anna, paul = article(by=writer()), editor(), publisher()
    reviews.approve(one.pk, by=anna, number=1, now=NOW)

    reviews.request_changes(one.pk, by=paul, number=1, now=NOW, answer="Not yet.")

    assert status(one) == "changes"
    with pytest.raises(NotApproved):
        articles.publish(one.pk, by=paul, now=NOW)


def test_a_request_is_taken_back():
    ines = writer()
    one = article(by=ines)
    submitted(one, by=ines)

    reviews.withdraw_request(one.pk, by=ines, now=NOW)

    assert (status(one), Review.objects.get().decision) == ("draft", "withdrawn")
    for act in (
        lambda: reviews.withdraw_request(one.pk, by=ines, now=NOW),
        lambda: reviews.request_changes(one.pk, by=editor(), number=1, now=NOW, answer="x"),
    ):
        with pytest.raises(NotInReview):
            act()


def test_submitting_again_ends_the_older_request():
    ines = writer()
    one = article(by=ines)
    submitted(one, by=ines)
    articles.save_draft(one.pk, text(body="Two"), by=ines)

    submitted(one, by=ines)

    assert [(row.revision.number, row.decision) for row in Review.objects.order_by("pk")] == [
        (1, "withdrawn"),
        (2, ""),
    ]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"reviewers": ["nobody"]}, "reviewers"),
        ({"message": "x" * 2001}, "message"),
        ({"message": "nul\x00"}, "message"),
    ],
)
def test_impossible_requests_are_refused(asked, field):
    ines = writer()
    one = article(by=ines)

    with pytest.raises(ValidationError) as caught:
        reviews.submit(one.pk, by=ines, now=NOW, **asked)

    assert list(caught.value.message_dict) == [field]
    assert not Review.objects.exists()


def test_there_is_nothing_to_review_of_what_readers_see_or_somebody_approved():
    boss = chief()
    one, other = live(), article("Other")
    reviews.approve(other.pk, by=boss, number=1, now=NOW)

    for each, reason in ((one, "Readers see this text already"), (other, "Revision 1 is approved already")):
        with pytest.raises(ValidationError, match=reason):
            submitted(each, by=boss)


def test_who_may_not_review_decides_nothing():
    ines, jonas = writer(), writer()
    one = article(by=ines)
    submitted(one, by=ines, to=[jonas])

    for act in (reviews.approve, reviews.request_changes):
        with pytest.raises(rights.Forbidden, match="You may not review articles"):
            act(one.pk, by=jonas, number=1, now=NOW, answer="x")
    for act in (submitted, lambda one, by: reviews.withdraw_request(one.pk, by=by, now=NOW)):
        with pytest.raises(rights.Forbidden, match="You may not change this article"):
            act(one, by=jonas)

    assert Review.objects.get().is_open


def test_a_reviewed_revision_is_not_thinned_out():
    ines = writer()
    one = autosaving.begin(text(), by=ines)
    submitted(one, by=ines)
    articles.save_draft(one.pk, text(body="By hand"), by=ines)

    assert not autosaving.loose().filter(article=one).exists()


def test_with_the_workflow_off_editors_publish_at_once_and_no_review_shows():
    one, anna = article(by=writer()), editor()
    reviews.submit(one.pk, by=anna, now=NOW)
    assert not rights.may_publish(anna)
    Site.objects.update(workflow=False)

    assert status(one) == "draft"
    assert articles.publish(one.pk, by=anna, now=NOW) == 1


def test_reviews_wait_for_whom_they_were_sent_to_or_for_any_reviewer():
    ines, anna, ben, jonas = writer(), editor(), editor(), writer()
    to_anna, to_jonas, to_all = article("A", by=ines), article("B", by=ines), article("C", by=ines)
    for one, who in ((to_anna, [anna]), (to_jonas, [jonas]), (to_all, [])):
        submitted(one, by=ines, to=who)

    def waiting(who: Any) -> list[str]:
        return [review.revision.title for review in reviews.waiting_for(who)]

    assert (waiting(anna), waiting(ben), waiting(jonas), waiting(ines)) == (["A", "C"], ["C"], ["B"], [])
