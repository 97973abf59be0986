"""What a writer may want to mend before publishing. It warns and never blocks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from authoring.models import Article, Picture, PlainPage, ReservedPath
from authoring.services.paths import RESERVED
from authoring.services.texts import Text
from cms.events import Kind
from cms.rendering import Heading, Rendered

LONG_TITLE = 70
"""Characters: search engines cut longer titles."""

LONG_SUMMARY = 200


@dataclass(frozen=True, slots=True)
class Warning:
    """One thing to look at: the field that it is about, and a sentence."""

    field: str
    sentence: str


@dataclass(slots=True)
class Seen:
    """What a rendered text shows."""

    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    undescribed: int = 0


def warnings(text: Text, rendered: Rendered, *, article_id: UUID | None = None) -> list[Warning]:
    """Everything worth a look in `text`, which was rendered with its pictures."""
    seen = _seen(rendered.html)
    found = [
        *(Warning("title", sentence) for sentence in _of_title(text.title)),
        *(Warning("summary", sentence) for sentence in _of_summary(text.summary)),
        *(Warning("hero", sentence) for sentence in _of_hero(text.hero)),
        *(Warning("body", sentence) for sentence in _of_headings(rendered.headings)),
    ]
    if seen.undescribed:
        what = "A picture says" if seen.undescribed == 1 else f"{seen.undescribed} pictures say"
        found.append(Warning("body", f"{what} nothing to those who cannot see: write alternative text."))
    dead = _dead(seen, article_id=article_id)
    found += [Warning("body", f"The link to {link} leads nowhere that readers can see.") for link in dead]
    return found


def saying(words: str, *, of: Picture) -> QuerySet[Article]:
    """Articles whose newest text describes a picture with these words: they stay when the library's change."""
    return Article.objects.filter(latest_revision__body__contains=f"![{words}](/media/{of.digest}.")


def _of_title(title: str) -> Iterable[str]:
    if not title.strip():
        yield "There is no title."
    if len(title) > LONG_TITLE:
        yield f"The title has {len(title)} characters; search engines show about {LONG_TITLE}."


def _of_summary(summary: str) -> Iterable[str]:
    if not summary.strip():
        yield "There is no summary: lists and search engines will show the first lines."
    if len(summary) > LONG_SUMMARY:
        yield f"The summary has {len(summary)} characters; search engines show about {LONG_SUMMARY}."


def _of_hero(hero: UUID | None) -> Iterable[str]:
    if hero and Picture.objects.filter(pk=hero, alt="").exists():
        yield "The picture above the text has no alternative text."


def _of_headings(headings: Iterable[Heading]) -> Iterable[str]:
    above = 1
    for heading in headings:
        if heading.level > above + 1:
            yield f"The heading “{heading.title}” skips a level: use one # less."
        above = heading.level


def _dead(seen: Seen, *, article_id: UUID | None) -> list[str]:
    """The links within the site that no reader could follow, in the order of the text."""
    paths = {link: _path(link) for link in dict.fromkeys(seen.links)}
    living = _living({path for path in paths.values() if path}, article_id=article_id)
    dead = []
    for link, path in paths.items():
        if link.startswith("#"):
            if link not in ("#", "#top") and unquote(link[1:]) not in seen.ids:
                dead.append(f"#{link[1:].removeprefix('h-')}")
        elif path and path not in living:
            dead.append(link)
    return dead


def _path(link: str) -> str:
    """The path of a link within the site; empty for others, and for what belongs to the site itself."""
    if link.startswith(settings.SITE_URL + "/"):
        link = link.removeprefix(settings.SITE_URL)
    if not link.startswith("/") or link.startswith("//"):
        return ""
    path = unquote(urlsplit(link).path)
    first, _, rest = path.strip("/").partition("/")
    belongs_to_subjects = first in ("tags", "authors") and rest
    return "" if not first or (first in RESERVED and not belongs_to_subjects) else path


def _living(paths: set[str], *, article_id: UUID | None) -> set[str]:
    """Those of `paths` that show something now, or will when this article is published."""
    if not paths:
        return set()
    rows = list(ReservedPath.objects.filter(path__in=paths).values_list("path", "kind", "key", "is_public"))
    articles = [key for _, kind, key, _ in rows if kind == Kind.ARTICLE]
    pages = [key for _, kind, key, _ in rows if kind == Kind.PAGE]
    live = set(
        Article.objects.filter(pk__in=articles, live_revision__isnull=False).values_list("pk", flat=True)
    )
    live |= set(PlainPage.objects.filter(pk__in=pages, is_live=True).values_list("pk", flat=True))
    shown = {str(key) for key in live} | {str(article_id)}
    return {
        path
        for path, kind, key, is_public in rows
        if key in shown or (is_public and kind in (Kind.TAG, Kind.AUTHOR))
    }


def _seen(html: str) -> Seen:
    reader = _Reader()
    reader.feed(html)
    return reader.seen


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen = Seen()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.seen.ids.add(values["id"])
        if tag == "a" and values.get("href"):
            self.seen.links.append(values["href"])
        if tag == "img" and not values.get("alt"):
            self.seen.undescribed += 1
