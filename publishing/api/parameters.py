"""What a request to the API asks for: checked, so that a mistake is answered with its reason."""

import base64
import binascii
import datetime as dt
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from rest_framework.exceptions import ValidationError

Cursor = tuple[dt.datetime, str]

PAGE_SIZE = 20
MOST = 100
DEEPEST = 500
"""The last page of search results."""


def check(query: QueryDict, known: set[str]) -> dict[str, str]:
    """The parameters by name. Raises `ValidationError` for unknown, repeated or unspeakable ones."""
    problems: dict[str, Any] = {name: ["There is no such parameter."] for name in query if name not in known}
    for name, values in query.lists():
        if len(values) > 1:
            problems[name] = ["Give this parameter once."]
        elif any("\x00" in value or not _is_text(value) for value in values):
            problems[name] = ["This contains characters that no article can have."]
    if problems:
        raise ValidationError(problems)
    return {name: values[0] for name, values in query.lists()}


def number(given: dict[str, str], name: str, *, default: int, most: int) -> int:
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 7 and 1 <= int(text) <= most):
        raise ValidationError({name: [f"Give a whole number from 1 to {most}."]})
    return int(text)


def moment(given: dict[str, str], name: str) -> dt.datetime | None:
    """A date (its beginning, in the site's zone) or a time with a zone."""
    if name not in given:
        return None
    try:
        found = parse_date(given[name]) or parse_datetime(given[name])
        if isinstance(found, dt.datetime) and found.tzinfo:
            found.astimezone(dt.UTC)
            return found
        if found and not isinstance(found, dt.datetime):
            return timezone.make_aware(dt.datetime.combine(found, dt.time()))
    except (ValueError, OverflowError):
        pass
    raise ValidationError(
        {name: ["Give a date, as 2025-03-01, or a time with its zone, as 2025-03-01T12:00:00Z."]}
    )


def cursor(given: dict[str, str]) -> Cursor | None:
    """Where the last page ended."""
    if "cursor" not in given:
        return None
    try:
        text = base64.b64decode(given["cursor"].encode("ascii"), altchars=b"-_", validate=True).decode()
        when, _, key = text.partition(" ")
        found = dt.datetime.fromisoformat(when)
        if found.tzinfo is None or not key or "\x00" in key:
            raise ValueError
        return found.astimezone(dt.UTC), key
    except (ValueError, OverflowError, binascii.Error) as error:
        raise ValidationError({"cursor": ["Give the cursor of a `next` address, unchanged."]}) from error


def write_cursor(published_at: dt.datetime, key: str) -> str:
    return base64.urlsafe_b64encode(f"{published_at.astimezone(dt.UTC).isoformat()} {key}".encode()).decode()


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
