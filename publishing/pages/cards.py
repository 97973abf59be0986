"""The picture by which an article is shown where it is shared: 1200 × 630, title, authors, site."""

import hashlib
import io
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from cms import colours
from cms.lettering import font as _font
from cms.lettering import is_writable
from publishing.models import PublishedArticle
from publishing.pages.context import SiteFacts

WIDTH, HEIGHT = 1200, 630
MARGIN = 80
INK, SOFT = "#17232d", "#55616a"
TITLE_SIZES = (84, 72, 60, 52)
MOST_LINES = 4


class Card(NamedTuple):
    """What a card shows; equal cards are equal bytes."""

    title: str
    byline: str
    site: str
    accent: str

    @property
    def digest(self) -> str:
        """Stands in the card's address: another card has another."""
        return hashlib.sha256(repr(("1", *self)).encode()).hexdigest()[:16]


def card(article: PublishedArticle, site: SiteFacts) -> Card | None:
    """The card of an article; None where its title is in a script that the font does not have."""
    if not is_writable(article.title):
        return None
    names = ", ".join(str(author["name"]) for author in article.authors)
    return Card(
        article.title,
        names if is_writable(names) else "",
        site.name if is_writable(site.name) else "",
        site.accent or colours.ACCENT,
    )


def path(key: str, shown: Card) -> str:
    return f"/cards/{key}.{shown.digest}.png"


def draw(shown: Card) -> bytes:
    """The card as PNG."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), colours.PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, WIDTH, 16), fill=shown.accent)
    size, lines = _fit(shown.title)
    top = 96
    for line in lines:
        pen.text((MARGIN, top), line, font=_font(size, b"SemiBold"), fill=INK)
        top += round(size * 1.22)
    foot = HEIGHT - MARGIN - 30
    small = _font(34, b"Regular")
    site_width = small.getlength(shown.site)
    pen.text((WIDTH - MARGIN - site_width, foot), shown.site, font=small, fill=shown.accent)
    byline = _shortened(shown.byline, small, WIDTH - 3 * MARGIN - site_width)
    pen.text((MARGIN, foot), byline, font=small, fill=SOFT)
    file = io.BytesIO()
    # Flat colours: a palette of 64 shows the same at a third of the bytes.
    picture.quantize(64, dither=Image.Dither.NONE).save(file, "PNG")
    return file.getvalue()


def _fit(title: str) -> tuple[int, list[str]]:
    """The largest size at which the title has room, and its lines; a longer one is cut."""
    for size in TITLE_SIZES:
        lines = _wrapped(title, _font(size, b"SemiBold"))
        if len(lines) * size * 1.22 < HEIGHT - 96 - 2 * MARGIN - 30 and len(lines) <= MOST_LINES:
            return size, lines
    font = _font(TITLE_SIZES[-1], b"SemiBold")
    kept = lines[:MOST_LINES]
    return TITLE_SIZES[-1], [*kept[:-1], _shortened(kept[-1] + " …", font, WIDTH - 2 * MARGIN)]


def _wrapped(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= WIDTH - 2 * MARGIN:
            lines[-1] = longer
        else:
            lines.append(_shortened(word, font, WIDTH - 2 * MARGIN))
    return [line for line in lines if line]


def _shortened(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """`text`, cut so that it is at most `width` pixels wide."""
    if font.getlength(text) <= width:
        return text
    kept = text.removesuffix(" …")
    while kept and font.getlength(f"{kept}…") > width:
        kept = kept[:-1].rstrip()
    return f"{kept}…"
