"""Publishing's tasks: one line of work each."""

import time
from dataclasses import asdict
from typing import Any

from celery import current_app, shared_task
from django.conf import settings

from cms import channels
from publishing import pages, projector, purging, reconciling, replication, search

AWHILE = 0.1
"""Seconds for which a worker renders lists before it looks for messages: so long may an article wait for a lone one."""


class Seldom:
    """Says yes once in so many seconds, in each process."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    def is_time(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True


seldom = Seldom(1.0)
"""While much is published the tick asks replicas, and not every message: that took a third of a worker's time."""


@shared_task(name=channels.PROJECT)
def project(*, messages: list[dict[str, Any]], **_: Any) -> None:
    """Apply messages, acknowledge them, and have the pages refreshed that combine articles."""
    answers = projector.project([(message["message"], message["again"]) for message in messages])
    log_position = replication.position()
    if answers:
        current_app.send_task(
            channels.ACKNOWLEDGE,
            kwargs={"acknowledgements": [_answer(one) for one in answers], "log_position": log_position},
        )
    # After a full batch comes another: lists wait for the last one, or for the sweep, and are rendered once.
    if answers and len(messages) < channels.BATCH:
        current_app.send_task(channels.REFRESH, expires=60)
        if log_position is not None and seldom.is_time():
            current_app.send_task(channels.REPORT_REPLICAS, expires=60)


@shared_task(name=channels.REPORT_REPLICAS)
def report_replicas(**_: Any) -> None:
    """Say up to where every replica shows what was acknowledged. A report that is lost is in the next."""
    if shown := replication.shown_everywhere():
        kwargs = {"upto": shown.position, "at": shown.at.isoformat()}
        current_app.send_task(channels.NOTE_REPLICATED, kwargs=kwargs, expires=60)


@shared_task(name=channels.REFRESH)
def refresh(**_: Any) -> None:
    """Refresh what is queued, for a while: messages that came meanwhile go first, then it goes on.

    What rests is left for the next tick; without workers that may be far.
    """
    if settings.INLINE:
        while pages.refresh_some():
            pass
    elif pages.refresh_for(AWHILE, places=settings.REFRESHERS):
        current_app.send_task(channels.REFRESH, expires=60)


@shared_task(name=channels.COMPARE)
def compare(*, manifest: dict[str, Any], **_: Any) -> None:
    """Compare a slice of what authoring holds with what is held here, and ask for what is amiss."""
    if wanted := reconciling.compare(manifest):
        current_app.send_task(channels.RESEND, kwargs={"addresses": wanted})


@shared_task(name=channels.NOTE_UNKNOWN)
def note_unknown(*, addresses: list[list[str]], **_: Any) -> None:
    reconciling.note_unknown([(kind, key) for kind, key in addresses])


@shared_task(name=channels.INSPECT)
def inspect(*, after: tuple[str, str] = reconciling.START, **_: Any) -> None:
    """Check a slice of own rows, vectors and pages against their messages, mend them, and go on with the next."""
    findings, upto = reconciling.inspect_slice((after[0], after[1]))
    if wanted := [(finding.kind, finding.key) for finding in findings if not finding.mended]:
        current_app.send_task(channels.RESEND, kwargs={"addresses": wanted})
    if upto is not None:
        current_app.send_task(channels.INSPECT, kwargs={"after": upto})
    current_app.send_task(channels.REFRESH, expires=60)


@shared_task(name=channels.PURGE)
def purge(**_: Any) -> None:
    """Tell the cache in front, if there is one, what changed."""
    while purging.purge_some():
        pass


@shared_task(name=channels.COUNT_WORDS)
def count_words(**_: Any) -> None:
    """Count anew how rare each word is, if enough has changed."""
    search.renew(only_if_due=True)


def _answer(answer: projector.Answer) -> dict[str, Any]:
    fields = asdict(answer)
    return {**fields, "applied_at": answer.applied_at and answer.applied_at.isoformat()}
