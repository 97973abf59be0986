"""The sessions of an account, ended everywhere at once."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from authoring.services import rights
from authoring.services.rights import User


def end_all(user: User, *, by: User | None = None) -> int:
    """End every session of `user`, on whatever machine. Returns how many there were. Raises `Forbidden`."""
    if by != user:
        rights.require_account(by, user)
    valid = Session.objects.filter(expire_date__gt=timezone.now())
    own = [one.pk for one in valid.iterator() if one.get_decoded().get(SESSION_KEY) == str(user.pk)]
    return Session.objects.filter(pk__in=own).delete()[0]


def forget_expired() -> int:
    """Delete the rows of sessions that are over. Returns how many."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]
