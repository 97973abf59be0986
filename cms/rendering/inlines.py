"""What stands within a line: text, code, links, pictures, marks of footnotes, and tags as typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from cms.rendering.elements import ALLOWED, BLOCKS, PARENTS, Elements
from cms.rendering.footnotes import Footnotes
from cms.rendering.links import is_elsewhere, link, name_of, retyped
from cms.rendering.parsing import Events
from cms.rendering.pictures import Picture, image
from cms.rendering.tags import KNOWN, attributes, split

RENAMED = {"h1": "h2", "strike": "del", "tt": "code"}
"""The page has an h1 of its own; the others are out of date."""


@dataclass(slots=True)
class Flow:
    """One stream of HTML and text: the article, or one of its footnotes."""

    label: str = ""
    elements: Elements = field(default_factory=Elements)
    text: list[str] = field(default_factory=list)


class Inlines:
    """Writes inlines into `flow`."""

    def __init__(self, events: Events, pictures: Mapping[str, Picture]) -> None:
        self.sources: set[str] = set()
        self.notes = Footnotes()
        self.caption = ""
        self._events = events
        self._pictures = pictures
        self.into(Flow())

    def into(self, flow: Flow) -> None:
        """Write into `flow` from now on."""
        self.flow = flow
        self.elements = flow.elements
        self.out = flow.elements.out
        self.say = flow.text.append

    def words(self, text: str) -> None:
        self.say(text)
        self.elements.put(escape(text, quote=False))

    def code(self, code: str) -> None:
        self.say(code)
        self.elements.put(f"<code>{escape(code, quote=False)}</code>")

    def soft_break(self) -> None:
        self.say(" ")
        self.elements.space("\n")

    def hard_break(self) -> None:
        self.say(" ")
        self.elements.put("<br>\n")

    def link(self, target: Any) -> None:
        if self.elements.has_open("a"):
            self.elements.begin("span")
        else:
            address = target["dest_url"]
            address = f"mailto:{address}" if target["link_type"] == "Email" else address
            self.elements.begin("a", link(address, target["title"]))

    def image(self, target: Any) -> None:
        alt = self._events.inside("Image", "Text", "Code")
        self.caption = target["title"]
        self.picture(target["dest_url"], alt)
        self.say(f" {self.caption}" if self.caption else "")

    def picture(self, source: str, alt: str) -> None:
        self.say(alt)
        found = image(source, alt, self._pictures)
        if found:
            self.sources.update(found.loads)
            self.elements.put(found.html)
        elif is_elsewhere(source) and not self.elements.has_open("a"):
            self.elements.put(f"<a{link(source)}>{escape(alt or name_of(source))}</a>")
        else:
            self.elements.put(escape(alt))

    def reference(self, label: str) -> None:
        self.elements.put(self.notes.refer(label, linked=not self.elements.has_open("a")))

    def raw(self, html: str) -> None:
        for kind, value, typed in split(html):
            self._events.count()
            name = RENAMED.get(value.lower(), value.lower())
            if kind == "text":
                self._raw_text(value)
            elif name in ALLOWED:
                self._raw_tag(kind, name, typed)
            elif name == "img" and kind == "start":
                given = attributes(typed)
                self.picture(given.get("src", ""), given.get("alt", ""))
            elif name not in KNOWN:
                self.words(f"<{value}{typed}>" if kind == "start" else f"</{value}>")

    def _raw_text(self, text: str) -> None:
        self.say(unescape(text))
        if text.isspace():
            self.elements.space(text)
        else:
            self.elements.put(text.replace("<", "&lt;"))

    def _raw_tag(self, kind: str, name: str, typed: str) -> None:
        if kind == "start":
            self.elements.start(name, retyped(name, typed))
        else:
            self.elements.end(name)
        if name in BLOCKS or name in PARENTS or name == "br":
            self.say("\n")
