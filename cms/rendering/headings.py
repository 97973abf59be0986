"""Headings and their addresses within the page."""

import re
import unicodedata
from dataclasses import dataclass, field
from html import unescape

MAX_SLUG = 80
LONG = 5
"""Minutes of reading from which on a text has a table of contents."""
FEWEST = 3
"""Sections below which nobody needs one."""

# As the renderer writes them.
SECTION = re.compile(r'<h2 id="([^"]+)"[^>]*>(.*?)</h2>', re.DOTALL)
ASIDE = re.compile(r"<sup\b.*?</sup>|<[^>]*>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the text: its level (2 to 6), its id in the page and its plain title."""

    level: int
    id: str
    title: str


@dataclass(slots=True)
class Ids:
    """Gives each heading an id of its own: `h-install`, and `h-install-2` for the second of that title."""

    _taken: set[str] = field(default_factory=set)
    _counts: dict[str, int] = field(default_factory=dict)

    def give(self, title: str, wanted: str = "") -> str:
        """An id: the one `wanted`, or made of `title`'s letters and digits, in whatever script they are."""
        base = f"h-{wanted.removeprefix('h-') or _slug(title) or 'section'}"
        name = base
        while name in self._taken:
            self._counts[base] = self._counts.get(base, 1) + 1
            name = f"{base}-{self._counts[base]}"
        self._taken.add(name)
        return name


def contents(html: str, *, minutes: int) -> tuple[Heading, ...]:
    """The table of contents of an article as rendered, its sections; empty if it is short or has few."""
    if minutes < LONG:
        return ()
    found = (Heading(2, unescape(one[1]), _plain(one[2])) for one in SECTION.finditer(html))
    sections = tuple(heading for heading in found if heading.title)
    return sections if len(sections) >= FEWEST else ()


def _plain(html: str) -> str:
    """Without tags, and without marks of footnotes."""
    return " ".join(unescape(ASIDE.sub("", html)).split())


def _slug(title: str) -> str:
    folded = unicodedata.normalize("NFKC", title[: 4 * MAX_SLUG]).lower()
    kept = (char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in folded)
    return "-".join("".join(kept).split())[:MAX_SLUG].rstrip("-")
