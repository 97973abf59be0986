"""Raw HTML as typed: split into text and tags, by strict rules that no parser reads otherwise."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Literal

Piece = tuple[Literal["text", "start", "end"], str, str]
"""What it is, its text or its name as typed, its attributes as typed."""

NAME = r"[a-zA-Z_:][a-zA-Z0-9_.:-]*+"
SPACE = r"[ \t\r\n\f]"
VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^ \t\r\n\f"'=<>`]++)"""
ATTRIBUTES = rf"(?:{SPACE}++{NAME}(?:{SPACE}*+={SPACE}*+{VALUE})?)*+"
# Possessive throughout: a text that is no tag after all is not tried again in another way.
TAG = re.compile(
    rf"<(?:(?P<start>[a-zA-Z][a-zA-Z0-9-]*+)(?P<attributes>{ATTRIBUTES}){SPACE}*+/?|/(?P<end>[a-zA-Z][a-zA-Z0-9-]*+){SPACE}*+)>"
)
ATTRIBUTE = re.compile(rf"({NAME})(?:{SPACE}*+={SPACE}*+({VALUE}))?")

INVISIBLE = re.compile(
    r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!.*?(?:>|\Z)"
    r"|<(?P<raw>script|style|template|textarea|title|noscript|noembed|noframes|iframe|xmp|svg|math|object|select)"
    r"(?=[\s/>]).*?(?:</(?P=raw)\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)

_KNOWN = """
    address applet area article audio base basefont bgsound big blink body button canvas center circle
    col colgroup command content data datalist defs desc dialog dir ellipse embed fieldset filter font
    footer foreignobject form frame frameset g h1 head header hgroup html iframe image img input isindex
    keygen label legend line lineargradient link listing main map marquee math menu menuitem meta meter
    nav nobr noembed noframes noscript object optgroup option output param path picture plaintext
    polygon polyline progress radialgradient rb rect rtc script search select slot source stop strike
    style svg symbol template text textarea tfoot title track tspan tt use video xmp
"""
# HTML that is dropped silently. Any other name, as in Vec<i32>, is text whose writer forgot the backticks.
KNOWN = frozenset(_KNOWN.split())


def split(html: str) -> Iterator[Piece]:
    """The pieces of `html`, without comments and elements whose content is no text. Linear in its length."""
    html = INVISIBLE.sub("", html)
    place = 0
    for tag in TAG.finditer(html):
        if tag.start() > place:
            yield "text", html[place : tag.start()], ""
        if tag["start"]:
            yield "start", tag["start"], tag["attributes"]
        else:
            yield "end", tag["end"], ""
        place = tag.end()
    if place < len(html):
        yield "text", html[place:], ""


def attributes(typed: str) -> dict[str, str]:
    """Attributes as typed, by name in lower case, character references resolved; of two the first counts."""
    found: dict[str, str] = {}
    for match in ATTRIBUTE.finditer(typed):
        value = match[2] or ""
        if value[:1] in ("'", '"'):
            value = value[1:-1]
        found.setdefault(match[1].lower(), unescape(value))
    return found
