"""Owing the readers a message, in the transaction that made it true."""

from django.db import connections, transaction

from authoring.models import OutboxMessage
from cms import codec
from cms.databases import WRITE
from cms.events import Event


def append(event: Event) -> OutboxMessage:
    """Owe the readers `event`. Raises `TransactionManagementError` outside the transaction that made it true."""
    if not connections[WRITE].in_atomic_block:
        raise transaction.TransactionManagementError("An event is appended in the transaction of its change.")
    message = codec.encode(event)
    return OutboxMessage.objects.create(
        kind=event.kind,
        key=event.key,
        version=event.version,
        type=codec.type_of(event),
        schema=codec.SCHEMAS[event.kind],
        message=message,
        digest=codec.digest(message),
    )
