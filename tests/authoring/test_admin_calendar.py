"""The calendar: what it shows to whom, and by which clock."""

import datetime as dt
import zoneinfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from authoring.models import WriterZone
from authoring.services import articles, releases, releasing, scheduling, zones
from tests.authoring.builders import article, editor, live, text, user, writer
from tests.authoring.test_admin_articles import browser, page_of

CALENDAR = "/admin/authoring/scheduledchange/calendar/"
HOUR = dt.timedelta(hours=1)
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def plan(one, action="publish", *, at, zone="UTC"):
    return scheduling.schedule(
        one.pk, action=action, due_at=at, zone=zone, now=min(at, timezone.now()) - HOUR
    )


def rows(response):
    """By day, what a page shows: time, what, state and title."""
    return {
        str(cell["day"]): [
            (row["time"], row["said"], str(row["entry"].state), row["entry"].title)
            for row in cell["rows"] + cell["more"]
        ]
        for cell in response.context["days"]
        if cell["rows"]
    }


def test_a_month_shows_what_will_happen_what_did_and_what_did_not():
    draft, shown, gone, bad = article("Draft"), live("Shown"), live("Gone"), article("Bad")
    articles.save_draft(shown.pk, text("Shown", body="Newer"))
    plan(bad, "withdraw", at=dt.datetime(2030, 7, 1, 7, tzinfo=dt.UTC))
    # Due by now, though the calendar is of 2030: what is done stands where it happened.
    done = plan(gone, "withdraw", at=LONG_AGO)
    scheduling.publish_due()
    scheduling.ScheduledChange.objects.filter(article=bad).update(failed_at=timezone.now(), failure="Why")
    scheduling.ScheduledChange.objects.filter(pk=done.pk).update(
        done_at=dt.datetime(2030, 7, 1, 6, tzinfo=dt.UTC)
    )
    plan(draft, at=dt.datetime(2030, 7, 2, 7, tzinfo=dt.UTC))
    plan(shown, at=dt.datetime(2030, 7, 2, 8, tzinfo=dt.UTC))
    cancelled = plan(draft, at=dt.datetime(2030, 7, 3, tzinfo=dt.UTC))
    scheduling.cancel(cancelled.pk, now=timezone.now())

    response = browser(editor()).get(f"{CALENDAR}?month=2030-07")

    assert rows(response) == {
        "2030-07-01": [
            ("06:00", "Unpublished", "done", "Gone"),
            ("07:00", "Unpublish", "failed", "Bad"),
        ],
        "2030-07-02": [("07:00", "Publish", "waiting", "Draft"), ("08:00", "Update", "waiting", "Shown")],
    }
    page = response.content.decode()
    assert "July 2030" in page
    assert "Why" in page
    assert page_of(draft) in page
    assert [str(cell["day"]) for cell in response.context["days"]][::34] == ["2030-07-01", "2030-08-04"]


def test_what_was_published_by_hand_stands_there_once():
    now = timezone.now()
    articles.publish(article("By hand").pk, now=now - dt.timedelta(seconds=1))
    planned = article("Planned")
    plan(planned, at=now - HOUR)
    scheduling.publish_due()
    made = releases.create(name="Spring")
    releases.add(made.pk, [article("Released").pk], action="publish")
    releasing.go(made.pk, now=now)

    found = [row for day in rows(browser(editor()).get(CALENDAR)).values() for row in day]

    assert sorted(row[1:] for row in found) == [
        ("Published", "done", "By hand"),
        ("Published", "done", "Planned"),
        ("Released", "done", "Spring"),
    ]


def test_a_full_day_is_folded_but_for_what_did_not_go_out():
    at = dt.datetime(2030, 7, 1, 9, tzinfo=dt.UTC)
    changes = [plan(article(f"Number {number}"), at=at + number * HOUR) for number in range(7)]
    type(changes[6]).objects.filter(pk=changes[6].pk).update(failed_at=timezone.now(), failure="Why")

    (day,) = [
        cell for cell in browser(editor()).get(f"{CALENDAR}?month=2030-07").context["days"] if cell["rows"]
    ]

    assert [row["entry"].title for row in day["rows"]] == [f"Number {number}" for number in (0, 1, 2, 3, 6)]
    assert [row["entry"].title for row in day["more"]] == ["Number 4", "Number 5"]


def test_what_waits_though_it_was_due_is_overdue():
    plan(article("Late"), at=timezone.now() - HOUR)

    response = browser(editor()).get(CALENDAR)

    assert [row[2] for day in rows(response).values() for row in day] == ["overdue"]
    assert "Overdue" in response.content.decode()


def test_days_and_hours_are_those_of_who_looks_and_the_planners_clock_is_told_where_it_differs():
    camille = editor()
    zones.choose(camille, "Asia/Tokyo")
    plan(article("Vienna"), at=dt.datetime(2030, 7, 1, 22, tzinfo=dt.UTC), zone="Europe/Vienna")
    plan(article("Tokyo"), at=dt.datetime(2030, 7, 1, 22, tzinfo=dt.UTC), zone="Asia/Tokyo")

    response = browser(camille).get(f"{CALENDAR}?week=2030-W27")

    assert rows(response) == {
        "2030-07-02": [
            ("07:00", "Publish", "waiting", "Tokyo"),
            ("07:00", "Publish", "waiting", "Vienna"),
        ]
    }
    page = response.content.decode()
    assert page.count("Tue 00:00 Europe/Vienna") == 1
    assert "Week 27, 1 Jul – 7 Jul 2030" in page


def test_the_zone_is_kept_for_its_user_alone():
    camille = editor()
    client = browser(camille)

    client.post(f"{CALENDAR}zone/", {"zone": "Europe/Vienna", "back": f"{CALENDAR}?month=2030-07"})
    refused = client.post(f"{CALENDAR}zone/", {"zone": "localtime", "back": "https://evil.example/"})

    assert zones.of(camille) == "Europe/Vienna"
    assert refused.url == CALENDAR
    assert WriterZone.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "previous", "following"),
    [
        ("?month=2030-01", "?month=2029-12", "?month=2030-02"),
        ("?week=2026-W53", "?week=2026-W52", "?week=2027-W01"),
    ],
)
def test_one_goes_back_and_forth(query, previous, following):
    shown = browser(editor()).get(CALENDAR + query).context["shown"]

    assert (shown.previous, shown.next) == (previous, following)


@pytest.mark.parametrize(
    "query",
    [
        "month=2030-13",
        "month=x",
        "week=2030-W54",
        "week=2025-W53",
        "month=0001-01",
        "month=9999-12",
        "month=２０３０-01",
    ],
)
def test_what_is_no_month_and_no_week_is_not_found(query):
    assert browser(editor()).get(f"{CALENDAR}?{query}").status_code == 404


def test_an_author_sees_own_articles_alone_also_in_releases():
    anna = writer()
    own, other = article("Own", by=anna), article("Other")
    at = dt.datetime(2030, 7, 1, 9, tzinfo=dt.UTC)
    plan(own, at=at)
    plan(other, at=at)
    made = releases.create(name="Spring")
    releases.add(made.pk, [own.pk, other.pk], action="publish")
    releases.schedule(made.pk, due_at=at + HOUR, zone="UTC", now=timezone.now())

    response = browser(anna).get(f"{CALENDAR}?month=2030-07")

    assert rows(response) == {
        "2030-07-01": [("09:00", "Publish", "waiting", "Own"), ("10:00", "Publish", "waiting", "Own")]
    }
    page = response.content.decode()
    assert "with “Spring”" in page
    assert "Other" not in page
    assert "/move/" not in page
    assert "schedule/?day" not in page


def test_somebody_without_a_role_has_no_calendar():
    assert browser(user()).get(CALENDAR).status_code == 403


def test_days_from_today_on_lead_to_scheduling_and_back():
    today = timezone.now().date()
    response = browser(editor()).get(CALENDAR)

    linked = {str(cell["day"]): bool(cell["plan_url"]) for cell in response.context["days"]}
    assert linked[str(today)]
    assert not any(is_linked for day, is_linked in linked.items() if day < str(today))


def test_titles_are_shown_as_text():
    plan(article("<script>alert(1)</script>", "x"), at=dt.datetime(2030, 7, 1, 9, tzinfo=dt.UTC))

    page = browser(editor()).get(f"{CALENDAR}?month=2030-07").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("who", [editor, writer])
def test_a_calendar_asks_as_much_for_many_entries_as_for_one(who):
    somebody = who()
    client = browser(somebody)
    at = dt.datetime(2030, 7, 1, 9, tzinfo=dt.UTC)

    def fill(number):
        one = article(f"Number {number}", by=somebody)
        plan(one, at=at + number * HOUR)
        made = releases.create(name=f"Release {number}")
        releases.add(made.pk, [one.pk], action="publish")
        releases.schedule(made.pk, due_at=at + number * HOUR, zone="UTC", now=timezone.now())

    fill(0)

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{CALENDAR}?month=2030-07")
        return len(queries)

    few = count()
    for number in range(1, 12):
        fill(number)

    assert count() == few


def test_midnight_is_that_of_the_zone():
    camille = editor()
    zones.choose(camille, "America/New_York")
    shown = browser(camille).get(f"{CALENDAR}?month=2030-07").context["shown"]

    start, end = shown.window("America/New_York")

    assert start == dt.datetime(2030, 7, 1, tzinfo=zoneinfo.ZoneInfo("America/New_York"))
    assert end == dt.datetime(2030, 8, 5, tzinfo=zoneinfo.ZoneInfo("America/New_York"))
