"""The calendar: a month or a week of what is planned and what went out, by the clock of who looks."""

import calendar
import datetime as dt
import re
import zoneinfo
from itertools import groupby
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.http import urlencode

from authoring.admin import planning, routes
from authoring.admin.scheduling_form import told_zones
from authoring.services import rights, zones
from authoring.services.calendar import Entry, State, What, entries, sees_releases
from authoring.services.refusals import reason
from authoring.services.scheduling import OVERDUE_AFTER

ICONS = {
    What.PUBLISH: "publish",
    What.UPDATE: "update",
    What.WITHDRAW: "visibility_off",
    What.RELEASE: "inventory_2",
}
SAID = {
    What.PUBLISH: ("Publish", "Published"),
    What.UPDATE: ("Update", "Updated"),
    What.WITHDRAW: ("Unpublish", "Unpublished"),
    What.RELEASE: ("Release", "Released"),
}
STATES = {
    State.WAITING: ("", ""),
    State.OVERDUE: ("warning", "Overdue"),
    State.DONE: ("check", ""),
    State.FAILED: ("error", "Failed"),
}
SHOWN = 4
"""How many entries of a day a month shows before the rest is folded."""

YEARS = range(1900, 2200)


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below."""
    at = routes.Routes(model_admin, routes.anybody, "authoring_")
    return [
        at("calendar/", page, "calendar"),
        at("calendar/zone/", choose_zone, "calendar_zone", "POST"),
    ]


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """`?month=2026-11` or `?week=2026-W48`; this month unless named."""
    if not request.user.has_perm("authoring.view_article"):
        raise PermissionDenied
    zone = zones.of(request.user)
    now = timezone.now()
    today = now.astimezone(zoneinfo.ZoneInfo(zone)).date()
    shown = Shown.asked(request, today)
    found = entries(*shown.window(zone), by=request.user, now=now)
    context = {
        **admin.site.each_context(request),
        "title": shown.title,
        "shown": shown,
        "days": _days(request, shown, found, zone, today),
        "today": _query(today, is_week=shown.is_week),
        "has_any": bool(found),
        "zone": zone,
        "zones": told_zones(),
        "may_plan": rights.may_publish(request.user),
        "sees_releases": sees_releases(request.user),
        "here": request.get_full_path(),
    }
    return render(request, "authoring/calendar.html", context)


def choose_zone(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Keep the zone by which this user reads and plans."""
    try:
        zones.choose(request.user, request.POST.get("zone", ""))
    except ValidationError as error:
        messages.error(request, reason(error))
    return redirect(planning.back(request) or "admin:authoring_calendar")


class Shown:
    """The days that a page shows: those of one week, or the whole weeks of one month."""

    def __init__(self, first: dt.date, *, is_week: bool) -> None:
        self.first, self.is_week = first, is_week
        weeks = [_week(first)] if is_week else calendar.Calendar().monthdatescalendar(first.year, first.month)
        self.days = [day for week in weeks for day in week]

    @classmethod
    def asked(cls, request: HttpRequest, today: dt.date) -> "Shown":
        """Raises 404 for what is no month or week."""
        if week := request.GET.get("week"):
            return cls(
                _parsed(r"(\d{4})-W(\d\d)", week, lambda y, w: dt.date.fromisocalendar(y, w, 1)), is_week=True
            )
        if month := request.GET.get("month"):
            return cls(_parsed(r"(\d{4})-(\d\d)", month, lambda y, m: dt.date(y, m, 1)), is_week=False)
        return cls(today.replace(day=1), is_week=False)

    def window(self, zone: str) -> tuple[dt.datetime, dt.datetime]:
        """From the first midnight to the last, in `zone`."""
        ends = self.days[0], self.days[-1] + dt.timedelta(days=1)
        start, end = (dt.datetime.combine(day, dt.time(), zoneinfo.ZoneInfo(zone)) for day in ends)
        return start, end

    @property
    def title(self) -> str:
        if not self.is_week:
            return f"{self.first:%B %Y}"
        monday, sunday = self.days[0], self.days[-1]
        number = monday.isocalendar().week
        return f"Week {number}, {monday.day} {monday:%b} – {sunday.day} {sunday:%b %Y}"

    @property
    def previous(self) -> str:
        return _query(
            self.days[0] - dt.timedelta(days=7) if self.is_week else self.first - dt.timedelta(days=1),
            is_week=self.is_week,
        )

    @property
    def next(self) -> str:
        return _query(self.first + dt.timedelta(days=7 if self.is_week else 31), is_week=self.is_week)

    @property
    def as_month(self) -> str:
        return _query(self.days[3] if self.is_week else self.first, is_week=False)

    @property
    def as_week(self) -> str:
        return _query(self.first, is_week=True)


def _week(day: dt.date) -> list[dt.date]:
    monday = day - dt.timedelta(days=day.weekday())
    return [monday + dt.timedelta(days=number) for number in range(7)]


def _parsed(pattern: str, asked: str, made: Any) -> dt.date:
    found = re.fullmatch(pattern, asked, re.ASCII)
    try:
        first: dt.date | None = made(*map(int, found.groups())) if found else None
    except ValueError:
        first = None
    if first is None or first.year not in YEARS:
        raise Http404
    return first


def _query(day: dt.date, *, is_week: bool) -> str:
    iso = day.isocalendar()
    return f"?week={iso.year}-W{iso.week:02}" if is_week else f"?month={day:%Y-%m}"


def _days(
    request: HttpRequest, shown: Shown, found: list[Entry], zone: str, today: dt.date
) -> list[dict[str, Any]]:
    info, here = zoneinfo.ZoneInfo(zone), request.get_full_path()
    may_plan = rights.may_publish(request.user)
    by_day = {
        day: [_row(entry, info, here, may_plan=may_plan) for entry in rows]
        for day, rows in groupby(found, key=lambda entry: entry.at.astimezone(info).date())
    }
    plan = reverse("admin:authoring_article_schedule")
    return [
        {
            "day": day,
            "is_today": day == today,
            "is_outside": not shown.is_week and day.month != shown.first.month,
            "plan_url": f"{plan}?{urlencode({'day': str(day), 'back': here})}"
            if may_plan and day >= today
            else "",
            **_folded(rows, shown),
        }
        for day in shown.days
        for rows in [by_day.get(day, [])]
    ]


def _folded(rows: list[dict[str, Any]], shown: Shown) -> dict[str, Any]:
    """What of a day is shown at once, and what is folded: never what did not go out."""
    if shown.is_week:
        return {"rows": rows, "more": []}
    rest = rows[SHOWN:]
    bad = [row for row in rest if row["entry"].state in (State.FAILED, State.OVERDUE)]
    return {"rows": rows[:SHOWN] + bad, "more": [row for row in rest if row not in bad]}


def _row(entry: Entry, info: zoneinfo.ZoneInfo, here: str, *, may_plan: bool) -> dict[str, Any]:
    told = entry.at.astimezone(info)
    icon, state = STATES[entry.state]
    return {
        "entry": entry,
        "icon": ICONS[entry.what],
        "said": SAID[entry.what][entry.state == State.DONE],
        "state": state,
        "state_icon": icon,
        "time": f"{told:%H:%M}",
        "own": _own_time(entry, told),
        "late": _late(entry, info),
        "url": _address(entry),
        "move_url": _move_address(entry, here) if may_plan and entry.is_open else "",
    }


def _own_time(entry: Entry, told: dt.datetime) -> str:
    """The time by the clock of who planned it, where that shows another."""
    if not entry.zone:
        return ""
    own = entry.at.astimezone(zoneinfo.ZoneInfo(entry.zone))
    same = own.replace(tzinfo=None) == told.replace(tzinfo=None)
    return "" if same else f"{own:%a %H:%M} {entry.zone.replace('_', ' ')}"


def _late(entry: Entry, info: zoneinfo.ZoneInfo) -> str:
    """When it should have gone out, of what did so a minute later or more."""
    if entry.done_at is None or entry.due_at is None or entry.done_at - entry.due_at < OVERDUE_AFTER:
        return ""
    due = entry.due_at.astimezone(info)
    return f"late: planned for {due.day} {due:%b, %H:%M}"


def _address(entry: Entry) -> str:
    if entry.article:
        return reverse("admin:authoring_article_change", args=[entry.article])
    return reverse("admin:authoring_release_change", args=[entry.release]) if entry.release else ""


def _move_address(entry: Entry, here: str) -> str:
    """Where one says when it shall happen instead; empty for what has no time of its own."""
    if entry.change:
        address = reverse("admin:authoring_article_move", args=[entry.article, entry.change])
    elif entry.release:
        address = reverse("admin:authoring_release_move", args=[entry.release])
    else:
        return ""
    return f"{address}?{urlencode({'back': here})}"
