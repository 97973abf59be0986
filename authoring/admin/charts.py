"""Charts as plain figures for a template: where each bar and line lies, and the same in words."""

import datetime as dt
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from authoring.admin import words
from authoring.services.statistics import Day

WIDTH, HEIGHT = 360, 150
LEFT, TOP, BOTTOM = 40, 8, 20
"""What labels need, in units of the drawing."""

MOMENTS = (0.01, 0.1, 1, 10, 60, 600, 3600, 36_000, 86_400)
"""Seconds that a line of the scale may stand for: 10 ms to a day."""


def bars(counted: Sequence[tuple[dt.date, int]]) -> dict[str, Any]:
    """Publications per week."""
    top = _round_up(max((count for _, count in counted), default=0))
    step = (WIDTH - LEFT) / max(len(counted), 1)
    drawn = [
        {
            "x": round(LEFT + number * step + step * 0.15, 1),
            "y": round(_level(count / top), 1),
            "width": round(step * 0.7, 1),
            "height": round(HEIGHT - BOTTOM - _level(count / top), 1),
            "told": f"Week of {_day(monday)}: {count}",
        }
        for number, (monday, count) in enumerate(counted)
    ]
    return {
        "bars": drawn,
        "rows": [{"day": _day(monday), "count": count} for monday, count in reversed(counted)],
        "scale": [{"y": round(_level(part / top), 1), "label": part} for part in (0, top // 2, top)],
        "days": _labels([monday for monday, _ in counted], step),
        "told": f"{counted[-1][1]} this week, {sum(count for _, count in counted)} in {len(counted)} weeks."
        if counted
        else "",
    }


def lines(days: Sequence[Day], *, today: dt.date, span: int) -> dict[str, Any]:
    """How soon readers saw what was published: two lines over the days, on a scale of powers."""
    first = today - dt.timedelta(days=span - 1)
    shown = [day for day in days if first <= day.day <= today]
    if not shown:
        return {"rows": []}
    low, high = _bounds(shown)
    step = (WIDTH - LEFT - 8) / max(span - 1, 1)

    def points(name: str) -> list[dict[str, Any]]:
        return [
            {
                "day": day.day,
                "x": round(LEFT + 4 + (day.day - first).days * step, 1),
                "y": round(_height(getattr(day, name), low, high), 1),
                "told": f"{_day(day.day)}: {words.duration(getattr(day, name))}",
            }
            for day in shown
        ]

    half, most = points("half"), points("most")
    return {
        "half": half,
        "most": most,
        "half_lines": _joined(half),
        "most_lines": _joined(most),
        "rows": [_row(day) for day in reversed(shown)],
        "scale": [
            {"y": round(_height(dt.timedelta(seconds=moment), low, high), 1), "label": _moment(moment)}
            for moment in MOMENTS
            if low <= moment <= high
        ],
        "days": _labels([first + dt.timedelta(days=number) for number in range(span)], step),
        "told": f"Half of it within {words.duration(shown[-1].half)}, 95 of 100 within "
        f"{words.duration(shown[-1].most)} on {_day(shown[-1].day)}.",
    }


def _row(day: Day) -> dict[str, Any]:
    told = {name: words.duration(getattr(day, name)) for name in ("half", "most")}
    return {"day": _day(day.day), "count": day.count, **told}


def _joined(points: Sequence[dict[str, Any]]) -> list[str]:
    """The lines through points of days that follow one another, each as SVG wants it."""
    runs: list[list[dict[str, Any]]] = [[points[0]]]
    for before, after in pairwise(points):
        if (after["day"] - before["day"]).days > 1:
            runs.append([])
        runs[-1].append(after)
    return [" ".join(f"{point['x']},{point['y']}" for point in run) for run in runs if len(run) > 1]


def _bounds(days: Sequence[Day]) -> tuple[float, float]:
    smallest = min(day.half.total_seconds() for day in days)
    largest = max(day.most.total_seconds() for day in days)
    low = max((moment for moment in MOMENTS if moment <= smallest), default=MOMENTS[0])
    high = min((moment for moment in MOMENTS if moment >= largest and moment > low), default=MOMENTS[-1])
    return low, high


def _height(took: dt.timedelta, low: float, high: float) -> float:
    seconds = min(max(took.total_seconds(), low), high)
    return _level(math.log(seconds / low) / math.log(high / low))


def _level(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def _round_up(largest: int) -> int:
    """The end of a scale from 0 that has a whole number at its middle."""
    size = 10 ** max(len(str(largest)) - 1, 0)
    return next(size * number for number in (2, 4, 6, 8, 10, 20) if size * number >= largest)


def _labels(days: Sequence[dt.date], step: float) -> list[dict[str, Any]]:
    """Every so many days one, so that four or five stand below."""
    every = max(math.ceil(len(days) / 4), 1)
    return [
        {"x": round(LEFT + number * step, 1), "label": f"{day.day} {day:%b}"}
        for number, day in enumerate(days)
        if number % every == 0
    ]


def _moment(seconds: float) -> str:
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{round(seconds)} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%b %Y}"
