"""The outbox: messages owed to the readers until publishing acknowledges them. A compacted log."""

from authoring.outbox.appending import append
from authoring.outbox.log import compact, lag, manifests, owed, replay, unknown
from authoring.outbox.relay import Envelope, is_due, relay
from authoring.outbox.settling import Acknowledgement, acknowledge, note_replicated, retry_refused

__all__ = [
    "Acknowledgement",
    "Envelope",
    "acknowledge",
    "append",
    "compact",
    "is_due",
    "lag",
    "manifests",
    "note_replicated",
    "owed",
    "relay",
    "replay",
    "retry_refused",
    "unknown",
]
