"""The second factor of a login: a code that an app shows, or a recovery code where the app is lost."""

import hashlib
import secrets
from base64 import b32encode

import segno
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django_otp import verify_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from authoring.models import Action
from authoring.services import audit, rights, sessions
from authoring.services.rights import User
from cms.databases import WRITE

RECOVERY_CODES = 10


class Required(Exception):
    """This account cannot be without a second factor."""


def is_required(user: User) -> bool:
    """Whether `user` cannot work before a second factor is set up."""
    if settings.TWO_FACTOR == "publishers":
        return rights.may_publish(user) or bool(user.has_perm("auth.change_user"))
    return bool(settings.TWO_FACTOR == "everybody")


def device_of(user: User) -> TOTPDevice | None:
    """The app whose codes `user` gives; None while nothing is set up."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("pk").first()


def with_two_factor(users: QuerySet) -> QuerySet:
    """`users` with `has_two_factor`."""
    return users.annotate(
        has_two_factor=Exists(TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True))
    )


def begin(user: User) -> TOTPDevice:
    """The app that is being set up. Asked again before it is confirmed, it is the same."""
    with transaction.atomic(using=WRITE):
        get_user_model().objects.select_for_update().get(pk=user.pk)
        device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "app"})
    return device


def confirm(user: User, code: str) -> list[str] | None:
    """Switch the second factor on if the app that is being set up shows `code`. Returns the recovery codes.

    None: the code is wrong, or too many wrong ones came just before. An app of before is replaced.
    """
    with transaction.atomic(using=WRITE):
        device = verify_token(user, begin(user).persistent_id, _plain(code))
        if device is None:
            return None
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        _tell(user, "second factor set up", by=user)
        return renew_codes(user)


def verify(user: User, code: str) -> Device | None:
    """What `code` proves: the app, or the recovery codes, of which it then is one less. None if nothing.

    A code counts once. After each wrong one django-otp waits twice as long before it looks at another.
    """
    typed = _plain(code)
    if typed.isdecimal() and len(typed) <= 8:
        device: Device | None = device_of(user)
    else:
        device, typed = StaticDevice.objects.filter(user=user).order_by("pk").first(), _digest(typed)
    return verify_token(user, device.persistent_id, typed) if device else None


def renew_codes(user: User) -> list[str]:
    """Ten new recovery codes instead of those of before. They are stored as digests and shown this once."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    with transaction.atomic(using=WRITE):
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="recovery codes")
        StaticToken.objects.bulk_create(
            StaticToken(device=device, token=_digest(_plain(code))) for code in codes
        )
    return codes


def codes_left(user: User) -> int:
    """How many recovery codes of `user` are unused."""
    return StaticToken.objects.filter(device__user=user).count()


def switch_off(user: User) -> None:
    """Ask `user` for a password alone from now on. Raises `Required` where that is not enough."""
    if is_required(user):
        raise Required
    with transaction.atomic(using=WRITE):
        _forget(user)
        _tell(user, "second factor switched off", by=user)


def reset(user: User, *, by: User | None = None) -> None:
    """Forget the app and the codes of somebody who lost both, and end their sessions. Raises `Forbidden`."""
    rights.require_account(by, user)
    with transaction.atomic(using=WRITE):
        _forget(user)
        sessions.end_all(user)
        _tell(user, "second factor reset", by=by)


def picture(device: TOTPDevice) -> str:
    """The key of `device` to be read by a camera: a QR code as SVG, drawn here."""
    drawn: str = segno.make(device.config_url, error="m", micro=False).svg_inline(
        border=4, light="#fff", dark="#000", omitsize=True, svgclass=None, lineclass=None
    )
    return drawn


def typed_key(device: TOTPDevice) -> str:
    """The same key to be typed, in groups of four."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def _tell(user: User, what: str, *, by: User | None) -> None:
    audit.record(Action.SAVED, kind="user", key=user.pk, title=str(user), by=by, note=what)


def _forget(user: User) -> None:
    for model in (TOTPDevice, StaticDevice):
        model.objects.filter(user=user).delete()


def _recovery_code() -> str:
    letters = b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _digest(code: str) -> str:
    """What is stored of a recovery code: it has 80 random bits, so no slow hash is needed."""
    return hashlib.sha256(code.encode("utf-8", "surrogateescape")).hexdigest()[:16]
