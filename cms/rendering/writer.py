"""Markdown's events written as HTML and as plain text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from cms.rendering.elements import ALLOWED, BLOCKS, PARENTS, Elements, Unrenderable
from cms.rendering.footnotes import Footnotes
from cms.rendering.headings import Heading, Ids
from cms.rendering.highlighting import highlighted, language_of
from cms.rendering.links import link, retyped
from cms.rendering.parsing import Events
from cms.rendering.pictures import Picture, picture
from cms.rendering.tags import KNOWN, attributes, split

MAX_COLOURED = 100_000
"""Characters of highlighted code in one text; blocks beyond stay plain."""

INLINE = frozenset({"Emphasis", "Strong", "Strikethrough", "Link"})
NAMES = {
    "DefinitionList": "dl",
    "DefinitionListTitle": "dt",
    "DefinitionListDefinition": "dd",
    "Emphasis": "em",
    "Strong": "strong",
    "Strikethrough": "del",
    "TableRow": "tr",
}
RENAMED = {"h1": "h2", "strike": "del", "tt": "code"}


@dataclass(slots=True)
class _Flow:
    """One stream of HTML and text: the article, or one of its footnotes."""

    label: str = ""
    elements: Elements = field(default_factory=Elements)
    text: list[str] = field(default_factory=list)


class Writer:
    """Writes `markdown`; afterwards `html()`, not yet sanitised, and `text()` can be taken. Raises `Unrenderable`."""

    def __init__(self, markdown: str, pictures: Mapping[str, Picture]) -> None:
        self.headings: list[Heading] = []
        self.sources: set[str] = set()
        self._events = Events(markdown)
        self._pictures = pictures
        self._notes = Footnotes()
        self._ids = Ids()
        self._outer: list[_Flow] = []
        self._into(_Flow())
        # Places in the output of tags that are only known when their elements end, and in the text where they began.
        self._paragraph = self._heading = self._item = self._table = self._words = 0
        self._level = "h2"
        self._caption = ""
        self._aligned: tuple[str, ...] = ()
        self._column = 0
        self._coloured = 0
        try:
            self._write()
        except Unrenderable as error:
            raise Unrenderable(f"Line {self._events.line()} {error}.") from None

    def html(self) -> str:
        """The article with its footnotes."""
        return self._elements.html() + self._notes.html()

    def text(self) -> str:
        """The same without tags, a line per block."""
        lines = ("".join(self._flow.text) + "\n" + self._notes.text()).split("\n")
        return "\n".join(line.rstrip() for line in lines if line and not line.isspace())

    def _write(self) -> None:
        for event in self._events:
            if isinstance(event, str):
                MARKS[event](self)
            else:
                for name, value in event.items():
                    EVENTS[name](self, value)

    def _into(self, flow: _Flow) -> None:
        self._flow = flow
        self._elements = flow.elements
        self._out = flow.elements.out
        self._say = flow.text.append

    def _start(self, tag: Any) -> None:
        if isinstance(tag, dict):
            for kind, value in tag.items():
                STARTS[kind](self, value)
        elif tag in NAMES:
            self._elements.begin(NAMES[tag])
        else:
            STARTS[tag](self, None)

    def _end(self, tag: Any) -> None:
        kind = tag if isinstance(tag, str) else next(iter(tag))
        if kind in ENDS:
            ENDS[kind](self)
        else:
            self._elements.finish()
        if kind not in INLINE:
            self._line()

    def _line(self) -> None:
        self._say("\n")
        self._elements.space("\n")

    # Inlines

    def _text(self, text: str) -> None:
        self._say(text)
        self._elements.put(escape(text, quote=False))

    def _code(self, code: str) -> None:
        self._say(code)
        self._elements.put(f"<code>{escape(code, quote=False)}</code>")

    def _soft_break(self) -> None:
        self._say(" ")
        self._elements.space("\n")

    def _hard_break(self) -> None:
        self._say(" ")
        self._elements.put("<br>\n")

    def _link(self, target: Any) -> None:
        if self._elements.has_open("a"):
            self._elements.begin("span")
        else:
            address = target["dest_url"]
            address = f"mailto:{address}" if target["link_type"] == "Email" else address
            self._elements.begin("a", link(address, target["title"]))

    def _image(self, target: Any) -> None:
        alt = self._events.inside("Image", "Text", "Code")
        self._caption = target["title"]
        self._picture(target["dest_url"], alt)
        self._say(f" {self._caption}" if self._caption else "")

    def _picture(self, source: str, alt: str) -> None:
        self._say(alt)
        found = picture(source, alt, self._pictures)
        if found:
            self.sources.update(found.loads)
            self._elements.put(found.html)
        elif is_elsewhere(source) and not self._elements.has_open("a"):
            self._elements.put(f"<a{link(source)}>{escape(alt or name_of(source))}</a>")
        else:
            self._elements.put(escape(alt))

    def _reference(self, label: str) -> None:
        self._elements.put(self._notes.refer(label, linked=not self._elements.has_open("a")))

    def _task(self, done: bool) -> None:
        self._out[self._item] = '<li class="task">'
        self._elements.put("☑ " if done else "☐ ")

    def _raw(self, html: str) -> None:
        for kind, value, typed in split(html):
            name = RENAMED.get(value.lower(), value.lower())
            if kind == "text":
                self._raw_text(value)
            elif name in ALLOWED:
                self._raw_tag(kind, name, typed)
            elif name == "img" and kind == "start":
                given = attributes(typed)
                self._picture(given.get("src", ""), given.get("alt", ""))
            elif name not in KNOWN:
                self._text(f"<{value}{typed}>" if kind == "start" else f"</{value}>")

    def _raw_text(self, text: str) -> None:
        self._say(unescape(text))
        if text.isspace():
            self._elements.space(text)
        else:
            self._elements.put(text.replace("<", "&lt;"))

    def _raw_tag(self, kind: str, name: str, typed: str) -> None:
        if kind == "start":
            self._elements.start(name, retyped(name, typed))
        else:
            self._elements.end(name)
        if name in BLOCKS or name in PARENTS or name == "br":
            self._say("\n")

    # Blocks

    def _begin_paragraph(self, _: None) -> None:
        self._elements.begin("p")
        self._paragraph = len(self._out) - 1

    def _end_paragraph(self) -> None:
        """A picture alone, or one linked as a whole, is a figure."""
        inside = self._out[self._paragraph + 1 : self._paragraph + 4]
        self._elements.finish()
        if len(inside) == 3 and inside[0].startswith("<a") and inside[2] == "</a>":
            inside = inside[1:2]
        if len(self._out) - self._paragraph <= 5 and len(inside) == 1 and inside[0].startswith("<img"):
            caption = f"<figcaption>{escape(self._caption)}</figcaption>" if self._caption else ""
            self._out[self._paragraph] = "<figure>"
            self._out[-1] = f"{caption}</figure>"

    def _begin_heading(self, heading: Any) -> None:
        self._level = RENAMED.get(heading["level"].lower(), heading["level"].lower())
        self._given = heading["id"]
        self._elements.begin(self._level)
        self._heading, self._words = len(self._out) - 1, len(self._flow.text)

    def _end_heading(self) -> None:
        title = " ".join("".join(self._flow.text[self._words :]).split())
        identity = self._ids.give(self._given or title)
        self._out[self._heading] = f'<{self._level} id="{identity}">'
        self.headings.append(Heading(int(self._level[1]), identity, title))
        self._elements.finish()

    def _begin_quote(self, kind: str | None) -> None:
        if kind:
            self._elements.begin("aside", f' class="callout callout-{kind.lower()}" role="note"')
        else:
            self._elements.begin("blockquote")

    def _begin_list(self, first: int | None) -> None:
        start = f' start="{first}"' if first not in (None, 1) else ""
        self._elements.begin("ul" if first is None else "ol", start)

    def _begin_item(self, _: None) -> None:
        self._elements.begin("li")
        self._item = len(self._out) - 1

    def _begin_code(self, kind: Any) -> None:
        code = self._events.inside("CodeBlock", "Text")
        self._say(code)
        language = language_of(kind["Fenced"]) if isinstance(kind, dict) else ""
        self._coloured += len(code) if language else 0
        colours = highlighted(code, language if self._coloured <= MAX_COLOURED else "")
        css = f' class="language-{language}"' if language else ""
        self._elements.begin("pre", ' class="highlight" tabindex="0"')
        self._elements.put(f"<code{css}>{colours}</code>")
        self._elements.finish()
        self._line()
