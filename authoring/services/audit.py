"""Who did what to what, and how it came: told in the transaction that does it, and never changed."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.db.models import Q, QuerySet

from authoring.models import Action, Article, AuditEntry
from cms.databases import WRITE
from cms.events import Kind

MONTHS_AHEAD = 3

TITLE_LENGTH, WAY_LENGTH, USER_LENGTH = 200, 120, 150

KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Pair = tuple[int | None, int | None]
"""A number before and after; None where there is none."""

Cursor = tuple[dt.datetime, UUID]

_way: ContextVar[str] = ContextVar("way", default="command")


@contextmanager
def through(way: str) -> Iterator[None]:
    """What is recorded within came this way: admin, API, scheduler, import. Outside of any: command."""
    before = _way.set(way)
    try:
        yield
    finally:
        _way.reset(before)


def name_way(way: str) -> None:
    """Say more exactly which way it comes, until the surrounding `through` ends: which token, say."""
    _way.set(way)


def record(
    action: Action,
    *,
    kind: str,
    key: Any,
    title: str,
    by: Any = None,
    revisions: Pair = (None, None),
    versions: Pair = (None, None),
    note: str = "",
) -> None:
    """Add an entry to the audit log. `by=None` is the product itself.

    Raises `TransactionManagementError` outside of a transaction: an entry stands and falls with what it tells.
    """
    if not connections[WRITE].in_atomic_block:
        raise transaction.TransactionManagementError("What is recorded must be done in a transaction.")
    AuditEntry.objects.create(
        action=action,
        kind=kind,
        key=str(key),
        title=title[:TITLE_LENGTH],
        user=by.get_username()[:USER_LENGTH] if by else "",
        user_key=by.pk if by else None,
        way=_way.get()[:WAY_LENGTH],
        from_revision=revisions[0],
        to_revision=revisions[1],
        from_version=versions[0],
        to_version=versions[1],
        note=note,
    )


def record_article(
    action: Action,
    article: Article,
    *,
    by: Any = None,
    revisions: Pair = (None, None),
    versions: Pair = (None, None),
    note: str = "",
) -> None:
    """As `record`, of an article."""
    record(
        action, kind=Kind.ARTICLE, key=article.pk, title=str(article), by=by, revisions=revisions,
        versions=versions, note=note,
    )  # fmt: skip


def make_months(ahead: int = MONTHS_AHEAD) -> int:
    """Make the log's partitions of this month and the next `ahead`. Returns how many it made."""
    with transaction.atomic(using=WRITE), connections[WRITE].cursor() as cursor:
        # A month that is late waits for the next hour rather than have all writers wait behind it.
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute("SELECT authoring_make_audit_months(%s)", [ahead])
        return int(cursor.fetchone()[0])


def entries(
    *,
    kind: str = "",
    key: str = "",
    text: str = "",
    user: str = "",
    action: str = "",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    before: Cursor | None = None,
) -> QuerySet[AuditEntry]:
    """The log, newest first: what matches everything that is given. `text` is a part of a title, or a key.

    `before` is where the page before ended: (`at`, `id`) of its last entry.
    """
    exact = {"kind": kind, "key": key, "user": user, "action": action, "at__gte": since, "at__lt": until}
    chosen = AuditEntry.objects.filter(**{name: value for name, value in exact.items() if value})
    if text:
        chosen = chosen.filter(Q(key=text) if KEY.fullmatch(text) else Q(title__icontains=text))
    if before:
        chosen = chosen.filter(pk__lt=before)
    return chosen.order_by("-at", "-id")
