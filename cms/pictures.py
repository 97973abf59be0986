"""Where the files of content-addressed pictures lie, for whoever shows them."""

from collections.abc import Mapping
from typing import Any

from cms import events, rendering

MEDIA = "/media/"


def name(digest: str, width: int) -> str:
    """The file of one rendition, below the media folder."""
    return f"{digest}.{width}.webp"


def source(picture: events.Picture, *, most: int | None = None) -> rendering.Picture:
    """The picture as markup needs it; `most` caps the widest rendition (pixels)."""
    widths = [width for width in picture.widths if most is None or width <= most] or list(picture.widths[:1])
    return rendering.Picture(
        src=MEDIA + name(picture.digest, widths[-1]),
        width=widths[-1],
        height=round(picture.height * widths[-1] / picture.width),
        srcset=", ".join(f"{MEDIA}{name(picture.digest, width)} {width}w" for width in widths),
        alt=picture.alt,
    )


def sources(pictures: tuple[events.Picture, ...]) -> Mapping[str, rendering.Picture]:
    """What a Markdown text may show: every rendition's address stands for its picture."""
    return {
        MEDIA + name(picture.digest, width): source(picture)
        for picture in pictures
        for width in picture.widths
    }


def facts(picture: events.Picture | None) -> dict[str, Any] | None:
    """The picture as templates and the API show it: src, srcset, width, height, alt, credit, focus.

    `focus` is what a crop must keep, as a list of percent from the left and the top.
    """
    if picture is None:
        return None
    shown = source(picture)
    return {
        "src": shown.src,
        "srcset": shown.srcset,
        "width": shown.width,
        "height": shown.height,
        "alt": picture.alt,
        "credit": picture.credit,
        "focus": [picture.focus_x, picture.focus_y],
    }
