"""Mail about what inboxes say: the rows are claimed with a lease, sent outside any transaction, and settled."""

import datetime as dt
import logging
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from authoring.models import Notification
from authoring.services import notifying
from cms.databases import WRITE

logger = logging.getLogger(__name__)

FIRST_REST = dt.timedelta(minutes=5)
"""How long a claim holds, and how long a mail that failed rests; doubled with each attempt."""

MOST_ATTEMPTS = 8
"""The last is made ten hours after the first."""

MOST = 50
"""Rows that one mail tells of."""

SUBJECT = 150


def send_next() -> bool:
    """Send one person's mail, if any is due. False if none is, or if it could not be sent: it rests then.

    Whoever dies between sending and settling sends once more after the lease: better told twice than never.
    """
    rows = _claim()
    if not rows:
        return False
    keys = [row.pk for row in rows]
    shown = list(notifying.inbox(rows[0].user).filter(pk__in=keys, read_at=None))
    try:
        if shown and rows[0].user.is_active:
            _mail(rows[0].user, shown).send()
    except Exception as error:  # whatever a mail server or an address brings up: others shall have their mail
        logger.warning("mail to user %s failed (%s)", rows[0].user_id, type(error).__name__)
        _give_up(keys)
        return False
    Notification.objects.filter(pk__in=keys).update(mailed_at=Now(), next_attempt_at=None)
    return True


def _claim() -> list[Notification]:
    """What is due for one person, leased to this process."""
    with transaction.atomic(using=WRITE):
        first = _due().order_by("next_attempt_at", "pk").first()
        if first is None:
            return []
        rows = list(_due().filter(user=first.user_id).order_by("pk")[:MOST])
        rest = FIRST_REST * 2 ** max(row.attempts for row in rows)
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(
            next_attempt_at=Now() + rest, attempts=F("attempts") + 1
        )
    return rows


def _due() -> QuerySet[Notification]:
    due = Notification.objects.filter(next_attempt_at__lte=Now())
    return due.select_related("user").select_for_update(skip_locked=True, of=("self",))


def _give_up(keys: list[int]) -> None:
    spent = Notification.objects.filter(pk__in=keys, attempts__gte=MOST_ATTEMPTS)
    if count := spent.update(next_attempt_at=None):
        logger.error("%s mails were given up after %s attempts", count, MOST_ATTEMPTS)


def _mail(user: Any, rows: list[Notification]) -> EmailMessage:
    subject = notifying.sentence(rows[0]) if len(rows) == 1 else f"{len(rows)} things on your desk"
    inbox = settings.AUTHORING_URL + reverse("authoring-inbox")
    told = [_told(row) for row in reversed(rows)]
    return EmailMessage(
        " ".join(subject.split())[:SUBJECT],
        "\n\n".join([*told, f"--\nAll of it, and the switch for these mails: {inbox}"]) + "\n",
        settings.DEFAULT_FROM_EMAIL,
        [user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )


def _told(row: Notification) -> str:
    lines = [f"{notifying.sentence(row)}.", row.text.strip(), settings.AUTHORING_URL + notifying.address(row)]
    return "\n".join(line for line in lines if line)
