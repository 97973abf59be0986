"""Planning in the admin: times that are asked about, changes that are moved, and what did not go out."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from authoring.models import ScheduledChange
from authoring.services import articles, outlook, releases, releasing, scheduling, zones
from tests.authoring.builders import NOW, article, editor, live, text, writer
from tests.authoring.test_admin_articles import LIST, browser, page_of, said

HOUR = dt.timedelta(hours=1)
DAY = {"day": "2030-07-01", "time": "09:00", "zone": "Europe/Vienna"}


def late(one, action="publish"):
    at = timezone.now() - HOUR
    return scheduling.schedule(one.pk, action=action, due_at=at, zone="UTC", now=at - HOUR)


def failed(title="Draft", **fields):
    one = article(title, **fields)
    change = late(one, "withdraw")
    scheduling.publish_due()
    return one, change


def ask(one, client=None, **typed):
    client = client or browser(editor())
    return client.post(
        f"{LIST}schedule/?article={one.pk}", {"action": "publish", **DAY, **typed}, follow=True
    )


def test_a_named_revision_is_planned():
    one = article(body="First")
    articles.save_draft(one.pk, text(body="Second"))
    first = one.revisions.get(number=1)

    ask(one, revision=first.pk)

    change = ScheduledChange.objects.get()
    assert (change.revision, change.due_at) == (first, dt.datetime(2030, 7, 1, 7, tzinfo=dt.UTC))


def test_a_revision_of_another_article_is_refused():
    one, other = article("One"), article("Other")

    response = ask(one, revision=other.latest_revision.pk)

    assert "revision" in response.context["form"].errors
    assert not ScheduledChange.objects.exists()


def test_an_hour_that_happens_twice_is_asked_about():
    one, client = article(), browser(editor())

    response = ask(one, client, day="2030-10-27", time="02:30")
    assert response.context["form"].asks_fold
    assert not ScheduledChange.objects.exists()

    ask(one, client, day="2030-10-27", time="02:30", fold="1")
    assert ScheduledChange.objects.get().due_at == dt.datetime(2030, 10, 27, 1, 30, tzinfo=dt.UTC)


def test_for_an_hour_that_is_skipped_the_next_is_offered_and_taken():
    one, client = article(), browser(editor())

    response = ask(one, client, day="2030-03-31", time="02:30")
    assert 'name="instead" value="2030-03-31 03:00"' in response.content.decode()
    assert not ScheduledChange.objects.exists()

    ask(one, client, day="2030-03-31", time="02:30", instead="2030-03-31 03:00")
    assert ScheduledChange.objects.get().due_at == dt.datetime(2030, 3, 31, 1, tzinfo=dt.UTC)


def test_the_zone_of_the_first_plan_is_kept_and_proposed():
    camille = editor()
    client = browser(camille)
    ask(article("One"), client)
    ask(article("Two"), client, zone="Asia/Tokyo")

    assert zones.of(camille) == "Europe/Vienna"
    shown = client.get(f"{LIST}schedule/").context["form"]
    assert shown["zone"].value() == "Europe/Vienna"


def test_a_plan_that_contradicts_itself_is_warned_about_and_kept():
    one = live()
    scheduling.schedule(
        one.pk, action="withdraw", due_at=dt.datetime(2030, 6, 1, tzinfo=dt.UTC), zone="UTC", now=NOW
    )

    response = ask(one)

    assert said(response)[1:] == [
        "At 1 Jul 2030, 09:00 Europe/Vienna it is published again, after it was unpublished at "
        "1 Jun 2030, 00:00 UTC."
    ]
    assert said(response)[1] in response.content.decode()
    assert ScheduledChange.objects.count() == 2


def test_a_change_is_moved_from_its_own_time_and_goes_back_to_where_one_was():
    one, client = article(), browser(editor())
    ask(one, client)
    change = ScheduledChange.objects.get()
    address = f"{LIST}{one.pk}/move/{change.pk}/?back=/admin/&day=2030-07-05"
    form = client.get(address).context["form"]
    assert (str(form["day"].value()), str(form["time"].value())) == ("2030-07-05", "09:00")

    response = client.post(address, {**DAY, "day": "2030-07-05", "back": "/admin/"})

    change.refresh_from_db()
    assert (response.url, change.due_at) == ("/admin/", dt.datetime(2030, 7, 5, 7, tzinfo=dt.UTC))
    away = client.post(address, {**DAY, "day": "2030-07-06", "back": "https://evil.example/"})
    assert away.url == page_of(one) or away.url == "/admin/"


def test_authors_neither_move_nor_plan():
    anna = writer()
    one = article(by=anna)
    change = late(one)
    client = browser(anna)

    for address in (f"{LIST}{one.pk}/move/{change.pk}/", f"{LIST}schedule/?article={one.pk}"):
        assert client.post(address, DAY).status_code == 403
    change.refresh_from_db()
    assert change.due_at < timezone.now()


def test_what_did_not_go_out_is_on_the_first_page_with_its_reason_and_is_tried_again_there():
    one, change = failed()
    made = releases.create(name="Spring")
    releasing.go(made.pk, now=NOW)
    late(article("Late"))
    client = browser(editor())

    page = client.get("/admin/").content.decode()

    assert "It is not on the public site: there is nothing to unpublish." in page
    assert "It holds no articles." in page
    assert "is beat running?" in page
    articles.publish(one.pk, now=NOW)
    response = client.post(f"{LIST}{one.pk}/again/{change.pk}/", {"back": "/admin/"})
    assert response.url == "/admin/"
    change.refresh_from_db()
    assert change.is_waiting


def test_an_author_is_told_of_own_articles_alone():
    anna = writer()
    failed("Own", by=anna)
    failed("Other")
    releasing.go(releases.create(name="Spring").pk, now=NOW)

    page = browser(anna).get("/admin/").content.decode()

    assert [row.title for row in outlook.troubles(by=anna, most=9)] == ["Own"]
    assert "Other" not in page
    assert "Spring" not in page
    assert "/again/" not in page


def test_what_goes_out_next_names_changes_and_releases_in_order_and_nothing_overdue():
    camille, now = editor(), timezone.now()
    one = article("One")
    late(article("Late"))
    scheduling.schedule(one.pk, action="publish", due_at=now + 2 * HOUR, zone="UTC", now=now)
    made = releases.create(name="Spring")
    releases.schedule(made.pk, due_at=now + HOUR, zone="UTC", now=now)

    assert [row.title for row in outlook.ahead(by=camille, most=9)] == ["Spring", "One"]
    assert [row.title for row in outlook.ahead(by=camille, most=1)] == ["Spring"]


@pytest.mark.parametrize(
    ("query", "found"),
    [("status=failed", ["Draft", "Released"]), ("status=overdue", ["Late"]), ("status=draft", ["Fine"])],
)
def test_the_list_tells_and_finds_what_failed_and_what_is_overdue(query, found):
    failed()
    late(article("Late"))
    article("Fine")
    made = releases.create(name="Spring")
    releases.add(made.pk, [article("Released").pk], action="withdraw")
    releasing.go(made.pk, now=NOW)

    listed = browser(editor()).get(f"{LIST}?{query}")

    assert sorted(str(row) for row in listed.context["cl"].queryset) == found


def test_a_change_that_is_laid_aside_is_trouble_no_more():
    one, change = failed()
    client = browser(editor())
    assert "Lay aside" in client.get(page_of(one)).content.decode()

    client.post(f"{LIST}{one.pk}/cancel/{change.pk}/")

    assert outlook.counts() == {"failed": 0, "overdue": 0}
    assert "Try again" not in client.get(page_of(one)).content.decode()


def test_failed_changes_are_tried_again_from_the_list_of_changes():
    _, change = failed()
    client = browser(editor())

    response = client.post(
        "/admin/authoring/scheduledchange/", {"action": "again", "_selected_action": [change.pk]}, follow=True
    )

    assert said(response) == ["1 of 1 wait again and are due at once; only what failed can."]
    change.refresh_from_db()
    assert change.is_waiting


def test_the_first_page_asks_as_much_for_many_troubles_as_for_one():
    client = browser(editor())
    failed("First")
    late(article("Late"))

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/")
        return len(queries)

    few = count()
    for number in range(6):
        late(article(f"Late {number}"))
        change = late(article(f"Failing {number}"))
        ScheduledChange.objects.filter(pk=change.pk).update(failed_at=NOW, failure="Why")

    assert count() == few
