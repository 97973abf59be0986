"""The font in which cards for sharing are written, and what it can write."""

from functools import cache

import fontpkg
from PIL import ImageFont

FONT = "Noto Serif"
NO_GLYPH = "\uffff"


def is_writable(text: str) -> bool:
    """Whether the font has every character of `text`: an article is shared by its hero where it has not."""
    return all(_has(character) for character in set(text) if not character.isspace())


@cache
def font(size: int, weight: bytes) -> ImageFont.FreeTypeFont:
    """The font at so many pixels; `weight` is the name of a variation, as in `SemiBold`."""
    font = ImageFont.truetype(str(fontpkg.path(FONT)), size)
    font.set_variation_by_name(weight)
    return font


@cache
def _missing() -> bytes:
    return bytes(font(20, b"Regular").getmask(NO_GLYPH))


KNOWN: dict[str, bool] = {}


def _has(character: str) -> bool:
    """Whether the font draws `character`, and not the box that stands for what it lacks."""
    if character not in KNOWN:
        if len(KNOWN) > 10_000:
            KNOWN.clear()
        KNOWN[character] = bytes(font(20, b"Regular").getmask(character)) != _missing()
    return KNOWN[character]
