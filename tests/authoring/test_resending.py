"""What is sent again by hand stands in the audit log: who had it sent, and what."""

import pytest
from django.core.management import call_command
from django.test import Client

from authoring import resending
from authoring.models import AuditEntry, OutboxMessage
from tests.authoring.builders import live, settle, tag, user

OUTBOX = "/admin/authoring/outboxmessage/"


def told() -> list[tuple[str, ...]]:
    rows = AuditEntry.objects.filter(action="resent").order_by("kind", "title")
    return list(rows.values_list("kind", "title", "user", "way", "note"))


@pytest.fixture
def operator():
    client = Client()
    client.force_login(
        user("administrator", name="anna"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def test_what_an_operator_owes_again_is_told_of_each(operator):
    rows = [live("Hello"), live("Other")]
    tag("Ink")
    chosen = OutboxMessage.objects.filter(key__in=[one.pk for one in rows]).values_list("pk", flat=True)

    operator.post(OUTBOX, {"action": "owe_again", "_selected_action": list(chosen)})

    assert told() == [("article", "Hello", "anna", "admin", ""), ("article", "Other", "anna", "admin", "")]


def test_what_is_tried_again_after_a_refusal_is_told_and_nothing_else(operator):
    refused, fine = live("Refused"), live("Fine")
    settle(fine)
    OutboxMessage.objects.filter(key=refused.pk).update(refusal="No.")

    for address in (f"/admin/authoring/article/{one.pk}/retry/" for one in (refused, fine)):
        operator.post(address)

    assert told() == [("article", "Refused", "anna", "admin", "after a refusal")]
    assert not OutboxMessage.objects.exclude(refusal="").exists()


def test_commands_are_told_as_such_and_everything_is_one_entry():
    one = live("Hello")
    live("Other")

    call_command("replay", f"article:{one.pk}", "article:nobody", no_wait=True)
    assert told() == [("article", "Hello", "", "command", "")]

    call_command("replay", no_wait=True)
    assert told()[1:] == [("outbox", "Everything", "", "command", "2 messages")]


def test_much_at_once_is_one_entry_and_nothing_is_none(monkeypatch):
    monkeypatch.setattr(resending, "EACH", 1)
    for title in ("One", "Two"):
        live(title)
    assert resending.retry_refused() == 0
    assert told() == []

    OutboxMessage.objects.update(refusal="No.")
    assert resending.retry_refused() == 2

    assert told() == [("outbox", "Much at once", "", "command", "2 messages, after a refusal")]
