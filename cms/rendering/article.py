"""The entrances: what is rendered, what is refused and why."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cms.rendering.elements import Unrenderable
from cms.rendering.headings import Heading
from cms.rendering.pictures import Picture
from cms.rendering.sanitizing import sanitize
from cms.rendering.writer import Writer

MAX_BYTES = 256 * 1024
NO_PICTURES: Mapping[str, Picture] = MappingProxyType({})

# What XML 1.0, and so a feed, cannot carry; surrogates cannot even be encoded as UTF-8.
UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Rendered:
    """An article as readers get it.

    `html` is sanitised, `text` the same without tags (a line per block; code, footnotes and the words about
    pictures included), `words` its length, where two Chinese or Japanese characters count as one word.
    """

    html: str
    text: str
    headings: tuple[Heading, ...]
    words: int


def render(markdown: str, *, pictures: Mapping[str, Picture] = NO_PICTURES) -> Rendered:
    """`markdown` as safe HTML: CommonMark, tables, footnotes, strikethrough, task lists, definitions, alerts.

    - `pictures` maps the names that the text uses to the renditions that stand for them. Nothing is ever
      loaded from another host: a picture that is neither in `pictures` nor below `/media/` becomes a link to
      it, or its alternative text if it is on no other host either.
    - `#` and `##` both become h2, because the page has its own h1.
    - Every id begins with `h-`; links within the text are changed to match.
    - Raw HTML stays as far as it is harmless; scripts, forms and frames vanish.

    Raises `Unrenderable` with the first of `problems(markdown)`.
    """
    for problem in _unreadable(markdown):
        raise Unrenderable(problem)
    writer = Writer(markdown, pictures)
    html = sanitize(writer.html(), frozenset(writer.sources))
    text = writer.text()
    if "&#" in markdown:
        # A character reference brings in what could not be typed.
        html, text = UNSPEAKABLE.sub("", html), UNSPEAKABLE.sub("", text)
    words = len(text.split()) + (0 if text.isascii() else len(CJK.findall(text)) // 2)
    return Rendered(html, text, tuple(writer.headings), words)


def problems(markdown: str) -> list[str]:
    """Why `markdown` cannot be rendered, in sentences for its writer; empty if it can."""
    found = list(_unreadable(markdown))
    if not found:
        try:
            Writer(markdown, NO_PICTURES)
        except Unrenderable as error:
            found.append(str(error))
    return found


def excerpt(text: str, limit: int = 200) -> str:
    """The beginning of the plain `text` in one line of at most `limit` characters, cut between words."""
    line = " ".join(text[: 4 * limit].split())
    if len(line) <= limit:
        return line
    cut = line[:limit]
    end = cut.rfind(" ")
    # Chinese and Japanese know no spaces; a word longer than half the line is cut too.
    cut = cut[:end] if end > limit // 2 else cut[:-1]
    return cut.rstrip(" ,.;:!?-—、。") + "…"


def _unreadable(markdown: str) -> Iterator[str]:
    size = len(markdown.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        yield f"The text is {size:,} bytes long; {MAX_BYTES:,} is the most."
    if wrong := UNSPEAKABLE.search(markdown):
        line = markdown.count("\n", 0, wrong.start()) + 1
        yield f"Line {line} contains the character U+{ord(wrong[0]):04X}, which cannot be published."
