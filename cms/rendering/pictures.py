"""Pictures: the renditions that stand for a name, and how they are marked up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

OWN_MEDIA = re.compile(r"/media/[\w./-]+")
SIZES = "auto, (min-width: 48rem) 45rem, 100vw"


@dataclass(frozen=True, slots=True)
class Picture:
    """What a name in the text stands for: addresses, and the size in pixels, so that the page never jumps.

    `srcset` is as in HTML, such as `/media/a.640.webp 640w, /media/a.1280.webp 1280w`; `alt` is used where the text
    has none.
    """

    src: str
    width: int
    height: int
    srcset: str = ""
    alt: str = ""

    def markup(self, alt: str) -> str:
        """One `<img>`."""
        responsive = f' srcset="{escape(self.srcset)}" sizes="{SIZES}"' if self.srcset else ""
        return (
            f'<img src="{escape(self.src)}"{responsive} width="{self.width}" height="{self.height}"'
            f' loading="lazy" decoding="async" alt="{escape(alt or self.alt)}">'
        )


def picture(source: str, alt: str, pictures: Mapping[str, Picture]) -> tuple[str, str] | None:
    """The `<img>` for `source` and the address it loads, or None if it is not ours."""
    known = pictures.get(source) or pictures.get(source.removeprefix("./"))
    if known:
        return known.markup(alt), known.src
    if OWN_MEDIA.fullmatch(source) and ".." not in source:
        return f'<img src="{escape(source)}" loading="lazy" decoding="async" alt="{escape(alt)}">', source
    return None
