"""The desk's first page: what it shows to whom, in few queries, and what its charts are made of."""

import datetime as dt

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from authoring.admin import charts
from authoring.models import OutboxMessage, Site
from authoring.services import articles, reviews, site, statistics
from authoring.services.statistics import Day
from cms.databases import WRITE
from tests.authoring.builders import NOW, article, author, editor, live, publisher, settle, text, writer

TUESDAY = dt.datetime(2026, 3, 3, 12, 0, tzinfo=dt.UTC)
MS = dt.timedelta(milliseconds=1)


def desk(who):
    client = Client()
    client.force_login(who)
    return client.get("/admin/")


def test_my_drafts_are_what_i_began_or_sign_and_readers_do_not_see():
    anna = writer(name="anna")
    signed = author("Anna", user=anna)
    article("Begun", by=anna)
    article("Signed", authors=(signed.pk,))
    article("Of another", by=editor())
    seen = articles.create(text("Seen"), by=anna)
    articles.publish(seen.pk, now=NOW)
    changed = articles.create(text("Changed"), by=anna)
    articles.publish(changed.pk, now=NOW)
    articles.save_draft(changed.pk, text("Changed again", "changed"), by=anna)

    told = [str(row["article"]) for row in desk(anna).context["drafts"]["rows"]]

    assert told == ["Changed again", "Signed", "Begun"]


def test_just_published_is_told_with_its_way_to_readers_by_the_title_that_they_see():
    first, second = live("First"), live("Second", now=NOW + dt.timedelta(hours=1))
    settle(first)
    articles.save_draft(second.pk, text("Renamed", "second"))

    page = desk(editor())

    assert [row["title"] for row in page.context["published"]] == ["Second", "First"]
    told = page.content.decode()
    assert 'Readers see it <span class="step-told">after 84 ms' in told
    assert 'Sent <span class="step-told">under way…' in told


def test_refused_is_told_with_its_reason_to_whoever_may_look_into_it():
    one = live("Broken")
    OutboxMessage.objects.filter(key=str(one.pk)).update(refusal="Too <b>deep</b>")

    assert "Too &lt;b&gt;deep&lt;/b&gt;" in desk(editor()).content.decode()
    assert "refused" not in desk(writer()).context


def test_approved_texts_that_nobody_planned_are_told_to_publishers_where_there_are_reviews():
    jonas, anna, paul = writer(), editor(), publisher()
    one = article("Approved", by=jonas)
    article("Not yet", by=jonas)
    assert desk(paul).context["approved"] is None

    site.save_site(Site(name="Fair Copy", workflow=True), now=NOW)
    reviews.approve(one.pk, by=anna, number=1, now=NOW)
    assert [str(row["article"]) for row in desk(paul).context["approved"]["rows"]] == ["Approved"]
    assert desk(anna).context["approved"] is None

    articles.publish(one.pk, by=paul, now=NOW)
    assert desk(paul).context["approved"]["rows"] == []


def test_author_learns_nothing_of_anothers_article():
    live("Secret")
    article("Hidden")

    told = desk(writer()).content.decode()

    assert "Secret" not in told
    assert "Hidden" not in told


def test_desk_asks_the_same_queries_however_much_there_is():
    anna = editor()
    client = Client()
    client.force_login(anna)

    def asked(numbers: range) -> int:
        for number in numbers:
            settle(live(f"Live {number}"))
            article(f"Draft {number}", by=anna)
        client.get("/admin/")  # permissions and content types are remembered
        with CaptureQueriesContext(connections[WRITE]) as queries:
            client.get("/admin/")
        return len(queries)

    assert asked(range(2)) == asked(range(2, 12)) <= 32


def test_weeks_are_counted_from_monday_and_none_is_left_out():
    for number, days in enumerate((0, 1, 7, 8, 400)):
        live(f"A{number}", now=TUESDAY - dt.timedelta(days=days))

    assert statistics.publications_per_week(now=TUESDAY, weeks=3) == [
        (dt.date(2026, 2, 16), 0),
        (dt.date(2026, 2, 23), 2),
        (dt.date(2026, 3, 2), 2),
    ]


def test_waiting_is_told_day_by_day_as_half_and_almost_all():
    for number, took in enumerate((80, 100, 1000)):
        one = live(f"A{number}")
        settle(one, after=took * MS)
    live("Still owed")
    now = timezone.now()

    (day,) = statistics.visible_after(now=now)

    assert (day.day, day.half, day.most, day.count) == (
        timezone.localdate(now), 100 * MS, 910 * MS, 3,
    )  # fmt: skip


def test_bars_reach_from_the_ground_to_their_count():
    drawn = charts.bars([(dt.date(2026, 2, 23), 0), (dt.date(2026, 3, 2), 3)])

    assert [line["label"] for line in drawn["scale"]] == [0, 2, 4]
    ground, top = drawn["scale"][0]["y"], drawn["scale"][2]["y"]
    none, three = drawn["bars"]
    assert (none["y"], none["height"]) == (ground, 0)
    assert three["y"] + three["height"] == ground
    assert three["height"] == (ground - top) * 3 / 4
    assert three["told"] == "Week of 2 Mar 2026: 3"
    assert drawn["told"] == "3 this week, 3 in 2 weeks."
    assert charts.bars([(dt.date(2026, 3, 2), 0)])["bars"][0]["height"] == 0


def test_lines_are_broken_where_a_day_has_nothing():
    def day(number: int, half: int, most: int) -> Day:
        return Day(dt.date(2026, 3, number), half * MS, most * MS, 4)

    drawn = charts.lines(
        [day(1, 80, 100), day(2, 90, 100), day(4, 85, 60_000)], today=dt.date(2026, 3, 5), span=5
    )

    assert len(drawn["half"]) == 3
    assert len(drawn["half_lines"]) == 1
    assert [line["label"] for line in drawn["scale"]] == ["10 ms", "100 ms", "1 s", "10 s", "1 min"]
    by_label = {line["label"]: line["y"] for line in drawn["scale"]}
    assert [point["y"] for point in drawn["most"]] == [
        by_label["100 ms"],
        by_label["100 ms"],
        by_label["1 min"],
    ]
    assert drawn["rows"][0] == {"day": "4 Mar 2026", "count": 4, "half": "85 ms", "most": "1 min"}
    assert charts.lines([], today=dt.date(2026, 3, 5), span=5) == {"rows": []}


@pytest.mark.parametrize(
    ("largest", "top"), [(0, 2), (1, 2), (3, 4), (9, 10), (11, 20), (65, 80), (100, 200)]
)
def test_scale_of_bars_ends_above_the_largest_at_a_number_with_a_middle(largest, top):
    assert charts.bars([(dt.date(2026, 3, 2), largest)])["scale"][2]["label"] == top
