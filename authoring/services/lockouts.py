"""Failures to log in: counted by name and address, forgotten in time, and by whoever may unlock."""

import datetime as dt

from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest

from authoring.services.rights import User


def unlock(username: str) -> int:
    """Forget every failure of this name, whether there is such a user or not. Returns how many rows."""
    return AccessAttempt.objects.filter(username=username).delete()[0]


def forget_failures_of(request: HttpRequest, user: User) -> None:
    """`user` logged in, with all that it takes: earlier failures from the same address count no more."""
    address = getattr(request, "axes_ip_address", None)
    AccessAttempt.objects.filter(username=user.get_username(), ip_address=address).delete()


def forget_old(*, now: dt.datetime) -> int:
    """Delete failures that lock nobody out any more. Returns how many rows."""
    return AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME).delete()[0]
