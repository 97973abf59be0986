"""Markdown's events written as HTML and as plain text."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from cms.rendering.elements import Unrenderable
from cms.rendering.headings import Heading, Ids
from cms.rendering.highlighting import highlighted, language_of
from cms.rendering.inlines import RENAMED, Flow, Inlines
from cms.rendering.parsing import Events
from cms.rendering.pictures import Picture

MAX_COLOURED = 50_000
"""Characters of highlighted code in one text; blocks beyond stay plain."""

INLINE = frozenset({"Emphasis", "Strong", "Strikethrough", "Link", "Image", "TableCell"})
NAMES = {
    "DefinitionList": "dl",
    "DefinitionListTitle": "dt",
    "DefinitionListDefinition": "dd",
    "Emphasis": "em",
    "Strong": "strong",
    "Strikethrough": "del",
}


class Writer(Inlines):
    """Writes `markdown`; `html()`, not yet sanitised, and `text()` are the result. Raises `Unrenderable`."""

    def __init__(self, markdown: str, pictures: Mapping[str, Picture]) -> None:
        self.headings: list[Heading] = []
        super().__init__(Events(markdown), pictures)
        self._ids = Ids()
        self._outer: list[Flow] = []
        # Places in the output of tags that are only known when their elements end; where the text began.
        self._paragraph = self._heading = self._item = self._table = self._words = 0
        self._level, self._given = "h2", ""
        self._aligned: tuple[str, ...] = ()
        self._column = 0
        self._cell = ("td", "")
        self._coloured = 0
        try:
            self._write()
        except Unrenderable as error:
            raise Unrenderable(f"Line {self._events.line()} {error}.") from None

    def html(self) -> str:
        """The article with its footnotes."""
        return self.elements.html() + self.notes.html()

    def text(self) -> str:
        """The same without tags, a line per block."""
        lines = ("".join(self.flow.text) + "\n" + self.notes.text()).split("\n")
        return "\n".join(line.rstrip() for line in lines if line and not line.isspace())

    def _write(self) -> None:
        for event in self._events:
            if isinstance(event, str):
                MARKS[event](self)
            else:
                for name, value in event.items():
                    EVENTS[name](self, value)

    def _start(self, tag: Any) -> None:
        kind = tag if isinstance(tag, str) else next(iter(tag))
        if kind not in INLINE:
            self.say("\n")  # a block within an item whose words are no paragraph begins a line too
        if isinstance(tag, dict):
            STARTS[kind](self, tag[kind])
        elif tag in NAMES:
            self.elements.begin(NAMES[tag])
        else:
            STARTS[tag](self, None)

    def _end(self, tag: Any) -> None:
        kind = tag if isinstance(tag, str) else next(iter(tag))
        if kind in ENDS:
            ENDS[kind](self)
        else:
            self.elements.finish()
        if kind not in INLINE:
            self._line()

    def _line(self) -> None:
        self.say("\n")
        self.elements.space("\n")

    def _task(self, done: bool) -> None:
        self.out[self._item] = '<li class="task">'
        self.elements.put("☑ " if done else "☐ ")

    def _begin_paragraph(self, _: None) -> None:
        self.elements.begin("p")
        self._paragraph = len(self.out) - 1

    def _end_paragraph(self) -> None:
        """A picture alone, or one linked as a whole, is a figure."""
        inside = self.out[self._paragraph + 1 : self._paragraph + 4]
        self.elements.finish()
        if len(inside) == 3 and inside[0].startswith("<a") and inside[2] == "</a>":
            inside = inside[1:2]
        if len(self.out) - self._paragraph <= 5 and len(inside) == 1 and inside[0].startswith("<img"):
            caption = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
            self.out[self._paragraph] = "<figure>"
            self.out[-1] = f"{caption}</figure>"

    def _begin_heading(self, heading: Any) -> None:
        self._level = RENAMED.get(heading["level"].lower(), heading["level"].lower())
        self._given = heading["id"] or ""
        self.elements.begin(self._level)
        self._heading, self._words = len(self.out) - 1, len(self.flow.text)

    def _end_heading(self) -> None:
        title = " ".join("".join(self.flow.text[self._words :]).split())
        identity = self._ids.give(title, self._given)
        self.out[self._heading] = f'<{self._level} id="{escape(identity)}">'
        self.headings.append(Heading(int(self._level[1]), identity, title))
        self.elements.finish()

    def _begin_quote(self, kind: str | None) -> None:
        if kind:
            self.elements.begin("aside", f' class="callout callout-{kind.lower()}" role="note"')
        else:
            self.elements.begin("blockquote")

    def _begin_list(self, first: int | None) -> None:
        start = f' start="{first}"' if first not in (None, 1) else ""
        self.elements.begin("ul" if first is None else "ol", start)

    def _begin_item(self, _: None) -> None:
        self.elements.begin("li")
        self._item = len(self.out) - 1

    def _begin_code(self, kind: Any) -> None:
        code = self._events.inside("CodeBlock", "Text")
        self.say(code)
        language = language_of(kind["Fenced"]) if isinstance(kind, dict) else ""
        self._coloured += len(code) if language else 0
        colours = highlighted(code, language if self._coloured <= MAX_COLOURED else "")
        css = f' class="language-{language}"' if language else ""
        self.elements.begin("pre", ' class="highlight" tabindex="0"')
        self.elements.put(f"<code{css}>{colours}</code>")
        self.elements.finish()
        self._line()

    def _html_block(self, _: None) -> None:
        self.raw(self._events.inside("HtmlBlock", "Html", "Text"))
        self._line()

    def _rule(self) -> None:
        self.elements.start("hr")
        self._line()

    # Footnotes

    def _begin_note(self, label: str) -> None:
        self._outer.append(self.flow)
        self.into(Flow(label))

    def _end_note(self) -> None:
        note = self.flow
        self.notes.define(note.label, note.elements.html(), "".join(note.text))
        self.into(self._outer.pop())

    # Tables

    def _begin_table(self, aligned: tuple[str, ...]) -> None:
        self._aligned = tuple("" if side == "None" else f' class="align-{side.lower()}"' for side in aligned)
        self.elements.begin("div")
        self._table = len(self.out) - 1
        self.elements.begin("table")

    def _begin_head(self, _: None) -> None:
        self._cell, self._column = ("th", ' scope="col"'), 0
        self._words = len(self.flow.text)
        self.elements.begin("thead")
        self.elements.begin("tr")

    def _end_head(self) -> None:
        """Wide tables scroll: reachable by keyboard, and named by their columns, in whatever language."""
        label = ", ".join("".join(self.flow.text[self._words :]).split("\t")[:-1]).strip(" ,")
        name = f' role="region" aria-label="{escape(label)}"' if label else ""
        self.out[self._table] = f'<div class="table" tabindex="0"{name}>'
        self._cell = ("td", "")
        self.elements.finish()
        self.elements.finish()
        self.elements.begin("tbody")

    def _begin_row(self, _: None) -> None:
        self._column = 0
        self.elements.begin("tr")

    def _begin_cell(self, _: None) -> None:
        name, scope = self._cell
        self.elements.begin(name, scope + self._aligned[self._column])
        self._column += 1

    def _end_cell(self) -> None:
        self.elements.finish()
        self.say("\t")

    def _end_table(self) -> None:
        self.elements.finish()
        self.elements.finish()
        self.elements.finish()


MARKS: dict[str, Callable[[Writer], None]] = {
    "SoftBreak": Writer.soft_break,
    "HardBreak": Writer.hard_break,
    "Rule": Writer._rule,
}
EVENTS: dict[str, Callable[[Writer, Any], None]] = {
    "Start": Writer._start,
    "End": Writer._end,
    "Text": Writer.words,
    "Code": Writer.code,
    "InlineHtml": Writer.raw,
    "FootnoteReference": Writer.reference,
    "TaskListMarker": Writer._task,
}
STARTS: dict[str, Callable[[Writer, Any], None]] = {
    "Paragraph": Writer._begin_paragraph,
    "Heading": Writer._begin_heading,
    "BlockQuote": Writer._begin_quote,
    "List": Writer._begin_list,
    "Item": Writer._begin_item,
    "CodeBlock": Writer._begin_code,
    "HtmlBlock": Writer._html_block,
    "FootnoteDefinition": Writer._begin_note,
    "Table": Writer._begin_table,
    "TableHead": Writer._begin_head,
    "TableRow": Writer._begin_row,
    "TableCell": Writer._begin_cell,
    "Link": Writer.link,
    "Image": Writer.image,
}
ENDS: dict[str, Callable[[Writer], None]] = {
    "Paragraph": Writer._end_paragraph,
    "Heading": Writer._end_heading,
    "FootnoteDefinition": Writer._end_note,
    "TableHead": Writer._end_head,
    "TableCell": Writer._end_cell,
    "Table": Writer._end_table,
}
