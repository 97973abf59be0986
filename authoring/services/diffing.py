"""What differs between two texts: by lines, and by words within lines. Bounded, whatever the texts are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

TOKEN = re.compile(r"\w+|\s+|[^\w\s]")

MOST_LINES = 2000
"""Of each text, between what both begin and end with: beyond, all of it counts as replaced."""

MOST_WORDS = 1200
"""Tokens of one changed place; a longer one is shown as replaced."""

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
    if max(len(left), len(right)) > most:
        return [(head, head + len(left), head, head + len(right))]
    codes = SequenceMatcher(None, left, right).get_opcodes()
    return [(a + head, b + head, c + head, d + head) for tag, a, b, c, d in codes if tag != "equal"]


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
    gone, new = iter(before), iter(after)
    left, right = next(gone, None), next(new, None)
    while left or right:
        if left and left.kind == "gone":
            yield left
            left = next(gone, None)
        elif right and right.kind == "new":
            yield right
            right = next(new, None)
        else:
            yield right or left  # type: ignore[misc]
            left, right = next(gone, None), next(new, None)
