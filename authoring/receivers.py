"""The one receiver of authoring's signals: it writes the outbox, and wakes the relay after the commit."""

from typing import Any

from django.db import connections, transaction

from authoring import outbox, tasks
from cms import signals
from cms.databases import WRITE
from cms.events import Event


def connect() -> None:
    """Listen to what services announce."""
    signals.published.connect(owe, dispatch_uid="authoring.outbox")
    signals.withdrawn.connect(owe, dispatch_uid="authoring.outbox")


def owe(sender: type, event: Event, **_: Any) -> None:
    """Owe readers `event`; the relay is woken once, however many events the transaction brings."""
    outbox.append(event)
    waiting = connections[WRITE].run_on_commit
    if not any(tasks.wake_relay in entry for entry in waiting):
        transaction.on_commit(tasks.wake_relay, using=WRITE, robust=True)
