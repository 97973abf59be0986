"""The projector: applies messages to the read tables. With the refresher, their only writer."""

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DataError, IntegrityError, OperationalError, connections, transaction
from django.db.models import Case, ExpressionWrapper, F, IntegerField, Q, When
from django.db.models.lookups import GreaterThan
from psqlextra.expressions import ExcludedCol
from psqlextra.types import ConflictAction

from cms import codec, rendering, signals
from cms.databases import READ
from cms.events import Event, Kind
from publishing import receipts, tables
from publishing.models import DeadLetter, Position
from publishing.pages.context import hold_site
from publishing.projection import Prepared, prepare

logger = logging.getLogger(__name__)

Made = TypeVar("Made")

PERMANENT = (codec.Malformed, rendering.Unrenderable)
TOO_MUCH = "54"
"""The class of SQLSTATE for what exceeds Postgres's limits, such as a key too long for an index."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What publishing holds of a `(kind, key)` after a message for it, or why it refuses that message."""

    kind: str
    key: str
    version: int
    again: int = 0
    applied_at: dt.datetime | None = None
    refusal: str = ""


def project(messages: Iterable[tuple[str, int]]) -> list[Answer]:
    """Apply messages, each with the count of how often it was owed again (above 0 it repairs).

    One transaction for all; if the database refuses one of them, one transaction for each, so that it
    stops no other. A message of a schema that this release does not know gets no answer: it will be
    sent again, and the next release may know it.
    """
    answers: list[Answer] = []
    read = _each(messages, _read, answers)
    # What is sent again may be stored as it should be: its receipt tells, at a tenth of what rendering costs.
    whole = set(receipts.holding(event.address for _, again, event in read if again).values())

    def ready(message: str, again: int, event: Event) -> Prepared:
        return prepare(message, again, event=event, whole=again > 0 and codec.digest(message) in whole)

    return answers + _apply_all(_each(read, ready, answers))


def _read(message: str, again: int) -> tuple[str, int, Event]:
    return message, again, codec.decode(message)


def _each(given: Iterable[Any], step: Callable[..., Made], answers: list[Answer]) -> list[Made]:
    """What `step` makes of each message; one that fails stops no other."""
    made = []
    for message, *rest in given:
        try:
            made.append(step(message, *rest))
        except codec.UnknownMessage as error:
            logger.warning("left a message for the next release: %s", error)
        except PERMANENT as error:
            answers += _refuse(message, str(error))
        except Exception:
            logger.exception("could not read a message")
    return made


def _apply_all(prepared: Sequence[Prepared]) -> list[Answer]:
    try:
        return apply(prepared)
    except Exception as error:
        permanent = _is_permanent(error)
        if isinstance(error, OperationalError) and not permanent:
            raise
        if len(prepared) > 1:
            return [answer for one in prepared for answer in _apply_all([one])]
        if permanent:
            return _refuse(prepared[0].message, f"{type(error).__name__}: {error}".splitlines()[0])
        # Our fault, not the message's: unanswered, it is sent again, and the next release may do better.
        logger.exception("could not apply %s %s", *prepared[0].address)
        return []


def _is_permanent(error: Exception) -> bool:
    """Whether the message is to blame: not a lost connection, a missing right or a table not yet migrated."""
    sqlstate = getattr(error.__cause__, "sqlstate", None) or ""
    return isinstance(error, DataError | IntegrityError | UnicodeError) or sqlstate.startswith(TOO_MUCH)


def apply(prepared: Sequence[Prepared]) -> list[Answer]:
    """Apply messages in one transaction: positions rise, rows and own pages follow, others are queued."""
    newest: dict[tuple[str, str], Prepared] = {}
    for one in prepared:
        if one.address not in newest or newest[one.address].order < one.order:
            newest[one.address] = one
    with transaction.atomic(using=READ):
        now = hold_site(to_change=any(kind == Kind.SITE for kind, _ in newest))
        held = advance(list(newest.values()), now=now)
        changes = [newest[address] for address in sorted(held)]
        tables.change(changes)
        _settle_dead_letters(changes)
        answers = _answers(prepared, held)
    for change in changes:
        signals.projected.send_robust(Position, event=change.event)
    return answers


def advance(prepared: Sequence[Prepared], *, now: dt.datetime) -> dict[tuple[str, str], Position]:
    """Move positions up to these messages, in one guarded statement. Returns the positions that moved.

    Insert and compare are one statement: of two projectors with two versions, exactly one sees the
    other's, whichever commits first. In the order of addresses, so that they never deadlock.
    """
    if not prepared:
        return {}
    rows = [
        {
            "kind": one.event.kind.value,
            "key": one.event.key,
            "version": one.event.version,
            "again": one.again,
            "is_live": one.row is not None,
            "message": one.message,
            "digest": codec.digest(one.message),
            "applied_at": now,
            "unknown_since": None,
        }
        for one in sorted(prepared, key=lambda one: one.address)
    ]
    guarded = Position.objects.on_conflict(
        ["kind", "key"], ConflictAction.UPDATE, update_condition=NEWER, update_values=RISEN
    )
    # Rows that the condition skips do not come back: only models are matched to their values rightly.
    moved = guarded.bulk_insert(rows, return_model=True, using=READ)
    return {(position.kind, position.key): position for position in moved}


NEWER = Q(version__lt=ExcludedCol("version")) | (
    Q(version=ExcludedCol("version"))
    & Q(GreaterThan(ExpressionWrapper(ExcludedCol("again"), IntegerField()), 0))
)

# A repair does not change when readers could first see the version.
RISEN = {
    **{name: ExcludedCol(name) for name in ("version", "again", "is_live", "digest", "unknown_since")},
    # The same text is left where it lies: a replay need not write it all again.
    "message": Case(When(message=ExcludedCol("message"), then=F("message")), default=ExcludedCol("message")),
    "applied_at": Case(
        When(version=ExcludedCol("version"), then=F("applied_at")), default=ExcludedCol("applied_at")
    ),
}


def _answers(prepared: Sequence[Prepared], moved: dict[tuple[str, str], Position]) -> list[Answer]:
    addresses = {one.address for one in prepared}
    held = dict(moved)
    if keys := {key for kind, key in addresses - set(moved)}:
        held |= {(p.kind, p.key): p for p in Position.objects.filter(key__in=keys).defer("message")}
    answers = []
    for address in sorted(addresses):
        position = held[address]
        answers.append(
            Answer(
                kind=position.kind,
                key=position.key,
                version=position.version,
                again=position.again if address in moved else 0,
                applied_at=position.applied_at,
            )
        )
    return answers


def _settle_dead_letters(changes: Sequence[Prepared]) -> None:
    """What was refused and is applied after all, or superseded, needs nobody's attention."""
    with connections[READ].cursor() as cursor:
        cursor.execute(
            "DELETE FROM publishing_deadletter AS letter USING unnest(%s::text[], %s::text[], %s::int[])"
            " AS held (kind, key, version)"
            " WHERE letter.kind = held.kind AND letter.key = held.key AND letter.version <= held.version",
            [
                list(column)
                for column in zip(*((*one.address, one.event.version) for one in changes), strict=True)
            ]
            or [[], [], []],
        )


def _refuse(message: str, reason: str) -> list[Answer]:
    """Keep a message that can never be applied as a dead letter, and tell authoring why."""
    try:
        parts = json.loads(message)
        address: dict[str, Any] = {
            "kind": str(parts["kind"]),
            "key": str(parts["key"]),
            "version": int(parts["version"]),
        }
        readable = message.replace("\x00", "").encode("utf-8", "replace").decode()
        with transaction.atomic(using=READ):
            letter = {"message": readable, "reason": reason.replace("\x00", "")}
            DeadLetter.objects.update_or_create(**address, defaults=letter)
    except (ValueError, KeyError, TypeError, RecursionError, DataError, IntegrityError):
        logger.exception("dropped what is no message at all: %s", reason)
        return []
    logger.error("refused %(kind)s %(key)s at version %(version)s", address)
    return [Answer(**address, refusal=reason)]
