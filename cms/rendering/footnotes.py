"""Footnotes: numbered in the order in which the text refers to them, gathered at its end."""

from dataclasses import dataclass, field

MAX_LINKS = 20
"""Links back from one note."""


@dataclass(slots=True)
class _Mark:
    number: int
    links: int = 0


@dataclass(slots=True)
class Footnotes:
    """Notes by label; a note that the text never refers to is not shown."""

    _notes: dict[str, tuple[str, str]] = field(default_factory=dict)
    _marks: dict[str, _Mark] = field(default_factory=dict)

    def define(self, label: str, html: str, text: str) -> None:
        """The note itself; the first of several with one label counts."""
        self._notes.setdefault(label.casefold(), (html, text))

    def refer(self, label: str, *, linked: bool) -> str:
        """The mark in the text; without a link where it stands within one already."""
        mark = self._marks.setdefault(label.casefold(), _Mark(len(self._marks) + 1))
        if not linked:
            return f'<sup class="footnote">{mark.number}</sup>'
        mark.links += 1
        return (
            f'<sup class="footnote" id="{_place(mark.number, mark.links)}">'
            f'<a href="#h-fn:{mark.number}" role="doc-noteref">{mark.number}</a></sup>'
        )

    def html(self) -> str:
        """The section of notes, each with a link back to wherever the text refers to it."""
        if not self._marks:
            return ""
        items = "".join(self._item(label, mark) for label, mark in self._marks.items())
        return f'<section class="footnotes" role="doc-endnotes">\n<ol>\n{items}</ol>\n</section>\n'

    def text(self) -> str:
        """The notes shown, without tags."""
        return "\n".join(self._notes.get(label, ("", ""))[1] for label in self._marks)

    def _item(self, label: str, mark: _Mark) -> str:
        html = self._notes.get(label, ("", ""))[0].strip()
        links = "".join(_back(mark.number, time) for time in range(1, min(mark.links, MAX_LINKS) + 1))
        if html.endswith("</p>"):
            return f'<li id="h-fn:{mark.number}">{html[:-4]}{links}</p></li>\n'
        return f'<li id="h-fn:{mark.number}">{html}{links}</li>\n'


def _place(number: int, time: int) -> str:
    return f"h-fnref:{number}" + (f":{time}" if time > 1 else "")


def _back(number: int, time: int) -> str:
    again = f"<sup>{time}</sup>" if time > 1 else ""
    return f' <a href="#{_place(number, time)}" role="doc-backlink">↩{again}</a>'
