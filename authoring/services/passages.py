"""An article's text as a page shows it: its plain words, and the same with passages marked."""

import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

from authoring.services import announcing
from authoring.services.anchoring import Haystack, Span
from authoring.services.texts import Text
from cms import pictures, rendering

TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);|.", re.DOTALL)

Mark = tuple[Span, int]
"""A passage, and the key of the comment that it belongs to."""


def rendered(text: Text) -> rendering.Rendered:
    """The body of `text` with its pictures. Raises `Unrenderable`."""
    return rendering.render(text.body, pictures=pictures.sources(announcing.body_pictures(text.body)))


class Shown(Haystack):
    """Title, summary and body of an article as one text, in which passages are found and marked."""

    def __init__(self, *parts: str) -> None:
        """`parts` are safe HTML."""
        self._parts = [list(_pieces(part)) for part in parts]
        plain = ["".join(text for _, text in pieces) for pieces in self._parts]
        self._starts_of_parts = [sum(len(one) + 1 for one in plain[:number]) for number in range(len(plain))]
        super().__init__("\n".join(plain))

    def marked(self, marks: Iterable[Mark]) -> list[SafeString]:
        """The parts again, with `<mark data-comments="…">` around each passage."""
        ordered = sorted(marks)
        return [
            mark_safe("".join(_marked(pieces, start, ordered)))  # noqa: S308  the parts were safe
            for pieces, start in zip(self._parts, self._starts_of_parts, strict=True)
        ]


def shown(text: Text, body: rendering.Rendered | None = None) -> Shown:
    """An article of `text`; a body that cannot be rendered is left out."""
    try:
        html = (body or rendered(text)).html
    except rendering.Unrenderable:
        html = ""
    return Shown(escape(text.title), escape(text.summary), html)


def _pieces(html: str) -> Iterator[tuple[str, str]]:
    """The tags of `html` and the texts between them, each with the plain text that it stands for."""
    done = 0
    for tag in TAG.finditer(html):
        if tag.start() > done:
            yield html[done : tag.start()], unescape(html[done : tag.start()])
        yield tag.group(), ""
        done = tag.end()
    if done < len(html):
        yield html[done:], unescape(html[done:])


def _marked(pieces: list[tuple[str, str]], start: int, marks: list[Mark]) -> Iterator[str]:
    for html, text in pieces:
        end = start + len(text)
        here = [mark for mark in marks if mark[0][0] < end and mark[0][1] > start]
        # White space between rows of a table or items of a list may carry no mark.
        yield "".join(_cut(html, start, end, here)) if here and text.strip() else html
        start = end


def _cut(html: str, start: int, end: int, marks: list[Mark]) -> Iterator[str]:
    letters = ENTITY.findall(html)
    edges = {start, end, *(edge for span, _ in marks for edge in span if start < edge < end)}
    for left, right in pairwise(sorted(edges)):
        piece = "".join(letters[left - start : right - start])
        keys = " ".join(str(key) for span, key in marks if span[0] <= left and span[1] >= right)
        yield f'<mark class="passage" data-comments="{keys}">{piece}</mark>' if keys else piece
