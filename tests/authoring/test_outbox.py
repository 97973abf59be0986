"""The outbox: owed, sent, settled, compacted, and read as a log."""

import datetime as dt
import importlib
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from authoring import outbox
from authoring.models import OutboxEpoch, OutboxMessage
from authoring.outbox import Acknowledgement, Envelope, feed
from authoring.services import articles
from cms.databases import WRITE
from cms.events import Kind, Withdrawn
from tests.authoring.builders import NOW, article, live, messages, tag

relaying = importlib.import_module("authoring.outbox.relay")  # the package names its function so
HOUR = dt.timedelta(hours=1)


def owe(key: str = "one", version: int = 1, **fields: Any) -> OutboxMessage:
    """A message that readers are owed."""
    given = {"kind": "article", "type": "article.published", "schema": 1, "message": "{}", "digest": "0"}
    return OutboxMessage.objects.create(**{**given, "key": key, "version": version, **fields})


def settled(key: str, version: int, *, applied: bool = True, age: dt.timedelta = HOUR) -> OutboxMessage:
    """A message that publishing answered."""
    then = timezone.now() - age
    return owe(
        key, version, created_at=then, acknowledged_at=then, applied_at=then if applied else None
    )  # fmt: skip


def send_all() -> list[str]:
    """The messages that a relay sends now, as `key version`."""
    sent: list[int] = []
    outbox.relay(lambda batch: sent.extend(envelope.id for envelope in batch))
    rows = OutboxMessage.objects.in_bulk(sent)
    return [f"{rows[pk].key} {rows[pk].version}" for pk in sent]


def kept() -> set[str]:
    return {f"{row.key} {row.version}" for row in OutboxMessage.objects.all()}


# --- Owing ---


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_of_its_transaction_is_refused():
    event = Withdrawn(kind=Kind.ARTICLE, key="one", version=1, occurred_at=NOW, paths=())

    with pytest.raises(transaction.TransactionManagementError):
        outbox.append(event)

    assert not OutboxMessage.objects.exists()


def test_the_relay_is_woken_once_however_much_a_transaction_owes(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(using=WRITE) as woken:
        live("One")
        live("Two")

    assert (len(woken), len(messages())) == (1, 2)


# --- Sending ---


def test_what_a_newer_version_supersedes_is_not_sent():
    owe("one", 1)
    owe("two", 1)
    owe("one", 2)

    assert sorted(send_all()) == ["one 2", "two 1"]
    assert send_all() == []


def test_a_refused_version_supersedes_nothing():
    owe("one", 1)
    owe("one", 2, refusal="Unreadable")

    assert send_all() == ["one 1"]


def test_what_is_not_acknowledged_is_sent_again_after_doubling_pauses():
    message = owe()
    pauses = []
    for _ in range(8):
        assert send_all() == ["one 1"]
        message.refresh_from_db()
        pauses.append(round((message.next_attempt_at - timezone.now()).total_seconds()))
        OutboxMessage.objects.update(next_attempt_at=timezone.now() - HOUR)

    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]
    assert message.attempts == 8


def test_no_more_than_five_hundred_messages_are_out_at_once():
    OutboxMessage.objects.bulk_create(
        OutboxMessage(kind="article", key=str(number), version=1, type="article.published", schema=1, message="{}")
        for number in range(510)
    )  # fmt: skip

    assert len(send_all()) == 500
    outbox.acknowledge([Acknowledgement(kind="article", key="509", version=1)])
    assert send_all() == ["9 1"]


def test_no_more_bytes_are_out_than_the_broker_should_hold(monkeypatch):
    monkeypatch.setattr(relaying, "BYTES_OUT", 100)
    owe("large", message="x" * 150)
    owe("small", message="x" * 60)
    owe("other", message="x" * 60)

    assert send_all() == ["other 1"]
    outbox.acknowledge([Acknowledgement(kind="article", key="other", version=1)])
    assert send_all() == ["small 1"]
    outbox.acknowledge([Acknowledgement(kind="article", key="small", version=1)])
    assert send_all() == ["large 1"], "alone, or it would never go"


def test_nothing_is_sent_while_nobody_takes_what_waits():
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            kind="article", key=str(number), version=1, type="article.published", schema=1, message="{}",
            attempts=1, next_attempt_at=timezone.now() + HOUR,
        )
        for number in range(101)
    )  # fmt: skip
    owe("late")

    assert outbox.relay(lambda batch: None, waiting=lambda: 100) == 0
    assert outbox.relay(lambda batch: None, waiting=lambda: 99) == 1


def test_a_batch_holds_fifty_messages_or_a_megabyte():
    def cut(*sizes: int) -> list[list[int]]:
        envelopes = [Envelope(id=0, message="", again=0, size=size) for size in sizes]
        return [[envelope.size for envelope in batch] for batch in relaying.in_batches(envelopes)]

    assert [len(batch) for batch in cut(*[1] * 120)] == [50, 50, 20]
    assert cut(600_000, 400_000, 1) == [[600_000, 400_000], [1]]
    assert cut(1, 2_000_000, 1) == [[1], [2_000_000], [1]]


def test_a_send_that_fails_is_no_attempt_and_is_due_again_in_a_second():
    for number in range(60):
        owe(f"{number:02}")
    carried = []

    def fail(batch: list[Envelope]) -> None:
        if carried:
            raise ConnectionError
        carried.extend(envelope.id for envelope in batch)

    with pytest.raises(ConnectionError):
        outbox.relay(fail)

    assert len(carried) == 50
    assert set(OutboxMessage.objects.filter(pk__in=carried).values_list("attempts", flat=True)) == {1}
    unsent = OutboxMessage.objects.exclude(pk__in=carried)
    assert set(unsent.values_list("attempts", flat=True)) == {0}
    assert all(row.next_attempt_at < timezone.now() + dt.timedelta(seconds=2) for row in unsent)


# --- Settling ---


def test_an_acknowledgement_settles_every_row_up_to_its_version():
    for version in (1, 2, 3):
        owe("one", version)
    owe("two", 1)

    outbox.acknowledge([Acknowledgement(kind="article", key="one", version=2, applied_at=NOW)])

    told = OutboxMessage.objects.order_by("key", "version").values_list("acknowledged_at", "applied_at")
    assert [(at is not None, applied) for at, applied in told] == [
        (True, None), (True, NOW), (False, None), (False, None),
    ]  # fmt: skip


def test_the_time_of_the_first_application_stands():
    message = owe(applied_at=NOW, again=1)

    outbox.acknowledge(
        [Acknowledgement(kind="article", key="one", version=1, again=1, applied_at=NOW + HOUR)]
    )

    message.refresh_from_db()
    assert (message.applied_at, message.acknowledged_at is None) == (NOW, False)


def test_an_answer_from_before_a_repair_does_not_settle_the_repair():
    message = owe(again=2)

    outbox.acknowledge([Acknowledgement(kind="article", key="one", version=1, again=1)])
    message.refresh_from_db()
    assert message.acknowledged_at is None

    outbox.acknowledge([Acknowledgement(kind="article", key="one", version=2)])
    message.refresh_from_db()
    assert message.acknowledged_at is not None


def test_a_refusal_settles_its_own_row_alone_until_it_is_retried():
    owe("one", 1)
    owe("one", 2)
    owe("two", 1, type="article.withdrawn")

    outbox.acknowledge(
        Acknowledgement(kind="article", key=key, version=version, refusal="Unreadable")
        for key, version in (("one", 2), ("two", 1))
    )

    refused = OutboxMessage.objects.exclude(refusal="")
    assert [(row.key, row.version, row.refusal) for row in refused] == [("one", 2, "Unreadable")]
    assert sorted(send_all()) == ["one 1", "two 1"], "a withdrawal is never refused"
    assert outbox.retry_refused(kind="article", key="one") == 1
    assert send_all() == ["one 2"]


# --- The log ---


def test_a_replay_owes_the_newest_of_each_again():
    for version in (1, 2):
        settled("one", version)
    settled("two", 1)

    assert outbox.replay([("article", "one"), ("article", "nobody")]) == 1
    assert outbox.replay() == 2

    told = OutboxMessage.objects.order_by("key", "version").values_list("key", "version", "again")
    assert list(told) == [("one", 1, 0), ("one", 2, 2), ("two", 1, 1)]
    assert outbox.owed() == 2


def test_compaction_keeps_the_newest_and_the_newest_applied():
    for version in (1, 2):
        settled("applied", version)
    settled("stale", 1)
    settled("stale", 2)
    settled("stale", 3, applied=False)
    owe("owed", 1)
    owe("owed", 2)
    settled("refused", 1)
    owe("refused", 2, refusal="Unreadable", created_at=timezone.now() - HOUR)
    settled("unapplied", 1, applied=False)
    owe("unapplied", 2, refusal="Unreadable", created_at=timezone.now() - HOUR)
    settled("gone", 1)
    owe("gone", 2, type="article.withdrawn")
    settled("young", 1, age=dt.timedelta(0))
    settled("young", 2, age=dt.timedelta(0))

    outbox.compact(older_than=dt.timedelta(minutes=30))

    assert kept() == {
        "applied 2", "stale 2", "stale 3", "owed 1", "owed 2", "refused 1", "refused 2", "gone 1", "gone 2",
        "unapplied 1", "unapplied 2", "young 1", "young 2",
    }  # fmt: skip
    OutboxMessage.objects.filter(key="gone").update(applied_at=NOW, acknowledged_at=NOW, created_at=NOW)
    outbox.compact(older_than=dt.timedelta(minutes=30))
    assert {one for one in kept() if "gone" in one} == {"gone 2"}, "the tombstone stays"


def test_manifests_cover_every_key_in_slices():
    for key in ("a", "b", "c"):
        settled(key, 4)
    owe("c", 5)
    owe("d", 1)

    slices = list(outbox.manifests(size=3))

    assert [(one["after"], one["upto"]) for one in slices] == [
        (["", ""], ["article", "c"]), (["article", "c"], None),
    ]  # fmt: skip
    assert [entry[1:3] for one in slices for entry in one["entries"]] == [
        ["a", 4], ["b", 4], ["c", 4], ["d", 0],
    ]  # fmt: skip


def test_the_lag_is_the_age_of_what_is_owed_for_the_first_time():
    assert outbox.lag() == dt.timedelta(0)
    owe("old", created_at=timezone.now() - HOUR)
    owe("repair", created_at=timezone.now() - 9 * HOUR, again=1)

    assert HOUR <= outbox.lag() < 2 * HOUR


def test_what_the_log_does_not_know_is_named():
    owe("one")

    asked = [("article", "one"), ("article", "nobody"), ("tag", "one")]
    assert outbox.unknown(asked) == [("article", "nobody"), ("tag", "one")]


@pytest.mark.django_db(transaction=True)
def test_after_a_restore_into_another_cluster_the_whole_log_is_read_anew():
    live()
    feed.read()
    OutboxEpoch.objects.update(cluster="another")
    OutboxMessage.objects.update(xid=2**60)  # far in the future of this one

    assert len(feed.read()) == 1
    with pytest.raises(feed.CursorExpired):
        feed.read("another.1.1")


# --- Commands ---


def output(*arguments: str, capsys: Any) -> str:
    call_command(*arguments)
    return capsys.readouterr().out.strip()


def test_commands_say_what_they_did(capsys):
    one, _ = live(), tag()
    outbox.acknowledge([Acknowledgement(kind="article", key=str(one.pk), version=1)])

    assert output("replay", "--no-wait", f"article:{one.pk}", capsys=capsys) == "1 messages are owed again."
    assert output("replay", "--no-wait", capsys=capsys) == "2 messages are owed again."
    OutboxMessage.objects.filter(kind="article").update(refusal="Unreadable")
    assert output("retry", f"article:{one.pk}", capsys=capsys) == "1 messages are owed once more."
    assert output("compact", capsys=capsys) == "Deleted 0 messages."


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["replay", "hello"], "not of the form kind:key"),
        (["retry", "article:"], "not of the form kind:key"),
        (["feed", "nowhere"], "start again from nothing"),
        (["tick"], "CMS_SHAPE=single"),
    ],
)
def test_commands_refuse_what_they_cannot_use(arguments, told):
    owe(refusal="Unreadable")

    with pytest.raises(CommandError, match=told):
        call_command(*arguments)

    assert OutboxMessage.objects.exclude(refusal="").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_feed_is_printed_as_lines_that_go_on_where_they_ended(capsys):
    one = article("One")
    articles.publish(one.pk, now=NOW)
    first = json.loads(output("feed", capsys=capsys))
    articles.withdraw(one.pk, now=NOW)

    second = json.loads(output("feed", first["cursor"], capsys=capsys))

    assert [line["message"]["type"] for line in (first, second)] == ["article.published", "article.withdrawn"]
    assert output("feed", second["cursor"], capsys=capsys) == ""
