"""The admin's first page: where one left off, what comes next, and what needs somebody."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from authoring import outbox
from authoring.admin import words
from authoring.models import OutboxMessage, ScheduledChange
from authoring.services import overview, rights, scheduling

LATE = dt.timedelta(minutes=1)

admin.site.index_template = "authoring/dashboard.html"
admin.site.site_header = "Imprint"
admin.site.site_title = "Imprint"


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the first page shows this user."""
    own = rights.editable_by(request.user, overview.overview()).order_by("-latest_revision__created_at", "pk")
    changes = overview.waiting().select_related("article__latest_revision").order_by("due_at", "pk")
    context |= {
        "title": "Desk",
        "recent": [_recent(article) for article in own[:8]],
        "next": [_next(change) for change in changes.filter(article__in=own.values("pk"))[:8]],
        "may_publish": rights.may_publish(request.user),
    }
    if request.user.has_perm("authoring.view_outboxmessage"):
        context["alarms"] = alarms()
    return context


def alarms() -> list[str]:
    """What somebody should look into, in sentences; empty when all is well."""
    found = []
    if refused := OutboxMessage.objects.exclude(refusal="").count():
        found.append(f"The public side refused {refused} message{'s' * (refused > 1)}.")
    if failed := ScheduledChange.objects.filter(failed_at__isnull=False).count():
        found.append(f"{failed} scheduled change{'s' * (failed > 1)} failed.")
    if overdue := scheduling.overdue().count():
        found.append(
            f"{overdue} scheduled change{'s are' if overdue > 1 else ' is'} overdue: is beat running?"
        )
    if (lag := outbox.lag()) > LATE:
        found.append(f"Readers are {words.duration(lag)} behind: the public side has not answered.")
    return found


def _recent(article: Any) -> dict[str, Any]:
    key, label = words.status(article)
    colour = words.COLOURS[overview.Status(key)]
    return {
        "article": article,
        "label": label,
        "colour": colour,
        "when": words.ago(article.latest_revision.created_at),
    }


def _next(change: ScheduledChange) -> dict[str, Any]:
    return {"change": change, "when": words.ago(change.due_at), "at": words.at(change.due_at, change.zone)}
