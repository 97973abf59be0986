"""Articles in the admin, as writers and editors use them."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from authoring.models import Article, OutboxMessage, Revision, ScheduledChange
from authoring.services import articles, scheduling
from tests.authoring.builders import (
    article,
    author,
    editor,
    live,
    messages,
    picture,
    settle,
    tag,
    text,
    user,
    writer,
)

LIST = "/admin/authoring/article/"
ADD = "/admin/authoring/article/add/"


def browser(who: Any) -> Client:
    client = Client()
    client.force_login(who)
    return client


def form_of(one: Article | None = None, **typed: Any) -> dict[str, Any]:
    """What a browser sends of the form, changed by what was typed."""
    if one is None:
        sent: dict[str, Any] = {
            "title": "Hello",
            "slug": "hello",
            "language": "en",
            "summary": "",
            "body": "Text",
        }
    else:
        latest = Article.objects.get(pk=one.pk).latest_revision
        sent = {name: getattr(latest, name) for name in ("title", "slug", "language", "summary", "body")}
        sent |= {"revision": latest.number, "tags": latest.tags, "authors": latest.authors}
    return {**sent, "_save": "", **typed}


def page_of(one: Article) -> str:
    return f"/admin/authoring/article/{one.pk}/change/"


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_saving_a_new_article_makes_a_draft_that_readers_do_not_see():
    camille = editor()

    response = browser(camille).post(ADD, form_of(body="One\r\ntwo"), follow=True)

    made = Article.objects.get()
    assert (made.version, made.is_live, made.created_by) == (0, False, camille)
    assert made.latest_revision.body == "One\ntwo"
    assert said(response) == ["Draft saved as revision 1."]
    assert response.redirect_chain == [(page_of(made), 302)]
    assert messages() == []


def test_save_and_publish_is_one_step():
    response = browser(editor()).post(ADD, form_of(_publish=""), follow=True)

    assert Article.objects.get().version == 1
    assert said(response) == ["Version 1 is on its way to readers."]
    assert [message.type for message in messages()] == ["article.published"]


def test_a_draft_is_saved_over_the_revision_that_was_read():
    one = article(body="First")

    browser(editor()).post(page_of(one), form_of(one, body="Second"))

    one.refresh_from_db()
    assert (one.latest_revision.number, one.latest_revision.body) == (2, "Second")


def test_saving_what_did_not_change_makes_no_revision():
    ines, camille = author("Ines"), author("Camille")
    one = article(body="One\ntwo", authors=(camille.pk, ines.pk), tags=(tag().pk,))

    browser(editor()).post(page_of(one), form_of(one, body="One\r\ntwo"))

    assert Revision.objects.count() == 1


def test_a_draft_that_clashes_is_kept_and_shown_beside_the_other_with_everything_typed():
    one = article(body="First")
    sent = form_of(one, body="Mine", title="My title")
    articles.save_draft(one.pk, text(body="Theirs"), by=editor(name="jonas"))

    response = browser(editor()).post(page_of(one), sent)

    page = response.content.decode()
    assert response.status_code == 409
    assert "jonas saved revision 2 of “Hello” while you were writing" in page
    assert "Mine</textarea>" in page
    assert 'value="My title"' in page
    assert 'name="revision" value="2"' in page
    one.refresh_from_db()
    assert one.latest_revision.body == "Theirs"
    assert Revision.objects.get(set_aside=True).body == "Mine"


def test_saving_again_after_a_conflict_puts_ones_own_text_on_top():
    one = article(body="First")
    articles.save_draft(one.pk, text(body="Theirs"))

    browser(editor()).post(page_of(one), form_of(one, body="Mine", revision=2))

    one.refresh_from_db()
    assert (one.latest_revision.number, one.latest_revision.body) == (3, "Mine")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"title": "x" * 201}, "This has 201 characters; at most 200 are possible."),
        ({"body": "x" * 262_145}, "The text is 262,145 bytes long; 262,144 is the most."),
        ({"slug": "admin"}, "“admin” is reserved for the site itself."),
        ({"slug": "taken"}, "The address /taken/ is taken."),
        ({"title": "nul\x00"}, "Null characters are not allowed."),
    ],
)
def test_what_a_service_refuses_stands_beside_the_field_and_nothing_is_lost(typed, message):
    article(slug="taken")

    response = browser(editor()).post(ADD, form_of(**{"summary": "My summary", **typed}))

    (name,) = typed
    assert response.context["adminform"].form.errors == {name: [message]}
    assert "My summary</textarea>" in response.content.decode()
    assert Article.objects.count() == 1


def test_a_refused_publish_saves_nothing():
    live(slug="taken")
    before = Revision.objects.count(), OutboxMessage.objects.count()

    response = browser(editor()).post(ADD, form_of(slug="taken", _publish=""))

    assert response.status_code == 200
    assert (Revision.objects.count(), OutboxMessage.objects.count()) == before


def test_an_empty_slug_is_made_from_the_title():
    browser(editor()).post(ADD, form_of(title="Über die Zeit", slug=""))

    assert Article.objects.get().latest_revision.slug == "uber-die-zeit"


def test_a_writer_may_draft_but_not_publish():
    jonas = writer()

    browser(jonas).post(ADD, form_of(_publish=""))

    one = Article.objects.get()
    assert (one.created_by, one.is_live) == (jonas, False)
    assert messages() == []
    page = browser(jonas).get(page_of(one)).content.decode()
    assert 'name="_publish"' not in page
    assert 'name="_schedule"' not in page


def test_a_writer_sees_own_and_signed_articles_alone():
    jonas = writer()
    signed = article("Signed", authors=(author("Jonas", user=jonas).pk,))
    own, other = article("Own", by=jonas), article("Other")
    client = browser(jonas)

    listed = {row.pk for row in client.get(LIST).context["cl"].result_list}

    assert listed == {signed.pk, own.pk}
    assert client.get(page_of(other)).status_code == 302
    assert client.get(f"/admin/authoring/article/{other.pk}/preview/").status_code == 404
    client.post(page_of(other), form_of(other, body="Mine now"))
    assert Revision.objects.filter(article=other).count() == 1


def test_commands_of_publishers_are_refused_to_writers():
    jonas = writer()
    one = article(by=jonas)
    change = scheduling.schedule(
        one.pk,
        action="publish",
        due_at=timezone.now() + dt.timedelta(hours=1),
        zone="UTC",
        now=timezone.now(),
    )
    client = browser(jonas)

    assert client.get(f"{LIST}schedule/?article={one.pk}").status_code == 403
    assert client.post(f"{LIST}{one.pk}/cancel/{change.pk}/").status_code == 403
    assert client.post(f"{LIST}{one.pk}/retry/").status_code == 403
    change.refresh_from_db()
    assert change.is_waiting


def test_a_user_without_a_role_sees_nothing():
    assert browser(user()).get(LIST).status_code == 403


def test_the_list_asks_a_constant_number_of_queries(django_assert_num_queries):
    client = browser(editor())
    settle(live("First"))
    with django_assert_num_queries(14):
        client.get(LIST)
    for number in range(12):
        settle(live(f"Article {number}", tags=(tag(f"Tag {number}", f"tag-{number}").pk,), by=writer()))

    with django_assert_num_queries(14):
        client.get(LIST)


def test_the_list_tells_every_state():
    now = timezone.now()
    article("Draft")
    waits = article("Waits")
    scheduling.schedule(waits.pk, action="publish", due_at=now + dt.timedelta(hours=2), zone="UTC", now=now)
    settle(live("Live"))
    live("Owed")
    changed = live("Changed")
    articles.save_draft(changed.pk, text("Changed", body="Newer"))
    gone = live("Gone")
    articles.withdraw(gone.pk, now=now)
    refused = live("Refused")
    OutboxMessage.objects.filter(key=str(refused.pk)).update(refusal="No.")

    rows = browser(editor()).get(LIST).context["cl"].result_list

    assert {str(row): row.status for row in rows} == {
        "Draft": "draft",
        "Waits": "future",
        "Live": "live",
        "Owed": "live",
        "Changed": "changed",
        "Gone": "withdrawn",
        "Refused": "refused",
    }
    assert {str(row): row.visible_after for row in rows}["Live"] == dt.timedelta(milliseconds=84)
    assert {str(row) for row in rows if row.is_owed} == {"Owed", "Changed", "Gone"}


def test_the_list_links_to_the_newest_version_that_can_come():
    one, client = live("Hello"), browser(editor())
    assert f'href="{settings.SITE_URL}/hello/?min_version=1"' in client.get(LIST).content.decode()

    OutboxMessage.objects.filter(key=str(one.pk)).update(refusal="Unreadable")

    assert f'href="{settings.SITE_URL}/hello/"' in client.get(LIST).content.decode()


def test_the_list_says_how_long_readers_waited():
    settle(live())

    assert "after 84 ms" in browser(editor()).get(LIST).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=draft", {"Zwei"}),
        ("status=live", {"Eins"}),
        ("language=de", {"Zwei"}),
        ("tag=systems", {"Eins"}),
        ("author=ines", {"Zwei"}),
        ("tag=nothing", set()),
        ("q=needle", {"Zwei"}),
        ("q=eins", {"Eins"}),
        ("status=live&_facets=True", {"Eins"}),
    ],
)
def test_the_list_is_narrowed_down(query, found):
    live("Eins", tags=(tag().pk,))
    article("Zwei", language="de", body="A needle in it.", authors=(author().pk,))

    rows = browser(editor()).get(f"{LIST}?{query}").context["cl"].result_list

    assert {str(row) for row in rows} == found


def test_actions_report_about_each_article():
    draft, public = article("Draft"), live("Public")

    response = browser(editor()).post(
        LIST, {"action": "unpublish", "_selected_action": [draft.pk, public.pk]}, follow=True
    )

    assert sorted(said(response)) == [
        "“Draft”: It is not on the public site: there is nothing to unpublish.",
        "“Public” is leaving the site.",
    ]
    public.refresh_from_db()
    assert (public.is_live, public.version) == (False, 2)


def test_deleting_leaves_the_address_reserved_and_tells_readers():
    one = live(slug="gone")

    browser(editor()).post(f"{LIST}{one.pk}/delete/", {"post": "yes"})

    assert not Article.objects.exists()
    assert [message.type for message in messages()] == ["article.published", "article.withdrawn"]


def test_several_articles_are_scheduled_in_the_writers_zone():
    one, two = article("One"), article("Two")
    query = f"{LIST}schedule/?article={one.pk}&article={two.pk}"
    when = {"action": "publish", "day": "2030-07-01", "time": "09:00", "zone": "Europe/Vienna"}

    response = browser(editor()).post(query, when, follow=True)

    assert set(ScheduledChange.objects.values_list("due_at", "zone")) == {
        (dt.datetime(2030, 7, 1, 7, 0, tzinfo=dt.UTC), "Europe/Vienna")
    }
    assert sorted(said(response)) == [
        "“One” is scheduled: publish at 1 Jul 2030, 09:00 Europe/Vienna.",
        "“Two” is scheduled: publish at 1 Jul 2030, 09:00 Europe/Vienna.",
    ]


def test_an_hour_that_happens_twice_is_asked_about():
    one = article()
    query = f"{LIST}schedule/?article={one.pk}"
    when = {"action": "publish", "day": "2030-10-27", "time": "02:30", "zone": "Europe/Vienna"}
    client = browser(editor())

    asked = client.post(query, when)
    assert "That hour happens twice" in asked.content.decode()
    assert not ScheduledChange.objects.exists()

    client.post(query, {**when, "fold": "1"})
    assert ScheduledChange.objects.get().due_at == dt.datetime(2030, 10, 27, 1, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"day": "2030-03-31", "time": "02:30"}, "summer time skips it"),
        ({"day": "2020-01-01"}, "This time is past."),
        ({"zone": "Mars/Base"}, "Select a valid choice."),
    ],
)
def test_impossible_times_are_refused(typed, message):
    one = article()
    when = {"action": "publish", "day": "2030-07-01", "time": "09:00", "zone": "Europe/Vienna", **typed}

    response = browser(editor()).post(f"{LIST}schedule/?article={one.pk}", when, follow=True)

    assert message in response.content.decode()
    assert not ScheduledChange.objects.exists()


def test_a_scheduled_change_is_cancelled_and_a_failed_one_retried():
    one, now = article(), timezone.now()
    waits = scheduling.schedule(
        one.pk, action="publish", due_at=now + dt.timedelta(hours=1), zone="UTC", now=now
    )
    failed = scheduling.schedule(
        one.pk, action="withdraw", due_at=now + dt.timedelta(hours=1), zone="UTC", now=now
    )
    ScheduledChange.objects.filter(pk=failed.pk).update(failed_at=now, failure="No.")
    client = browser(editor())

    client.post(f"{LIST}{one.pk}/cancel/{waits.pk}/")
    client.post(f"{LIST}{one.pk}/again/{failed.pk}/")

    waits.refresh_from_db()
    failed.refresh_from_db()
    assert (waits.is_waiting, failed.is_waiting) == (False, True)


def test_a_refusal_is_shown_beside_the_article_and_can_be_retried():
    one = live()
    OutboxMessage.objects.update(refusal="Malformed: a number where text belongs")
    client = browser(editor())

    assert "a number where text belongs" in client.get(page_of(one)).content.decode()
    client.post(f"{LIST}{one.pk}/retry/")

    assert OutboxMessage.objects.get().refusal == ""


def test_the_preview_shows_the_saved_text_to_staff_alone():
    one = article(body="Some *secret* text.", hero=picture().pk, authors=(author().pk,), tags=(tag().pk,))
    address = reverse("admin:authoring_article_preview", args=[one.pk])

    response = browser(editor()).get(address)

    assert "Some <em>secret</em> text." in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert Client().get(address).status_code == 302


def test_the_preview_of_what_stands_in_the_form_saves_nothing():
    one = article(body="Saved")
    address = reverse("admin:authoring_article_preview", args=[one.pk])

    response = browser(editor()).post(address, form_of(one, body="Only **typed**"))

    assert "Only <strong>typed</strong>" in response.content.decode()
    assert Revision.objects.count() == 1


def test_an_old_revision_can_be_looked_at():
    one = article(body="Old")
    articles.save_draft(one.pk, text(body="New"))
    address = reverse("admin:authoring_article_preview", args=[one.pk])
    client = browser(editor())

    assert "<p>Old</p>" in client.get(f"{address}?revision=1").content.decode()
    assert client.get(f"{address}?revision=99999999999999").status_code == 404
    assert client.get(f"{address}?revision=x").status_code == 404


def test_view_on_site_asks_for_the_newest_version():
    one = live(title="Seen", slug="seen")
    articles.save_draft(one.pk, text(title="Seen again", slug="seen"))
    articles.publish(one.pk, now=timezone.now())

    on_site = reverse("admin:authoring_article_site", args=[one.pk])
    settle(one)
    client = browser(editor())

    assert f'href="{on_site}"' in client.get(page_of(one)).content.decode()
    assert client.get(on_site)["Location"] == "http://testserver/seen/?min_version=2"
