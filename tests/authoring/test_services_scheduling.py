"""Changes at a time: due, late, failing, and on several machines at once."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone

from authoring.models import Article, ScheduledChange
from authoring.services import articles, scheduling
from tests.authoring.builders import NOW, article, live, messages, text

PAST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def due(
    one: Article, action: str = "publish", *, at: dt.datetime = PAST, number: int | None = None
) -> ScheduledChange:
    """A change that came due long ago: nobody looked since."""
    before = at - dt.timedelta(days=1)
    revision = one.revisions.get(number=number).pk if number else None
    return scheduling.schedule(one.pk, action=action, due_at=at, zone="UTC", now=before, revision_id=revision)


def test_what_is_not_due_waits():
    change = scheduling.schedule(
        article().pk,
        action="publish",
        due_at=timezone.now() + dt.timedelta(hours=1),
        zone="UTC",
        now=timezone.now(),
    )

    assert scheduling.publish_due() == 0

    change.refresh_from_db()
    assert change.is_waiting
    assert messages() == []


def test_late_changes_are_caught_up_in_their_order():
    one = article()
    due(one, at=PAST)
    due(one, "withdraw", at=PAST + dt.timedelta(hours=1))

    assert scheduling.publish_due() == 2

    one.refresh_from_db()
    assert (one.version, one.is_live) == (2, False)
    assert scheduling.publish_due() == 0


def test_the_revision_that_was_chosen_is_published_though_a_newer_draft_exists():
    one = article(body="Chosen")
    due(one)
    articles.save_draft(one.pk, text(body="Newer"))

    scheduling.publish_due()

    one.refresh_from_db()
    assert (one.live_revision.body, one.has_newer_draft) == ("Chosen", True)


def test_several_changes_wait_on_one_article_and_none_clears_another():
    one, now = article(), timezone.now()
    waits = scheduling.schedule(
        one.pk, action="withdraw", due_at=now + dt.timedelta(days=1), zone="UTC", now=now
    )
    due(one)

    scheduling.publish_due()
    articles.publish(one.pk, now=now)

    waits.refresh_from_db()
    assert waits.is_waiting


def test_a_change_that_fails_stays_visible_and_the_others_go_on():
    draft, other = article("Draft"), article("Other")
    failing = due(draft, "withdraw")
    due(other)

    assert scheduling.publish_due() == 1

    failing.refresh_from_db()
    other.refresh_from_db()
    assert failing.failed_at is not None
    assert failing.failure == "It was not on the public site any more: there was nothing to unpublish."
    assert other.is_live
    assert scheduling.publish_due() == 0


def test_a_failed_change_is_retried_when_somebody_says_so():
    one = article()
    failing = due(one, "withdraw")
    scheduling.publish_due()
    articles.publish(one.pk, now=NOW)

    assert scheduling.retry(failing.pk)
    assert scheduling.publish_due() == 1

    one.refresh_from_db()
    assert not one.is_live


def test_a_cancelled_change_never_happens():
    change = due(article())

    assert scheduling.cancel(change.pk, now=NOW)
    assert not scheduling.cancel(change.pk, now=NOW)
    assert scheduling.publish_due() == 0
    assert messages() == []


def test_a_scheduled_revision_keeps_its_path_when_the_draft_is_renamed():
    one = article("A", "a")
    due(one)
    articles.save_draft(one.pk, text("A", "b"))

    scheduling.publish_due()

    one.refresh_from_db()
    assert one.path == "/a/"


def test_what_is_overdue_is_found():
    change = due(article())

    assert list(scheduling.overdue()) == [change]


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_do_each_change_once():
    for number in range(6):
        due(article(f"Number {number}"))
    barrier, done = threading.Barrier(2), []

    def run() -> None:
        barrier.wait()
        try:
            while did := scheduling.publish_due(limit=1):
                done.append(did)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scheduling.publish_due()

    assert {one.version for one in Article.objects.all()} == {1}
    assert len(messages()) == 6
    assert ScheduledChange.objects.filter(done_at__isnull=False, failed_at=None).count() == 6


@pytest.mark.parametrize(
    ("local", "zone", "fold", "moment"),
    [
        ("2030-07-01T09:00", "Europe/Vienna", None, "2030-07-01T07:00"),
        ("2030-01-01T09:00", "Europe/Vienna", None, "2030-01-01T08:00"),
        ("2030-10-27T02:30", "Europe/Vienna", 0, "2030-10-27T00:30"),
        ("2030-10-27T02:30", "Europe/Vienna", 1, "2030-10-27T01:30"),
        ("2030-03-31T03:00", "Europe/Vienna", None, "2030-03-31T01:00"),
        ("2030-04-07T01:45", "Australia/Lord_Howe", 0, "2030-04-06T14:45"),
    ],
)
def test_a_local_time_is_one_moment(local, zone, fold, moment):
    resolved = scheduling.resolve(dt.datetime.fromisoformat(local), zone, fold=fold)

    assert resolved == dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("local", "zone", "field"),
    [
        ("2030-03-31T02:30", "Europe/Vienna", "due_at"),
        ("2030-10-27T02:30", "Europe/Vienna", "due_at"),
        ("2030-01-01T00:00", "Mars/Base", "zone"),
        ("2030-01-01T00:00", "", "zone"),
        ("0001-01-01T00:00", "Asia/Tokyo", "due_at"),
    ],
)
def test_a_local_time_that_is_no_moment_is_refused(local, zone, field):
    with pytest.raises(ValidationError) as caught:
        scheduling.resolve(dt.datetime.fromisoformat(local), zone)

    assert list(caught.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"action": "explode"}, "action"),
        ({"due_at": NOW}, "due_at"),
        ({"due_at": dt.datetime.fromisoformat("9999-12-31T23:59:59-12:00")}, "due_at"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"revision_id": 0}, "revision"),
    ],
)
def test_impossible_changes_are_refused(wanted, field):
    given = {"action": "publish", "due_at": NOW + dt.timedelta(hours=1), "zone": "UTC", **wanted}

    with pytest.raises(ValidationError) as caught:
        scheduling.schedule(live().pk, now=NOW, **given)

    assert list(caught.value.message_dict) == [field]
    assert not ScheduledChange.objects.exists()
