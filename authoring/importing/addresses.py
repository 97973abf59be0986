"""Where a post was found on its old site."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from django.conf.locale import LANG_INFO

from authoring.importing.sources import JEKYLL_FOLDERS
from authoring.services.paths import RESERVED
from authoring.services.texts import UNPRINTABLE

IS_FILE = re.compile(r"\.(?:html?|php|aspx?|jsp|shtml|xml|txt|md)$", re.IGNORECASE)
STYLES = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "weekdate": "/:categories/:year/W:week/:short_day/:title.html",
    "none": "/:categories/:title.html",
}
LENGTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """What an old address is made of. `days` are the dates in the head and in the file's name."""

    relative: PurePosixPath
    prefix: str
    style: str
    slug: str
    stem: str
    is_jekyll: bool
    days: tuple[dt.datetime, ...]
    categories: tuple[str, ...]

    def paths(self, own: str, aliases: Iterable[str]) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
        """The paths that can redirect, and those that cannot, with the reason."""
        found: dict[str, None] = {}
        refused = []
        for address in (*self._own(own), *aliases):
            path = normal(address, self.prefix)
            if reason := _refusal(path, address):
                refused.append((address, reason))
            else:
                found[path] = None
        return tuple(found), refused

    def _own(self, said: str) -> Iterator[str]:
        if said and ":" not in said.partition("://")[0] and said not in STYLES:
            yield said
        elif said and "://" not in said:
            yield from self._filled(STYLES.get(said, said))
        elif self.is_jekyll and self.days:
            for style in [STYLES.get(self.style, self.style)] if self.style else ["pretty", "date"]:
                yield from self._filled(STYLES.get(style, style))
        elif not said and not self.is_jekyll:
            yield from self._by_folder()

    def _filled(self, style: str) -> Iterator[str]:
        """Jekyll's placeholders, once for each date: sites differ in which one counts."""
        folders = [part for part in self.relative.parent.parts if part not in JEKYLL_FOLDERS]
        for day in dict.fromkeys(day.date() for day in self.days):
            values = {
                "categories": "/".join(dict.fromkeys([*folders, *map(str.lower, self.categories)])),
                "year": f"{day:%Y}", "short_year": f"{day:%y}", "month": f"{day:%m}",
                "i_month": str(day.month), "day": f"{day:%d}", "i_day": str(day.day), "y_day": f"{day:%j}",
                "week": f"{day:%V}",
                "short_day": f"{day:%a}", "title": self.slug or self.stem, "slug": self.slug or self.stem,
                "output_ext": ".html", "basename": self.stem,
            }  # fmt: skip
            yield re.sub(r":(\w+)", lambda found: values.get(found[1], found[0]), style)  # noqa: B023

    def _by_folder(self) -> Iterator[str]:
        """`section/name/`, as Hugo and Zola do."""
        folder = self.relative.parent.parent if self.relative.stem == "index" else self.relative.parent
        parts = folder.parts[1:] if folder.parts[:1] == ("content",) else folder.parts
        name = self.slug or self.stem
        yield "/".join(("", *parts, name))
        if (lower := "/".join(("", *parts, name)).lower()) != "/".join(("", *parts, name)):
            yield lower


def normal(address: str, prefix: str = "/") -> str:
    """The path of `address` on the old site: from the root, decoded, with a slash unless it is a file."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:  # a bracket where a host would be
        return "/"
    own = unquote(parts.path).lstrip("/")
    path = re.sub(r"/{2,}", "/", f"/{own}" if parts.netloc else f"{prefix.strip('/')}/{own}")
    path = path if path.startswith("/") else f"/{path}"
    return path if path.endswith("/") or IS_FILE.search(path) else f"{path}/"


def _refusal(path: str, address: str) -> str:
    first = path.strip("/").partition("/")[0]
    if "?" in address:
        return "what follows a question mark is no part of an address here."
    if path == "/" or path.strip("/") in LANG_INFO:
        return "a home page is there."
    if first in RESERVED:
        return f"/{first}/ belongs to the site itself."
    if len(path) > LENGTH or UNPRINTABLE.search(path) or "/../" in path:
        return "it is no address."
    return ""
