"""Builders: what a test needs, in one line each."""

import datetime as dt
import itertools
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from authoring.models import Article, Author, OutboxMessage, Picture, Tag
from authoring.services import articles, rights, subjects
from authoring.services.texts import Text

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)

_numbers = itertools.count(1)


def text(title: str = "Hello", slug: str = "", **fields: Any) -> Text:
    """A text; its slug is made of the title unless given."""
    return Text(title=title, slug=slug or title.lower().replace(" ", "-"), **fields)


def article(title: str = "Hello", slug: str = "", *, by: Any = None, **fields: Any) -> Article:
    """A draft."""
    return articles.create(text(title, slug, **fields), by=by)


def live(title: str = "Hello", slug: str = "", *, now: dt.datetime = NOW, **fields: Any) -> Article:
    """An article that readers see, at version 1."""
    one = article(title, slug, **fields)
    articles.publish(one.id, now=now)
    one.refresh_from_db()
    return one


def tag(name: str = "Systems", slug: str = "", **fields: Any) -> Tag:
    return subjects.save_tag(Tag(name=name, slug=slug or name.lower(), **fields), now=NOW)


def author(name: str = "Ines", slug: str = "", **fields: Any) -> Author:
    return subjects.save_author(Author(name=name, slug=slug or name.lower(), **fields), now=NOW)


def picture(**fields: Any) -> Picture:
    """A picture without files."""
    number = next(_numbers)
    given = {
        "digest": f"{number:064x}",
        "name": f"{number}.webp",
        "width": 1600,
        "height": 900,
        "widths": [800, 1600],
    }
    return Picture.objects.create(**{**given, **fields})


def user(*roles: str, name: str = "", **fields: Any) -> Any:
    """An account for the admin, with these roles."""
    rights.create_missing_roles()
    made = get_user_model().objects.create_user(
        name or f"user{next(_numbers)}", password="secret", is_staff=True, **fields
    )
    made.groups.set(Group.objects.filter(name__in=roles))
    return made


def writer(**fields: Any) -> Any:
    """An account with the role author."""
    return user("author", **fields)


def editor(**fields: Any) -> Any:
    """An account with the role editor."""
    return user("editor", **fields)


def publisher(**fields: Any) -> Any:
    """An account with the role publisher."""
    return user("publisher", **fields)


def administrator(**fields: Any) -> Any:
    """An account with the role administrator."""
    return user("administrator", **fields)


def chief(**fields: Any) -> Any:
    """A superuser."""
    return user(is_superuser=True, **fields)


def messages(kind: str = "article") -> list[OutboxMessage]:
    """What the outbox holds of a kind, oldest first."""
    return list(OutboxMessage.objects.filter(kind=kind).order_by("id"))


def settle(one: Article, *, after: dt.timedelta = dt.timedelta(milliseconds=84)) -> None:
    """Publishing answers: it applied everything about `one`, so long after it was owed."""
    for message in OutboxMessage.objects.filter(key=str(one.pk)):
        message.applied_at = message.created_at + after
        message.acknowledged_at = timezone.now()
        message.save(update_fields=["applied_at", "acknowledged_at"])
