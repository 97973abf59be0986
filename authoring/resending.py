"""What somebody has sent to readers again by hand: owed as the outbox does it, and told in the audit log."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from authoring import outbox
from authoring.models import Action, OutboxMessage
from authoring.services import audit
from cms import codec
from cms.databases import WRITE

EACH = 100
"""Up to so many have an entry each; more are told as one."""

Address = tuple[str, str]


def replay(addresses: Iterable[Address] | None = None, *, by: Any = None) -> int:
    """Owe the newest message of each `(kind, key)`, or of all, again. Returns how many."""
    wanted = None if addresses is None else set(addresses)
    with transaction.atomic(using=WRITE):
        owed = outbox.replay(wanted)
        known = None if wanted is None else wanted - set(outbox.unknown(wanted))
        _record(known, owed, by=by, note="")
    return owed


def retry_refused(addresses: Iterable[Address] | None = None, *, by: Any = None) -> int:
    """Owe what was refused of these, or of all, once more. Returns how many messages."""
    with transaction.atomic(using=WRITE):
        refused = set(OutboxMessage.objects.exclude(refusal="").values_list("kind", "key"))
        if addresses is not None:
            refused &= set(addresses)
        owed = sum(outbox.retry_refused(kind=kind, key=key) for kind, key in sorted(refused))
        _record(refused, owed, by=by, note="after a refusal")
    return owed


def _record(addresses: set[Address] | None, owed: int, *, by: Any, note: str) -> None:
    if not owed:
        return
    if addresses is None or len(addresses) > EACH:
        many = f"{owed} messages{', ' if note else ''}{note}"
        title = "Everything" if addresses is None else "Much at once"
        audit.record(Action.RESENT, kind="outbox", key="outbox", title=title, by=by, note=many)
        return
    for kind, key in sorted(addresses):
        audit.record(Action.RESENT, kind=kind, key=key, title=_title(kind, key), by=by, note=note)


def _title(kind: str, key: str) -> str:
    """What readers know it by; its key where they know it no more."""
    for message in OutboxMessage.objects.filter(kind=kind, key=key).order_by("-version")[:2]:
        try:
            state = getattr(codec.decode(message.message), "state", None)
        except (ValueError, LookupError):
            continue
        if title := getattr(state, "title", "") or getattr(state, "name", ""):
            return str(title)
    return key
