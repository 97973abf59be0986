"""Changes at a time: due, late, failing, and on several machines at once."""

import datetime as dt
import threading
import time

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from authoring import tasks
from authoring.models import Article, ScheduledChange, SchedulerTurn
from authoring.services import articles, scheduling, turns
from tests.authoring.builders import NOW, article, live, messages, text
from tests.authoring.races import at_once

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
    assert failing.failure == "It is not on the public site: there is nothing to unpublish."
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

    def run() -> int:
        return sum(iter(lambda: scheduling.publish_due(limit=1), 0))

    at_once(run, run)
    scheduling.publish_due()

    assert {one.version for one in Article.objects.all()} == {1}
    assert len(messages()) == 6
    assert ScheduledChange.objects.filter(done_at__isnull=False, failed_at=None).count() == 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["cancel", "move"])
def test_what_is_stopped_in_the_moment_it_is_due_either_happened_or_did_not(act, monkeypatch):
    """The change is stopped while a worker that has read it is about to do it: that one is waited for."""
    one, reached = article(), threading.Event()
    change = due(one)
    publish = articles.publish_locked

    def slow(*args, **kwargs):
        reached.set()
        time.sleep(0.2)
        return publish(*args, **kwargs)

    monkeypatch.setattr(articles, "publish_locked", slow)

    def stop() -> bool:
        reached.wait(10)
        if act == "cancel":
            return scheduling.cancel(change.pk, now=NOW)
        return scheduling.move(change.pk, due_at=NOW + dt.timedelta(days=1), zone="UTC", now=NOW)

    assert at_once(scheduling.publish_due, stop) == [1, False]

    change.refresh_from_db()
    assert (change.done_at is None, change.cancelled_at, change.due_at) == (False, None, PAST)


def test_a_change_that_waits_is_moved_with_its_zone():
    one = article()
    change = scheduling.schedule(
        one.pk, action="publish", due_at=NOW + dt.timedelta(hours=1), zone="UTC", now=NOW
    )

    assert scheduling.move(change.pk, due_at=NOW + dt.timedelta(days=2), zone="Asia/Tokyo", now=NOW)

    change.refresh_from_db()
    assert (change.due_at, change.zone) == (NOW + dt.timedelta(days=2), "Asia/Tokyo")
    assert change.is_waiting


def test_a_change_that_failed_waits_again_when_it_is_moved():
    change = due(article(), "withdraw")
    scheduling.publish_due()
    later = timezone.now() + dt.timedelta(days=1)

    assert scheduling.move(change.pk, due_at=later, zone="UTC", now=timezone.now())

    change.refresh_from_db()
    assert (change.is_waiting, change.failure, change.due_at) == (True, "", later)


def test_a_change_that_failed_is_laid_aside_and_does_not_come_back():
    change = due(article(), "withdraw")
    scheduling.publish_due()
    assert list(scheduling.failed()) == [change]

    assert scheduling.cancel(change.pk, now=NOW)

    assert not scheduling.failed().exists()
    assert not scheduling.retry(change.pk)
    assert not scheduling.move(change.pk, due_at=NOW + dt.timedelta(days=1), zone="UTC", now=NOW)
    change.refresh_from_db()
    assert change.failure == "It is not on the public site: there is nothing to unpublish."


def test_what_was_done_is_neither_moved_nor_cancelled_nor_done_again():
    change = due(article())
    scheduling.publish_due()

    assert not scheduling.cancel(change.pk, now=NOW)
    assert not scheduling.retry(change.pk)
    assert not scheduling.move(change.pk, due_at=NOW + dt.timedelta(days=1), zone="UTC", now=NOW)


def test_a_scheduler_that_stands_still_is_seen_without_it():
    tasks.publish_due()
    now = SchedulerTurn.objects.get().looked_at

    assert turns.still_for(now=now + dt.timedelta(minutes=3)) is None
    assert turns.still_for(now=now + dt.timedelta(minutes=4)) == dt.timedelta(minutes=4)


def test_looking_is_noted_every_ten_seconds_at_most():
    turns.note()
    before = SchedulerTurn.objects.get().looked_at
    turns.note()
    assert SchedulerTurn.objects.get().looked_at == before

    SchedulerTurn.objects.update(looked_at=before - dt.timedelta(seconds=11))
    turns.note()
    assert SchedulerTurn.objects.get().looked_at >= before


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"action": "explode"}, "action"),
        ({"due_at": NOW}, "due_at"),
        ({"due_at": dt.datetime.fromisoformat("9999-12-31T23:59:59-12:00")}, "due_at"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"zone": "localtime"}, "zone"),
        ({"revision_id": 0}, "revision"),
    ],
)
def test_impossible_changes_are_refused(wanted, field):
    given = {"action": "publish", "due_at": NOW + dt.timedelta(hours=1), "zone": "UTC", **wanted}

    with pytest.raises(ValidationError) as caught:
        scheduling.schedule(live().pk, now=NOW, **given)

    assert list(caught.value.message_dict) == [field]
    assert not ScheduledChange.objects.exists()
