"""Releases in the admin: put together, tried, let go, and what their pages say."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from authoring.admin import planning
from authoring.models import Article, Release, Revision, Site
from authoring.services import articles, releases, releasing, reviews, scheduling, site, trash
from tests.authoring.builders import NOW, article, chief, editor, live, messages, publisher, text, writer
from tests.authoring.test_admin_articles import LIST, browser, page_of, said

RELEASES = "/admin/authoring/release/"


def bundle(*members, withdraws=(), name="Spring"):
    made = releases.create(name=name)
    releases.add(made.pk, [one.pk for one in members], action="publish")
    if withdraws:
        releases.add(made.pk, [one.pk for one in withdraws], action="withdraw")
    return made


def page(made, address="change"):
    return f"{RELEASES}{made.pk}/{address}/"


def test_a_release_is_made_filled_checked_and_let_go():
    client, one, two = browser(editor()), article("One"), article("Two")

    response = client.post(f"{RELEASES}add/", {"name": "Spring", "note": "All of it"})
    made = Release.objects.get()
    assert response.url == page(made)
    response = client.post(
        page(made, "put"), {"articles": [one.pk, two.pk], "action": "publish"}, follow=True
    )
    assert said(response) == ["2 articles are added."]
    checked = client.post(page(made, "rehearse"))
    assert "Everything in it can go out." in checked.content.decode()
    assert messages() == []

    response = client.post(page(made, "go"), follow=True)

    assert said(response) == ["It is on its way to readers."]
    assert len(messages()) == 2
    shown = response.content.decode()
    assert shown.count("went out as version 1") == 2
    assert "Go now" not in shown


def test_what_holds_a_release_back_is_told_beside_its_article():
    draft, gone, fine, newer = article("Draft"), article("Gone"), article("Fine"), article("Newer")
    trashed = article("Trashed")
    made = bundle(gone, fine, newer, trashed, withdraws=(draft,))
    for one in (gone, trashed):
        trash.put(one.pk, now=NOW)
    trash.delete(gone.pk)
    articles.save_draft(newer.pk, text("Newer", body="More"))

    response = browser(editor()).get(page(made))

    members = {row["change"].title: row for row in response.context["members"]}
    assert {title: (row["label"], row["problems"], row["newest"]) for title, row in members.items()} == {
        "Draft": ("Not ready", ["It is not public: there is nothing to unpublish."], None),
        "Fine": ("Ready", [], None),
        "Gone": ("Not ready", ["It was deleted."], None),
        "Newer": ("Ready", [], 2),
        "Trashed": ("Not ready", ["It is in the trash."], None),
    }
    assert "Take revision 2" in response.content.decode()


def test_what_else_is_planned_for_an_article_is_told_in_its_release():
    one, two = article("One"), article("Two")
    made = bundle(one, two)
    bundle(one, name="Other")
    for number in range(2):
        when = {"due_at": NOW + dt.timedelta(days=number + 1), "zone": "UTC", "now": NOW}
        scheduling.schedule(one.pk, action="publish", **when)
    scheduling.schedule(two.pk, action="publish", **when)

    members = browser(editor()).get(page(made)).context["members"]

    assert [row["notes"] for row in members] == [
        ["2 changes of its own are planned.", "It is in the release “Other” too."],
        ["A change of its own is planned."],
    ]


def test_a_revision_that_nobody_approved_is_seen_beforehand_and_at_a_rehearsal():
    site.save_site(Site(name="Fair Copy", workflow=True), now=NOW)
    approved, unread, public = article("Approved"), article("Unread"), live("Public")
    taken_back = article("Taken back")
    for one in (approved, taken_back):
        reviews.approve(one.pk, by=chief(), number=1, now=NOW)
    reviews.request_changes(taken_back.pk, by=chief(), number=1, now=NOW, answer="Shorter.")
    made, client = bundle(approved, unread, public, taken_back), browser(publisher())

    shown = client.get(page(made)).context["members"]
    tried = client.post(page(made, "rehearse")).context["members"]

    told = ["Revision 1 is not approved."]
    assert {row["change"].title: row["problems"] for row in shown} == {
        "Approved": [], "Public": [], "Taken back": told, "Unread": told,
    }  # fmt: skip
    assert [row["label"] for row in tried] == [row["label"] for row in shown]


def test_an_address_that_another_owns_is_seen_beforehand():
    one = article("One", "a")
    made = bundle(one)
    releases.cancel(made.pk, now=NOW)
    articles.save_draft(one.pk, text("One", "b"))  # the release is cancelled: /a/ is free
    article("Two", "a")
    Release.objects.update(cancelled_at=None)

    response = browser(editor()).get(page(made))
    failures = browser(editor()).post(page(made, "rehearse")).context["members"]

    assert [row["problems"] for row in response.context["members"]] == [["The address /a/ is taken."]]
    assert [row["problems"] for row in failures] == [["The address /a/ is taken."]]


def test_a_release_that_failed_says_why_and_can_be_tried_again():
    draft = article("Draft")
    made = bundle(article("One"), withdraws=(draft,))
    client = browser(editor())

    response = client.post(page(made, "go"), follow=True)

    assert said(response) == ["Nothing went out. One of its articles cannot go out."]
    shown = response.content.decode()
    assert "It is not public: there is nothing to unpublish." in shown
    assert "Try again now" in shown
    assert messages() == []
    articles.publish(draft.pk, now=NOW)

    assert said(client.post(page(made, "go"), follow=True)) == ["It is on its way to readers."]


def test_newest_revisions_are_taken_one_by_one_or_all_at_once():
    members = [article(f"Number {number}") for number in range(3)]
    made = bundle(*members)
    for number, one in enumerate(members):
        articles.save_draft(one.pk, text(f"Number {number}", body="Newer"))
    client = browser(editor())

    first = made.changes.get(article=members[0])
    client.post(page(made, "newest"), {"change": first.pk})
    assert made.changes.filter(revision__number=2).count() == 1

    client.post(page(made, "newest"))
    assert made.changes.filter(revision__number=2).count() == 3


def test_a_time_is_set_moved_and_taken_away():
    made = bundle(article())
    client = browser(editor())
    when = {"day": "2030-07-01", "time": "09:00", "zone": "Europe/Vienna"}

    response = client.post(page(made, "move"), when, follow=True)

    made.refresh_from_db()
    assert made.due_at == dt.datetime(2030, 7, 1, 7, tzinfo=dt.UTC)
    assert said(response) == ["“Spring” goes out at 1 Jul 2030, 09:00 Europe/Vienna."]
    form = client.get(page(made, "move")).context["form"]
    assert (str(form["day"].value()), str(form["time"].value()), form["zone"].value()) == (
        "2030-07-01",
        "09:00",
        "Europe/Vienna",
    )
    client.post(page(made, "untimed"))
    made.refresh_from_db()
    assert made.due_at is None


def test_a_past_time_is_refused_beside_the_field():
    made = bundle(article())

    response = browser(editor()).post(
        page(made, "move"), {"day": "2020-07-01", "time": "09:00", "zone": "UTC"}
    )

    assert response.context["form"].errors == {"time": ["This time is past."]}
    made.refresh_from_db()
    assert made.due_at is None


def test_articles_of_the_list_go_into_a_release_that_is_chosen_or_new():
    one, two = article("One"), live("Two")
    client = browser(editor())
    sent = {"action": "add_to_release", "_selected_action": [one.pk, two.pk]}
    address = client.post(LIST, sent).url
    assert address.startswith(f"{RELEASES}choose/?article=")

    assert "Choose a release" in client.post(address, {"action": "publish"}).content.decode()
    client.post(address, {"name": "Spring", "action": "publish"})
    made = Release.objects.get()
    assert made.changes.count() == 2

    client.post(f"{RELEASES}choose/?article={two.pk}", {"release": made.pk, "action": "withdraw"})
    assert sorted(made.changes.values_list("title", "action")) == [("One", "publish"), ("Two", "withdraw")]


def test_more_articles_than_fit_are_refused_before_anything_is_made(monkeypatch):
    one, two = article("One"), article("Two")
    client = browser(editor())
    address = f"{RELEASES}choose/?article={one.pk}&article={two.pk}"

    monkeypatch.setattr(planning, "MOST", 1)
    sent = {"action": "add_to_release", "_selected_action": [one.pk, two.pk]}
    assert said(client.post(LIST, sent, follow=True)) == ["At most 1 articles can be added at once."]
    monkeypatch.undo()

    monkeypatch.setattr(releases, "MOST", 1)
    refused = client.post(address, {"name": "Spring", "action": "publish"}).content.decode()
    assert "A release holds at most 1 articles; this would be 2." in refused
    empty = client.post(f"{RELEASES}choose/", {"name": "Spring", "action": "publish"}).content.decode()
    assert "No article was chosen." in empty
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    "address", ["put", "drop/1", "newest", "untimed", "rehearse", "go", "cancel", "describe"]
)
def test_commands_are_sent_and_not_followed(address):
    made = bundle(article())

    assert browser(editor()).get(page(made, address)).status_code == 405
    made.refresh_from_db()
    assert made.is_open


@pytest.mark.parametrize(
    "address", ["change", "put", "drop/1", "newest", "untimed", "rehearse", "go", "cancel", "move"]
)
def test_authors_do_not_see_releases(address):
    made = bundle(article())
    client = browser(writer())

    assert client.post(page(made, address)).status_code == 403
    assert client.get(RELEASES).status_code == 403
    made.refresh_from_db()
    assert made.is_open


@pytest.mark.parametrize("pk", ["0", "x", "99999999999999999999"])
def test_a_release_that_is_none_is_not_found(pk):
    assert browser(editor()).get(f"{RELEASES}{pk}/change/").status_code == 404


def test_what_is_settled_is_said_and_stays():
    made = bundle(article())
    client = browser(editor())
    client.post(page(made, "cancel"))

    response = client.post(page(made, "go"), follow=True)

    assert said(response)[-1] == "“Spring” was cancelled already."
    assert messages() == []


def test_a_release_asks_as_much_for_many_articles_as_for_few():
    made, client = bundle(live("First")), browser(editor())

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(page(made))
        return len(queries)

    few = count()
    more = [article(f"Number {number}").pk for number in range(10)]
    releases.add(made.pk, more, action="publish")
    releases.add(bundle(name="Other").pk, more, action="publish")

    assert count() == few


def test_the_list_of_releases_asks_as_much_for_many_as_for_one_and_is_narrowed_down():
    client = browser(editor())
    bundle(article(), name="One")

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(RELEASES)
        return len(queries)

    few = count()
    for number in range(8):
        made = bundle(article(f"Number {number}"), name=f"Release {number}")
    releasing.go(made.pk, now=NOW)

    assert count() == few
    listed = client.get(f"{RELEASES}?state=done").context["cl"].queryset
    assert [one.name for one in listed] == ["Release 7"]


def test_names_of_releases_are_shown_as_text():
    made = bundle(article(), name="<script>alert(1)</script>")

    for address in (page(made), RELEASES, page_of(Article.objects.get())):
        assert "<script>alert(1)" not in browser(editor()).get(address).content.decode()


def test_an_article_says_in_which_releases_it_is():
    one = article()
    made = bundle(one)
    releases.schedule(made.pk, due_at=timezone.now() + dt.timedelta(days=1), zone="UTC", now=timezone.now())

    shown = browser(editor()).get(page_of(one)).content.decode()

    assert page(made) in shown
    assert "with the release" in shown
    assert Revision.objects.count() == 1
