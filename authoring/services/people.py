"""Who works here: found by name, and who may be asked for a review."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

# Named, because there may be several backends, and only this one knows who has a permission.
BACKEND = "django.contrib.auth.backends.ModelBackend"


def colleagues() -> QuerySet[Any]:
    """Those with an account that may open articles, by name."""
    users: Any = get_user_model()._default_manager
    with_right = users.with_perm("authoring.view_article", backend=BACKEND)
    found: QuerySet[Any] = with_right.filter(is_active=True, is_staff=True).order_by("username")
    return found


def named(names: Iterable[str], *, field: str) -> list[Any]:
    """The colleagues of these user names. Raises `ValidationError` on `field` for who is none."""
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    possible = [name for name in wanted if "\0" not in name]
    found = {user.get_username(): user for user in colleagues().filter(username__in=possible)}
    if unknown := [name for name in wanted if name not in found]:
        raise ValidationError({field: [f"There is no colleague “{name}”." for name in unknown]})
    return [found[name] for name in wanted]


def name_of(user: Any) -> str:
    """How a person is called on the desk; empty for the product itself."""
    return str(user.get_full_name() or user.get_username()) if user else ""
