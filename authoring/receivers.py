"""Who listens: the outbox to what services announce, the audit log to who logs in and out."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import connections, transaction

from authoring import outbox, tasks
from authoring.models import Action
from authoring.services import audit
from cms import signals
from cms.databases import WRITE
from cms.events import Event


def connect() -> None:
    """Listen to what services announce, and to logins."""
    signals.published.connect(owe, dispatch_uid="authoring.outbox")
    signals.withdrawn.connect(owe, dispatch_uid="authoring.outbox")
    user_logged_in.connect(note_login, dispatch_uid="authoring.audit")
    user_logged_out.connect(note_logout, dispatch_uid="authoring.audit")


def owe(sender: type, event: Event, **_: Any) -> None:
    """Owe readers `event`; the relay is woken once, however many events the transaction brings."""
    outbox.append(event)
    waiting = connections[WRITE].run_on_commit
    if not any(tasks.wake_relay in entry for entry in waiting):
        transaction.on_commit(tasks.wake_relay, using=WRITE, robust=True)


def note_login(sender: type, user: Any, **_: Any) -> None:
    """Say in the audit log that somebody came."""
    _note(Action.LOGGED_IN, user)


def note_logout(sender: type, user: Any = None, **_: Any) -> None:
    """Say in the audit log that somebody left; who was not logged in cannot."""
    if user is not None:
        _note(Action.LOGGED_OUT, user)


def _note(action: Action, user: Any) -> None:
    with transaction.atomic(using=WRITE):
        audit.record(action, kind="user", key=user.pk, title=user.get_username(), by=user)
