"""What authoring learns of replicas that it never sees."""

import datetime as dt

from django.test import Client
from django.utils import timezone

from authoring import outbox, tasks
from authoring.models import OutboxMessage
from tests.authoring.builders import editor, live

NOON = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)


def acknowledge(one, *, log_position, applied_at=None):
    held = {"kind": "article", "key": str(one.pk), "version": 1}
    held["applied_at"] = (applied_at or timezone.now()).isoformat()
    tasks.acknowledge(acknowledgements=[held], log_position=log_position)


def message(one):
    return OutboxMessage.objects.get(key=str(one.pk), version=1)


def test_report_settles_what_lies_before_its_position_once():
    before, at, after, without = live("a"), live("b"), live("c"), live("d")
    for one, position in ((before, 99), (at, 100), (after, 101), (without, None)):
        acknowledge(one, log_position=position)

    tasks.note_replicated(upto=100, at=NOON.isoformat())
    assert [message(one).replicated_at for one in (before, at, after, without)] == [NOON, NOON, None, None]

    tasks.note_replicated(upto=101, at=(NOON + dt.timedelta(hours=1)).isoformat())
    assert message(before).replicated_at == NOON
    assert message(after).replicated_at == NOON + dt.timedelta(hours=1)
    assert message(without).replicated_at is None


def test_a_clock_that_is_behind_makes_no_replica_faster_than_the_primary():
    one = live()
    acknowledge(one, log_position=1, applied_at=NOON)

    outbox.note_replicated(upto=1, at=NOON - dt.timedelta(seconds=1))

    assert message(one).replicated_at == NOON


def test_a_repair_does_not_change_when_replicas_showed_it():
    one = live()
    acknowledge(one, log_position=1)
    outbox.note_replicated(upto=1, at=NOON)
    outbox.replay()
    acknowledge(one, log_position=2)

    assert (message(one).log_position, message(one).replicated_at) == (1, NOON)


def test_the_admin_shows_when_replicas_showed_it_and_nothing_where_there_are_none():
    one, client = live(), Client()
    client.force_login(editor())
    address = f"/admin/authoring/article/{one.pk}/state/"

    acknowledge(one, log_position=None)
    none = client.get(address).content.decode()
    assert "There are no replicas" in none
    assert "On every replica" not in none

    OutboxMessage.objects.update(log_position=1)
    waiting = client.get(address).content.decode()
    assert 'On every replica</span> <span class="step-told">under way…' in waiting
    assert "data-owed" in waiting

    created = message(one).created_at
    OutboxMessage.objects.update(replicated_at=created + dt.timedelta(milliseconds=93))
    told = client.get(address).content.decode()
    assert 'On every replica</span> <span class="step-told">after 93 ms' in told
    assert "data-owed" not in told
