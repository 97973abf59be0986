"""Two texts that began as one: what only one side changed is merged, the rest is told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from authoring.services.diffing import changes
from authoring.services.texts import Text

# Not splitlines: a line separator within a paragraph ends no line of Markdown.
LINE = re.compile(r"[^\n]*\n|[^\n]+")

SETS = ("tags", "authors")
"""Fields that hold several keys: both sides' additions and removals apply, so they never clash."""


@dataclass(frozen=True, slots=True)
class Region:
    """Lines that both sides changed, each in their own way. `start`: where ours stand in the merged text."""

    base: str
    ours: str
    theirs: str
    start: int


@dataclass(frozen=True, slots=True)
class Merge:
    """`text` is merged as far as possible; where both changed the same, it says what ours says.

    `clashes` names the fields in which that happened, `regions` the places in the body.
    """

    text: Text
    clashes: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()


def merge(base: Text | None, *, ours: Text, theirs: Text) -> Merge:
    """Merge what two writers made of `base`; without it, every field that differs clashes."""
    merged: dict[str, Any] = {}
    clashes: list[str] = []
    regions: tuple[Region, ...] = ()
    for name in (field.name for field in fields(Text)):
        mine, other = getattr(ours, name), getattr(theirs, name)
        old = getattr(base, name) if base else None
        if mine == other or (base and mine == old):
            merged[name] = other
        elif base and other == old:
            merged[name] = mine
        elif name in SETS:
            merged[name] = _union(old or (), mine, other)
        else:
            merged[name] = mine
            if name == "body" and base:
                merged[name], regions = merge_lines(base.body, ours=mine, theirs=other)
                if not regions:
                    continue
            clashes.append(name)
    return Merge(replace(ours, **merged), tuple(clashes), regions)


def merge_lines(base: str, *, ours: str, theirs: str) -> tuple[str, tuple[Region, ...]]:
    """Merge line by line. Where both changed the same lines, ours stand and the region is told."""
    old, mine, other = (LINE.findall(text) for text in (base, ours, theirs))
    lines: list[str] = []
    regions: list[Region] = []
    done = 0
    for low, high, my_changes, other_changes in _groups(changes(old, mine), changes(old, other)):
        lines += old[done:low]
        my_lines, other_lines = (
            _applied(old, new, some, low, high) for new, some in ((mine, my_changes), (other, other_changes))
        )
        if not my_changes or my_lines == other_lines:
            lines += other_lines
        else:
            lines += my_lines
            if other_changes:
                start = sum(len(_ended(line)) for line in lines[: len(lines) - len(my_lines)])
                base, mine_said, other_said = map("".join, (old[low:high], my_lines, other_lines))
                regions.append(Region(base, mine_said, other_said, start))
        done = high
    lines += old[done:]
    return _joined(lines), tuple(regions)


Change = tuple[int, int, int, int]


def _groups(
    mine: Sequence[Change], other: Sequence[Change]
) -> list[tuple[int, int, list[Change], list[Change]]]:
    """Ranges of the ancestor that somebody changed, with the changes of each side that touch them."""
    groups: list[tuple[int, int, list[Change], list[Change]]] = []
    tagged = sorted([(change, 0) for change in mine] + [(change, 1) for change in other])
    for change, side in tagged:
        low, high = change[:2]
        if groups and _touches(groups[-1][0], groups[-1][1], low, high):
            start, end, *sides = groups.pop()
            end = max(end, high)
        else:
            start, end, sides = low, high, [[], []]
        sides[side].append(change)
        groups.append((start, end, sides[0], sides[1]))
    return groups


def _touches(start: int, end: int, low: int, high: int) -> bool:
    """Whether two ranges overlap, or one is an insertion at the other's edge."""
    return low < end or (low == end and (low == high or start == end))


def _applied(
    old: Sequence[str], new: Sequence[str], some: Sequence[Change], low: int, high: int
) -> list[str]:
    found: list[str] = []
    done = low
    for start, end, new_start, new_end in some:
        found += [*old[done:start], *new[new_start:new_end]]
        done = end
    return [*found, *old[done:high]]


def _joined(lines: Sequence[str]) -> str:
    """A last line without an end that came to stand before others gets one."""
    *first, last = lines or [""]
    return "".join([*map(_ended, first), last])


def _ended(line: str) -> str:
    return line if line.endswith("\n") else line + "\n"


def _union(old: Sequence[Any], mine: Sequence[Any], other: Sequence[Any]) -> tuple[Any, ...]:
    kept = [key for key in other if key in mine or key not in old]
    return tuple(kept + [key for key in mine if key not in kept and key not in old])
