"""How far the newest change of an article is on its way to readers: committed, sent, seen, on every replica."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from authoring.models import Article, OutboxMessage
from authoring.services.overview import messages

STALLED_AFTER = dt.timedelta(seconds=10)
"""Readers usually see a change within a second: after this long somebody should be told why not."""


class State(StrEnum):
    """Where a step is."""

    DONE = "done"
    WAITING = "waiting"
    REFUSED = "refused"
    AHEAD = "ahead"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of the way. `at` and `after` are None until it is done."""

    name: str
    state: State
    at: dt.datetime | None = None
    after: dt.timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """The four steps of one version. `is_there` says that readers have it, `is_moving` that more will come."""

    version: int
    steps: tuple[Step, ...]
    is_there: bool
    is_moving: bool
    is_stalled: bool
    refusal: str


def of(article: Article, *, now: dt.datetime) -> Freshness | None:
    """How far the newest version of `article` is; None if readers were never told of it."""
    message = messages(article.pk).defer("message").first()
    return of_message(message, now=now) if message else None


def of_message(message: OutboxMessage, *, now: dt.datetime) -> Freshness:
    """How far one message is."""
    is_settled = message.acknowledged_at is not None
    spreads = message.log_position is not None and message.replicated_at is None
    is_owed = not is_settled and not message.refusal
    return Freshness(
        version=message.version,
        steps=_steps(message),
        is_there=is_settled,
        is_moving=is_owed or spreads,
        is_stalled=is_owed and now - message.created_at > STALLED_AFTER,
        refusal=message.refusal,
    )


def _steps(message: OutboxMessage) -> tuple[Step, ...]:
    begun, is_gone = message.created_at, message.type.endswith(".withdrawn")
    is_settled = message.acknowledged_at is not None
    was_sent = message.attempts > 0 or is_settled
    seen = _step("Gone for readers" if is_gone else "Readers see it", message.applied_at, begun,
                 is_done=is_settled, is_next=was_sent)  # fmt: skip
    return (
        Step(name="Committed", state=State.DONE, at=begun),
        _step("Sent", message.sent_at, begun, is_done=was_sent, is_next=True),
        Step(name="Refused", state=State.REFUSED) if message.refusal else seen,
        _on_replicas(message, "Gone on every replica" if is_gone else "On every replica"),
    )


def _on_replicas(message: OutboxMessage, name: str) -> Step:
    if message.acknowledged_at and message.log_position is None:
        return Step(name="There are no replicas", state=State.NONE)
    is_next = message.acknowledged_at is not None
    return _step(name, message.replicated_at, message.created_at, is_done=False, is_next=is_next)


def _step(name: str, at: dt.datetime | None, begun: dt.datetime, *, is_done: bool, is_next: bool) -> Step:
    """A step; one that was taken before times were noted has none."""
    if at is not None:
        return Step(name=name, state=State.DONE, at=at, after=at - begun)
    if is_done:
        return Step(name=name, state=State.DONE)
    return Step(name=name, state=State.WAITING if is_next else State.AHEAD)
