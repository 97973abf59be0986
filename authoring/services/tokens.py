"""Keys to the write API: shown once, stored as a digest."""

import datetime as dt
import hashlib
import secrets

from django.db import transaction
from django.db.models import Q

from authoring.models import Action, ApiToken
from authoring.services import audit, rights, two_factor
from authoring.services.rights import Forbidden, User
from cms.databases import WRITE

BRAND = "imp"
NOTED_EVERY = dt.timedelta(minutes=1)
"""How exact `last_used_at` is: a write per request would cost more than it tells."""


@transaction.atomic(using=WRITE)
def create(
    user: User, *, name: str, expires_at: dt.datetime | None = None, by: User | None = None
) -> tuple[ApiToken, str]:
    """A new token of `user` and its key. The key can never be shown again. Raises `Forbidden`."""
    rights.require(by, "add_apitoken")
    if by and not rights.may_change(by, user):
        raise Forbidden(f"You may not make a key for “{user}”: only a superuser may.")
    if by and two_factor.is_required(user) and two_factor.device_of(user) is None:
        raise Forbidden(f"“{user}” has to set up a second factor before a key can be made.")
    prefix = f"{BRAND}_{secrets.token_hex(4)}"
    key = f"{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=user, name=name, prefix=prefix, digest=digest(key), expires_at=expires_at
    )
    audit.record(Action.CREATED, kind="token", key=token.pk, title=str(token), by=by, note=f"For {user}")
    return token, key


def find(key: str, *, now: dt.datetime) -> ApiToken | None:
    """The token of `key`, unless it expired or its user may not log in. Notes that it was used."""
    wanted = digest(key)
    token = ApiToken.objects.select_related("user").filter(digest=wanted).first()
    if token is None or not secrets.compare_digest(token.digest, wanted):
        return None
    if not token.user.is_active or (token.expires_at and token.expires_at <= now):
        return None
    if token.last_used_at is None or token.last_used_at < now - NOTED_EVERY:
        _note_use(token, now=now)
    return token


def digest(key: str) -> str:
    """What is stored of a key: it has 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def _note_use(token: ApiToken, *, now: dt.datetime) -> None:
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
