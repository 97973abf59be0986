"""Pictures: the renditions that stand for a name, and how they are marked up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

OWN_MEDIA = re.compile(r"/media/[\w./-]+")
SIZES = "auto, (min-width: 48rem) 45rem, 100vw"


@dataclass(frozen=True, slots=True)
class Picture:
    """What a name in the text stands for: its addresses and its size in pixels.

    `srcset` is as in HTML: `/media/a.640.webp 640w, /media/a.1280.webp 1280w`. `alt` stands in where the text
    has none.
    """

    src: str
    width: int
    height: int
    srcset: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """One `<img>`, and the values of its attributes that make a browser load something."""

    html: str
    loads: tuple[str, ...]


def image(source: str, alt: str, pictures: Mapping[str, Picture]) -> Image | None:
    """The picture that `source` names, or None if it is not ours."""
    if known := pictures.get(source) or pictures.get(source.removeprefix("./")):
        return Image(_markup(known, alt or known.alt), (known.src, known.srcset))
    if OWN_MEDIA.fullmatch(source) and ".." not in source:
        return Image(
            f'<img src="{escape(source)}" loading="lazy" decoding="async" alt="{escape(alt)}">', (source,)
        )
    return None


def _markup(picture: Picture, alt: str) -> str:
    responsive = f' srcset="{escape(picture.srcset)}" sizes="{SIZES}"' if picture.srcset else ""
    return (
        f'<img src="{escape(picture.src)}"{responsive} width="{picture.width}" height="{picture.height}"'
        f' loading="lazy" decoding="async" alt="{escape(alt)}">'
    )
