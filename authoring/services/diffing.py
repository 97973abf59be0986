"""What differs between two texts: by lines, and by words within lines. Bounded, whatever the texts are."""

import re
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

TOKEN = re.compile(r"\w+|\s+|[^\w\s]")

MOST_LINES = 2000
"""Of each text, between two lines that both have once: beyond, all of it counts as replaced."""

MOST_WORDS = 1200
"""As `MOST_LINES`, of the words of one changed place."""

CONTEXT = 3
"""Unchanged lines shown around a change."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: `kind` is "same", "gone" or "new"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that stand side by side. `kind` is "same", "changed" or "skipped"; then `skipped` says how many."""

    kind: str
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    skipped: int = 0

    @property
    def inline(self) -> tuple[Piece, ...]:
        """Both in one text: what is gone before what is new."""
        if self.kind == "same":
            return self.after
        return tuple(_woven(self.before, self.after))


def changes(
    old: Sequence[str], new: Sequence[str], *, most: int = MOST_LINES
) -> list[tuple[int, int, int, int]]:
    """Ranges of `old` and what stands there in `new`, in order: (start, end, new start, new end)."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if not left and not right:
        return []
    found: list[tuple[int, int, int, int]] = []
    done, new_done = 0, 0
    stops = _anchors(left, right) if max(len(left), len(right)) > most else []
    for stop, new_stop in [*stops, (len(left), len(right))]:
        gap, new_gap = left[done:stop], right[new_done:new_stop]
        found += [
            (a + head + done, b + head + done, c + head + new_done, d + head + new_done)
            for a, b, c, d in _gap(gap, new_gap, most=most)
        ]
        done, new_done = stop + 1, new_stop + 1
    return found


def _gap(old: Sequence[str], new: Sequence[str], *, most: int) -> list[tuple[int, int, int, int]]:
    if max(len(old), len(new)) > most:
        return [(0, len(old), 0, len(new))]
    return [
        (a, b, c, d) for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes() if tag != "equal"
    ]


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Where both have the same line and each has it once: the longest run of these in the order of both."""
    here, there = Counter(old), Counter(new)
    places = {line: place for place, line in enumerate(new) if there[line] == 1}
    pairs = [(place, places[line]) for place, line in enumerate(old) if here[line] == 1 and line in places]
    tails: list[int] = []
    ends: list[int] = []  # of each length, which pair ends the run whose end stands furthest left
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(tails, place)
        tails[length : length + 1], ends[length : length + 1] = [place], [number]
        before.append(ends[length - 1] if length else -1)
    run, number = [], ends[-1] if ends else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]


def rows(before: str, after: str) -> list[Row]:
    """The lines of two texts side by side; long unchanged stretches are skipped."""
    old, new = before.splitlines(), after.splitlines()
    found: list[Row] = []
    done = 0
    for start, end, new_start, new_end in changes(old, new):
        found += _unchanged(old[done:start], first=done == 0, last=False)
        found += _changed(old[start:end], new[new_start:new_end])
        done = end
    return found + _unchanged(old[done:], first=done == 0, last=True)


def words(before: str, after: str) -> Row:
    """Two short texts, word by word."""
    if before == after:
        same = (Piece("same", after),) if after else ()
        return Row("same", same, same)
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    done = 0
    for start, end, new_start, new_end in changes(old, new, most=MOST_WORDS):
        _add(left, "same", old[done:start])
        _add(right, "same", old[done:start])
        _add(left, "gone", old[start:end])
        _add(right, "new", new[new_start:new_end])
        done = end
    _add(left, "same", old[done:])
    _add(right, "same", old[done:])
    return Row("changed", tuple(left), tuple(right))


def _changed(old: Sequence[str], new: Sequence[str]) -> list[Row]:
    if len(old) == len(new) <= MOST_LINES:
        return [words(*pair) for pair in zip(old, new, strict=True)]
    return [words("\n".join(old), "\n".join(new))]


def _unchanged(lines: Sequence[str], *, first: bool, last: bool) -> list[Row]:
    before, after = (0 if first else CONTEXT), (0 if last else CONTEXT)
    if len(lines) <= before + after + 1:
        return [_same(line) for line in lines]
    gap = Row("skipped", skipped=len(lines) - before - after)
    return [*map(_same, lines[:before]), gap, *map(_same, lines[len(lines) - after :])]


def _same(line: str) -> Row:
    pieces = (Piece("same", line),)
    return Row("same", pieces, pieces)


def _add(pieces: list[Piece], kind: str, tokens: Sequence[str]) -> None:
    if tokens:
        pieces.append(Piece(kind, "".join(tokens)))


def _woven(before: Sequence[Piece], after: Sequence[Piece]) -> Iterator[Piece]:
    """Both have the same unchanged pieces in the same order; between two of these stands what is gone and new."""
    rest = deque(after)
    for piece in before:
        if piece.kind == "gone":
            yield piece
            continue
        while rest[0].kind == "new":
            yield rest.popleft()
        yield rest.popleft()
    yield from rest
