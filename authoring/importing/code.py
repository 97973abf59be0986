"""Which parts of a Markdown text are code: nothing is rewritten there."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from cms.rendering.parsing import PARSER


class Code:
    """The stretches of `text` that are code, as positions of characters."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in _characters(text, _stretches(text)):
            self._starts.append(start)
            self._ends.append(end)

    def __contains__(self, position: int) -> bool:
        before = bisect_right(self._starts, position) - 1
        return before >= 0 and position < self._ends[before]


def substitute(pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str] | str, text: str) -> str:
    """`pattern.sub(replace, text)` outside of code."""
    if not pattern.search(text):
        return text
    code = Code(text)

    def chosen(found: re.Match[str]) -> str:
        if found.start() in code:
            return found[0]
        return found.expand(replace) if isinstance(replace, str) else replace(found)

    return pattern.sub(chosen, text)


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """As positions of bytes."""
    for event, where in PARSER.events_with_range(text):
        if isinstance(event, dict):
            started = event.get("Start")
            if "Code" in event or (isinstance(started, dict) and "CodeBlock" in started):
                yield where["start"], where["end"]


def _characters(text: str, stretches: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    if text.isascii():
        yield from stretches
        return
    raw, seen, characters = text.encode(), 0, 0
    for start, end in stretches:
        first = characters + len(raw[seen:start].decode())
        characters, seen = first + len(raw[start:end].decode()), end
        yield first, characters
