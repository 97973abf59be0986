"""How far the newest change is on its way to readers, as writers are told."""

import datetime as dt

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from authoring import outbox
from authoring.models import OutboxMessage
from authoring.services import articles, freshness
from authoring.services.freshness import State
from tests.authoring.builders import NOW, article, editor, live, writer

MS = dt.timedelta(milliseconds=1)


def steps(one) -> list[tuple[str, State, int | None]]:
    found = freshness.of(one, now=timezone.now())
    return [(step.name, step.state, step.after and step.after // MS) for step in found.steps]


def change(one, **fields) -> None:
    """Set the newest message of an article; times are milliseconds after its commit."""
    message = OutboxMessage.objects.filter(key=str(one.pk)).latest("version")
    for name, value in fields.items():
        setattr(message, name, message.created_at + value * MS if name.endswith("_at") else value)
    message.save()


def test_draft_is_on_no_way():
    assert freshness.of(article(), now=NOW) is None


def test_steps_are_taken_one_after_the_other():
    one = live()
    begun = ("Committed", State.DONE, None)
    way = []
    for fields in (
        {},
        {"attempts": 1, "sent_at": 12},
        {"acknowledged_at": 90, "applied_at": 84, "log_position": 7},
        {"replicated_at": 130},
    ):
        change(one, **fields)
        way.append(steps(one))

    assert way == [
        [begun, ("Sent", State.WAITING, None), ("Readers see it", State.AHEAD, None),
         ("On every replica", State.AHEAD, None)],
        [begun, ("Sent", State.DONE, 12), ("Readers see it", State.WAITING, None),
         ("On every replica", State.AHEAD, None)],
        [begun, ("Sent", State.DONE, 12), ("Readers see it", State.DONE, 84),
         ("On every replica", State.WAITING, None)],
        [begun, ("Sent", State.DONE, 12), ("Readers see it", State.DONE, 84),
         ("On every replica", State.DONE, 130)],
    ]  # fmt: skip


def test_what_went_before_sending_was_noted_is_done_at_no_time():
    one = live()
    change(one, attempts=1, acknowledged_at=90)

    assert [step[1:] for step in steps(one)] == [
        (State.DONE, None), (State.DONE, None), (State.DONE, None), (State.NONE, None),
    ]  # fmt: skip


def test_relay_notes_when_it_first_sends_and_takes_it_back_when_the_wire_is_down():
    one = live()

    def down(batch):
        raise ConnectionError

    for send in (down, lambda batch: None):
        OutboxMessage.objects.update(next_attempt_at=timezone.now() - dt.timedelta(minutes=1))
        try:
            outbox.relay(send)
        except ConnectionError:
            assert OutboxMessage.objects.get(key=str(one.pk)).sent_at is None
    first = OutboxMessage.objects.get(key=str(one.pk)).sent_at

    OutboxMessage.objects.update(next_attempt_at=timezone.now() - dt.timedelta(minutes=1))
    outbox.relay(lambda batch: None)

    assert first is not None
    assert OutboxMessage.objects.get(key=str(one.pk)).sent_at == first


def test_withdrawal_is_gone_for_readers():
    one = live()
    articles.withdraw(one.pk, now=NOW)
    change(one, attempts=1, sent_at=5, applied_at=20, acknowledged_at=25)

    assert [step[0] for step in steps(one)] == [
        "Committed", "Sent", "Gone for readers", "There are no replicas",
    ]  # fmt: skip


def test_refusal_is_told_with_its_reason_and_where_readers_are():
    one, client = live(), Client()
    client.force_login(editor())
    change(one, attempts=1, sent_at=5, refusal="Unreadable")

    page = client.get(reverse("admin:authoring_article_site", args=[one.pk]))

    assert ("Refused", State.REFUSED, None) in steps(one)
    told = page.content.decode()
    assert "Readers will not see version 1" in told
    assert "Unreadable" in told
    assert 'href="http://testserver/hello/"' in told
    assert "Refresh" not in page


def test_view_on_site_waits_and_goes_when_readers_have_it():
    one, client = live(), Client()
    client.force_login(editor())
    address = reverse("admin:authoring_article_site", args=[one.pk])

    waiting = client.get(address)
    assert (waiting.status_code, waiting["Refresh"]) == (200, "1")
    assert "is on its way" in waiting.content.decode()
    assert "longer than usual" not in waiting.content.decode()

    OutboxMessage.objects.update(created_at=timezone.now() - dt.timedelta(seconds=11))
    stalled = client.get(address)
    assert stalled["Refresh"] == "2"
    assert "Nothing is lost" in stalled.content.decode()

    change(one, applied_at=84, acknowledged_at=90)
    assert client.get(address)["Location"] == "http://testserver/hello/?min_version=1"


def test_view_on_site_says_when_there_is_nothing_to_see():
    draft, client = article("Draft"), Client()
    client.force_login(editor())

    page = client.get(reverse("admin:authoring_article_site", args=[draft.pk]))

    assert "was never published" in page.content.decode()
    assert "Refresh" not in page


def test_nobody_waits_for_anothers_article():
    one, client = live(), Client()
    client.force_login(writer())

    assert client.get(reverse("admin:authoring_article_site", args=[one.pk])).status_code == 404
