"""How authoring is, for a monitor: counts alone, told to anybody who asks."""

from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from authoring import outbox
from authoring.models import OutboxMessage
from authoring.services import outlook, turns

LATE_S = 60
"""Seconds that readers may be behind."""


def urls() -> list[URLPattern]:
    """The address of the view below."""
    return [path("authoring/health/", health)]


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """`ok`, or `degraded` when something failed, is overdue or refused, or nobody looks; 503 without a database.

    Degraded is answered with 200: another process would be no better.
    """
    try:
        found = figures()
    except (OperationalError, InterfaceError):
        return JsonResponse({"status": "down"}, status=503, headers={"Retry-After": "5"})
    wrong = found["failed"] or found["overdue"] or found["refused"] or found["scheduler_still_s"]
    is_degraded = wrong or found["lag_s"] > LATE_S
    return JsonResponse({"status": "degraded" if is_degraded else "ok", **found})


def figures() -> dict[str, Any]:
    """What failed and is overdue of changes and releases, what was refused, and seconds of delay."""
    still = turns.still_for(now=timezone.now())
    return {
        **outlook.counts(),
        "refused": OutboxMessage.objects.exclude(refusal="").count(),
        "lag_s": round(outbox.lag().total_seconds(), 3),
        "scheduler_still_s": round(still.total_seconds()) if still else 0,
    }
