"""Dates as people write them."""

import datetime as dt
import re
import zoneinfo
from email.utils import parsedate_to_datetime

ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp][Mm](?![A-Za-z]))?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2}|[A-Za-z]+(?:/[A-Za-z_]+)*)?"
)
WRITTEN = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%Y%m%d")
IN_NAME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[-_ ]?(?=\D|$)")
IN_PATH = re.compile(r"(?:^|/)((?:19|20)\d{2})[-/](\d{2})[-/](\d{2})(?=[-/_]|$)")


def parse(value: object, *, zone: dt.tzinfo) -> dt.datetime | None:
    """The moment that `value` names, in its own zone or in `zone`; None if it names none."""
    try:
        moment = _moment(value)
        if moment is None or not 1900 <= moment.year <= 2200:  # generators write 0001-01-01 for "no date"
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        aware.astimezone(dt.UTC)
    except (ValueError, OverflowError, OSError, TypeError, zoneinfo.ZoneInfoNotFoundError):
        return None
    return aware


def in_name(name: str) -> tuple[dt.datetime | None, str]:
    """The day with which a file's name begins, and the rest of the name."""
    found = IN_NAME.match(name)
    if found is None:
        return None, name
    return _day(found), name[found.end() :] or name


def in_path(path: str) -> dt.datetime | None:
    """The day that an address names, as in `2016/09/29/hello`."""
    found = IN_PATH.search(path)
    return _day(found) if found else None


def _day(found: re.Match[str]) -> dt.datetime | None:
    try:
        return dt.datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None


def _moment(value: object) -> dt.datetime | None:
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001  `parse` gives it a zone
    text = " ".join(str(value).split())
    if found := ISO.fullmatch(text):
        return _iso(found)
    for form in WRITTEN:
        try:
            return dt.datetime.strptime(text, form)  # noqa: DTZ007  `parse` gives it a zone
        except ValueError:
            continue
    return parsedate_to_datetime(text)


def _iso(found: re.Match[str]) -> dt.datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if half := found[7]:
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=_zone(found[8]))


def _zone(name: str | None) -> dt.tzinfo | None:
    if not name:
        return None
    if name.upper() in ("Z", "UTC", "GMT"):
        return dt.UTC
    if name[0] in "+-":
        return dt.datetime.strptime(name.replace(":", "").ljust(5, "0"), "%z").tzinfo
    return zoneinfo.ZoneInfo(name)
