"""Time zones: their names, each writer's own, and the hours that summer time skips or repeats."""

import datetime as dt
import functools
import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError

from authoring.models import WriterZone
from authoring.services.rights import User

# Files beside the zones that mean something else on every machine, or nothing.
NO_ZONES = {"localtime", "Factory", "posixrules"}


@functools.cache
def names() -> frozenset[str]:
    """The names of all time zones, by IANA."""
    return frozenset(zoneinfo.available_timezones() - NO_ZONES)


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """The time zone of that name. Raises `ValidationError` on `zone`."""
    if name not in names():
        raise ValidationError({"zone": f"Unknown time zone “{name}”."})
    return zoneinfo.ZoneInfo(name)


def of(user: User) -> str:
    """The zone in which `user` reads and plans; the publication's, unless they chose one."""
    return chosen_by(user) or settings.TIME_ZONE


def chosen_by(user: User) -> str | None:
    """The zone that `user` chose; None if they did not."""
    found: str | None = WriterZone.objects.filter(user=user).values_list("zone", flat=True).first()
    return found if found in names() else None


def choose(user: User, zone: str) -> None:
    """Keep `zone` as the one of `user`. Raises `ValidationError` on `zone`."""
    zone_of(zone)
    WriterZone.objects.update_or_create(user=user, defaults={"zone": zone})


def resolve(local: dt.datetime, zone: str, *, fold: int | None = None) -> dt.datetime:
    """The moment that a clock in `zone` shows as `local` (naive), in UTC.

    Raises `ValidationError` on `due_at` or `zone`: for an unknown zone, an hour that summer time skips,
    and an hour that it repeats unless `fold` says which of the two (0 the first, 1 the second).
    """
    info = zone_of(zone)
    first, second = _both(local, info)
    try:
        moment = (second if fold else first).astimezone(dt.UTC)
    except OverflowError as error:
        raise ValidationError({"due_at": "No calendar reaches that far."}) from error
    if first.utcoffset() != second.utcoffset():
        if _is_skipped(local, info):
            raise ValidationError(
                {"due_at": f"{local:%H:%M} does not exist on that day in {zone}: summer time skips it."}
            )
        if fold is None:
            raise ValidationError(
                {"due_at": f"{local:%H:%M} happens twice on that day in {zone}: say which."}
            )
    return moment


def happens_twice(local: dt.datetime, zone: str) -> bool:
    """Whether a clock in `zone` shows `local` twice."""
    info = zone_of(zone)
    first, second = _both(local, info)
    return first.utcoffset() != second.utcoffset() and not _is_skipped(local, info)


def after_gap(local: dt.datetime, zone: str) -> dt.datetime | None:
    """The first time (naive) after the gap that `local` lies in; None if a clock in `zone` shows it."""
    info = zone_of(zone)
    if not _is_skipped(local, info):
        return None
    # Read with the offset from before the gap, it is a moment after the change, and the other way round.
    after, before = (one.astimezone(dt.UTC) for one in _both(local, info))
    while after - before > dt.timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(info).utcoffset() == after.astimezone(info).utcoffset():
            after = middle
        else:
            before = middle
    shown = after.astimezone(info).replace(tzinfo=None)
    return (shown + dt.timedelta(seconds=30)).replace(second=0, microsecond=0)


def _both(local: dt.datetime, info: zoneinfo.ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """`local` in `info`, as the first and as the second of two equal hours."""
    return local.replace(tzinfo=info, fold=0), local.replace(tzinfo=info, fold=1)


def _is_skipped(local: dt.datetime, info: zoneinfo.ZoneInfo) -> bool:
    first = local.replace(tzinfo=info, fold=0)
    try:
        return first.astimezone(dt.UTC).astimezone(info).replace(tzinfo=None) != local
    except OverflowError:
        return False
