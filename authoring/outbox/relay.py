"""The relay: sends what is owed until it is acknowledged, and never more than the broker should hold."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connections, transaction
from django.db.models.functions import Now

from authoring.models import OutboxMessage
from cms import channels
from cms.databases import WRITE

MESSAGES_OUT = 500
BYTES_OUT = 32_000_000
BATCH_BYTES = 1_000_000
BATCHES_WAITING = 100
"""How many batches may wait in the broker. Above it nobody works there: more copies would only fill it."""

FIRST_DELAY, LONGEST_DELAY = 5, 300  # seconds; doubling between them


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """A message on its way. `again` counts how often it was owed again: above 0, it repairs."""

    id: int
    message: str
    again: int
    size: int


Send = Callable[[list[Envelope]], None]


def relay(send: Send, *, waiting: Callable[[], int] = lambda: 0) -> int:
    """Send what is owed and due, newest first, in batches, until nothing is or enough is out.

    `send` carries one batch and raises `OSError` when the wire is down; `waiting` says how many
    batches the broker holds. Returns how many messages were sent.
    """
    sent = 0
    while not (_is_crowded() and waiting() >= BATCHES_WAITING) and (claimed := claim()):
        for batch in in_batches(claimed):
            try:
                send(batch)
            except OSError:
                unsent = [envelope.id for envelope in claimed[claimed.index(batch[0]) :]]
                _give_back(unsent)
                raise
            sent += len(batch)
    return sent


def _is_crowded() -> bool:
    """Whether enough is unacknowledged to be worth asking the broker, which takes longer than all else here."""
    sent = OutboxMessage.objects.filter(acknowledged_at=None, refusal="", attempts__gt=0)
    return sent[: BATCHES_WAITING + 1].count() > BATCHES_WAITING


def claim() -> list[Envelope]:
    """Take a lease on messages that are owed and due. The lease is `next_attempt_at`, which is the back-off too.

    A row that a newer one supersedes is not taken. One relay claims at a time, so that the bound on
    what is out holds for all of them together.
    """
    with transaction.atomic(using=WRITE), connections[WRITE].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('imprint.relay'))")
        cursor.execute(
            CLAIM,
            {"messages": MESSAGES_OUT, "bytes": BYTES_OUT, "first": FIRST_DELAY, "longest": LONGEST_DELAY},
        )
        # An update returns its rows in no order.
        rows = sorted(cursor.fetchall(), reverse=True)
    return [Envelope(id=id, message=message, again=again, size=size) for id, message, again, size in rows]


CLAIM = """
WITH out AS (
    SELECT count(*) AS messages, coalesce(sum(octet_length(message)), 0) AS bytes FROM authoring_outboxmessage
    WHERE acknowledged_at IS NULL AND refusal = '' AND attempts > 0 AND next_attempt_at > statement_timestamp()
), due AS (
    SELECT id, octet_length(message) AS size FROM authoring_outboxmessage AS owed
    WHERE acknowledged_at IS NULL AND refusal = '' AND next_attempt_at <= statement_timestamp()
      AND NOT EXISTS (
        SELECT FROM authoring_outboxmessage AS newer
        WHERE newer.kind = owed.kind AND newer.key = owed.key AND newer.version > owed.version AND newer.refusal = ''
      )
    ORDER BY id DESC LIMIT (SELECT greatest(%(messages)s - messages, 0) FROM out)
    FOR UPDATE SKIP LOCKED
), fitting AS (
    SELECT id, size, sum(size) OVER (ORDER BY id DESC) AS total FROM due
)
UPDATE authoring_outboxmessage AS message SET
    attempts = attempts + 1,
    sent_at = coalesce(sent_at, statement_timestamp()),
    next_attempt_at = statement_timestamp()
        + make_interval(secs => least(%(first)s * power(2, least(attempts, 16)), %(longest)s))
FROM fitting, out
WHERE message.id = fitting.id
  AND (fitting.total <= %(bytes)s - out.bytes OR (out.bytes = 0 AND fitting.total = fitting.size))
RETURNING message.id, message.message, message.again, fitting.size
"""


def in_batches(envelopes: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    """Cut into batches of 1 to 50 messages and at most 1 MB (a single larger message goes alone)."""
    batch: list[Envelope] = []
    size = 0
    for envelope in envelopes:
        if batch and (len(batch) == channels.BATCH or size + envelope.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(envelope)
        size += envelope.size
    if batch:
        yield batch


def _give_back(ids: Iterable[int]) -> None:
    """Free the lease of what could not be sent: that was no attempt. It is due again in a second."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            "UPDATE authoring_outboxmessage SET attempts = greatest(attempts - 1, 0),"
            " sent_at = CASE WHEN attempts > 1 THEN sent_at END,"
            " next_attempt_at = statement_timestamp() + interval '1 second'"
            " WHERE id = ANY(%s) AND acknowledged_at IS NULL",
            [list(ids)],
        )


def is_due() -> bool:
    """Whether a relay would find something to send."""
    return OutboxMessage.objects.filter(acknowledged_at=None, refusal="", next_attempt_at__lte=Now()).exists()
