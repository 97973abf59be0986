"""Authoring's tasks: one line of work each, and the wire that they send over."""

import datetime as dt
from typing import Any

from celery import current_app, shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from authoring import mailing, outbox, wire
from authoring.services import (
    audit,
    autosaving,
    bulk,
    lockouts,
    releasing,
    scheduling,
    sessions,
    subjects,
    trash,
    turns,
)
from cms import channels

BULK_SECONDS, TICK_SECONDS = 5.0, 20.0
"""How long one turn of bulk jobs takes: of a worker, and where there are none, of the minute between two ticks."""

PATIENCE = 3.0
"""How long a writer waits for a bulk job where there are no workers; `tick` does the rest."""


@shared_task(name=channels.PUBLISH_DUE)
def publish_due(**_: Any) -> None:
    turns.note()
    while scheduling.publish_due() or releasing.go_due():
        pass


@shared_task(name=channels.RELAY)
def relay(**_: Any) -> None:
    outbox.relay(send, waiting=wire.batches_waiting)


@shared_task(name=channels.ACKNOWLEDGE)
def acknowledge(*, acknowledgements: list[dict[str, Any]], log_position: int | None = None, **_: Any) -> None:
    outbox.acknowledge((_acknowledgement(**fields) for fields in acknowledgements), log_position=log_position)
    if not settings.INLINE and outbox.is_due():
        current_app.send_task(channels.RELAY, expires=10)


@shared_task(name=channels.NOTE_REPLICATED)
def note_replicated(*, upto: int, at: str, **_: Any) -> None:
    outbox.note_replicated(upto=upto, at=dt.datetime.fromisoformat(at))


@shared_task(name=channels.RESTATE)
def restate(**_: Any) -> None:
    while subjects.restate_some(now=timezone.now()):
        pass


@shared_task(name=channels.COMPACT)
def compact(**_: Any) -> None:
    outbox.compact(older_than=dt.timedelta(days=settings.OUTBOX_RETENTION_DAYS))


@shared_task(name=channels.THIN)
def thin(**_: Any) -> None:
    while autosaving.thin():
        pass


@shared_task(name=channels.PURGE_TRASH)
def purge_trash(**_: Any) -> None:
    while trash.purge():
        pass


@shared_task(name=channels.MAKE_AUDIT_MONTHS)
def make_audit_months(**_: Any) -> None:
    audit.make_months()


@shared_task(name=channels.FORGET_EXPIRED)
def forget_expired(**_: Any) -> None:
    lockouts.forget_old(now=timezone.now())
    sessions.forget_expired()
    bulk.forget()


@shared_task(name=channels.BULK)
def work_bulk(**_: Any) -> None:
    if _work_bulk(TICK_SECONDS if settings.INLINE else BULK_SECONDS) and not settings.INLINE:
        current_app.send_task(channels.BULK, expires=10)


@shared_task(name=channels.MAIL)
def mail(**_: Any) -> None:
    while mailing.send_next():
        pass


@shared_task(name=channels.SEND_MANIFESTS)
def send_manifests(**_: Any) -> None:
    for manifest in outbox.manifests():
        current_app.send_task(channels.COMPARE, kwargs={"manifest": manifest})


@shared_task(name=channels.RESEND)
def resend(*, addresses: list[list[str]] | None = None, **_: Any) -> None:
    """Owe again what publishing asks for (None: everything), and say which it asked for in vain."""
    wanted = None if addresses is None else [(kind, key) for kind, key in addresses]
    outbox.replay(wanted)
    if wanted and (unknown := outbox.unknown(wanted)):
        current_app.send_task(channels.NOTE_UNKNOWN, kwargs={"addresses": unknown})
    current_app.send_task(channels.RELAY, expires=10)


def send(batch: list[outbox.Envelope]) -> None:
    """Send one batch to the projector. Raises `ConnectionError` when the wire is down."""
    messages = [{"message": envelope.message, "again": envelope.again} for envelope in batch]
    try:
        current_app.send_task(channels.PROJECT, kwargs={"messages": messages})
    except OperationalError as error:
        raise ConnectionError(str(error)) from error


def wake_bulk() -> None:
    """Nudge a worker to go on with bulk jobs, or do what can be done at once where there is none."""
    if settings.INLINE:
        _work_bulk(PATIENCE)
    else:
        wire.nudge(channels.BULK)


def wake_relay() -> None:
    """Nudge the relay; if the broker does not take the nudge, beat's next tick does the same."""
    wire.nudge(channels.RELAY)


def _work_bulk(seconds: float) -> bool:
    with bulk.turn() as is_mine:
        return is_mine and bulk.work(seconds=seconds, now=timezone.now)


def _acknowledgement(*, applied_at: str | None = None, **fields: Any) -> outbox.Acknowledgement:
    moment = dt.datetime.fromisoformat(applied_at) if applied_at else None
    known = {name: fields[name] for name in ("kind", "key", "version", "again", "refusal") if name in fields}
    return outbox.Acknowledgement(applied_at=moment, **known)
