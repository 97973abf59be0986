"""The Markdown that is understood, and how much of it."""

from collections.abc import Iterator
from typing import Any

from pyromark import Markdown, Options

from cms.rendering.elements import Unrenderable

MAX_PIECES = 50_000
"""Pieces of markup in one text; the longest real articles known have 7,000."""

PARSER = Markdown(
    options=Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_HEADING_ATTRIBUTES
    | Options.ENABLE_DEFINITION_LIST
    | Options.ENABLE_GFM
)


class Events:
    """The events of one text, in order and counted."""

    def __init__(self, markdown: str) -> None:
        self._seen = 0
        self._pieces = 0
        self._markdown = markdown
        self._events = self._counted()

    def __iter__(self) -> Iterator[Any]:
        return self._events

    def inside(self, tag: str, *wanted: str) -> str:
        """The text of `wanted` events in the rest of the element `tag`, which may hold more of its kind."""
        found, depth = [], 1
        for event in self._events:
            if isinstance(event, str):
                found.append(" ")
                continue
            for name, value in event.items():
                if name in wanted:
                    found.append(value)
                depth += (name == "Start" and tag in value) - (name == "End" and tag == value)
            if not depth:
                break
        return "".join(found)

    def count(self) -> None:
        """One more piece of markup, an event or a typed tag. Raises `Unrenderable` if there are too many."""
        self._pieces += 1
        if self._pieces > MAX_PIECES:
            raise Unrenderable(f"goes beyond {MAX_PIECES:,} pieces of markup, the most that a text may have")

    def line(self) -> int:
        """The line of the last event. Slow: only for what is refused."""
        start = 0
        ranges = PARSER.events_with_range(self._markdown, merge_text=True)
        for _, (_, where) in zip(range(self._seen), ranges, strict=False):
            start = where["start"]
        return self._markdown.encode()[:start].count(b"\n") + 1

    def _counted(self) -> Iterator[Any]:
        for event in PARSER.events(self._markdown):
            self._seen += 1
            self.count()
            yield event
