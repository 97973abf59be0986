"""The demo's accounts, one for each role, whose passwords are their names."""

import copy
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import get_hasher
from django.contrib.auth.models import Group

from authoring.models import Author
from authoring.services import rights


class Account(NamedTuple):
    """Without a role: all rights. `signs` is the author under whose name it writes."""

    role: str = ""
    signs: str = ""


ACCOUNTS: Mapping[str, Account] = {
    "demo": Account(),
    "author": Account("author", "jonas-wiebe"),
    "editor": Account("editor", "camille-ferrand"),
    "publisher": Account("publisher", "ines-halvorsen"),
}


def are_harmless() -> bool:
    """Whether authoring is on this machine only: elsewhere a password that everybody knows is none."""
    return urlsplit(settings.AUTHORING_URL).hostname in ("127.0.0.1", "localhost", "::1")


def create_missing() -> dict[str, Any]:
    """The accounts that did not exist, by name; each is called as the author whom it signs as."""
    rights.create_missing_roles()
    taken = set(get_user_model().objects.filter(username__in=ACCOUNTS).values_list("username", flat=True))
    return {name: _create(name, account) for name, account in ACCOUNTS.items() if name not in taken}


def _create(name: str, account: Account) -> Any:
    author = Author.objects.filter(slug=account.signs, user=None).first()
    first, _, last = (author.name if author else "").partition(" ")
    user = get_user_model().objects.create(
        username=name,
        password=_hashed(name),
        is_staff=True,
        is_superuser=not account.role,
        first_name=first,
        last_name=last,
    )
    user.groups.set(Group.objects.filter(name=account.role))
    if author:
        author.user = user
        author.save(update_fields=["user"])
    return user


def _hashed(password: str) -> str:
    """In few rounds: everybody knows it, and `make run` is awaited. Logging in hashes it as any other."""
    hasher: Any = copy.copy(get_hasher())
    hasher.iterations = 1000
    return str(hasher.encode(password, hasher.salt()))
