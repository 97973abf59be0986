"""What is planned for an article, by changes of its own and by releases, and where that contradicts itself."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Any

from authoring.models import Article, ReleaseChange, Revision, ScheduledChange
from authoring.services import scheduling


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """One change that waits, with the time at which it happens and the zone in which that was chosen."""

    due_at: dt.datetime
    zone: str
    action: str
    revision: Revision | None
    change: ScheduledChange | None = None
    release: ReleaseChange | None = None


class Doubt(Enum):
    """What may not be meant."""

    NOTHING_TO_WITHDRAW = "nothing to withdraw"
    BRINGS_BACK = "brings back"
    OLDER_TEXT = "older text"
    SAME_TEXT = "same text"
    SAME_TIME = "same time"


@dataclass(frozen=True, kw_only=True, slots=True)
class Clash:
    """A planned change that contradicts what comes before it (None: how things are now)."""

    doubt: Doubt
    planned: Planned
    before: Planned | None = None


def plan_of(article: Article) -> list[Planned]:
    """What waits on an article, in the order in which it will happen."""
    changes = scheduling.waiting().filter(article=article).select_related("revision")
    released = ReleaseChange.objects.filter(article=article, release__in=scheduling.waiting_releases())
    plan = [_of_change(change) for change in changes.order_by("due_at", "pk")]
    plan += [_of_release(change) for change in released.select_related("revision", "release")]
    return sorted(plan, key=attrgetter("due_at"))


def clashes(article: Article, plan: Iterable[Planned]) -> list[Clash]:
    """Where a plan contradicts itself, or what readers see now."""
    found: list[Clash] = []
    live, before = article.live_revision, None
    for planned in plan:
        if before and before.due_at == planned.due_at:
            found.append(Clash(doubt=Doubt.SAME_TIME, planned=planned, before=before))
        doubt = _doubt(planned, live, before)
        if doubt is not None:
            found.append(Clash(doubt=doubt, planned=planned, before=before))
        live, before = planned.revision, planned
    return found


def _doubt(planned: Planned, live: Revision | None, before: Planned | None) -> Doubt | None:
    if planned.revision is None:
        return None if live else Doubt.NOTHING_TO_WITHDRAW
    if live is None:
        return Doubt.BRINGS_BACK if before else None
    if live == planned.revision:
        return Doubt.SAME_TEXT
    return Doubt.OLDER_TEXT if planned.revision.number < live.number else None


def _of_change(change: ScheduledChange) -> Planned:
    return Planned(
        due_at=change.due_at, zone=change.zone, action=change.action, revision=change.revision, change=change
    )


def _of_release(change: Any) -> Planned:
    return Planned(
        due_at=change.release.due_at,
        zone=change.release.zone,
        action=change.action,
        revision=change.revision,
        release=change,
    )
