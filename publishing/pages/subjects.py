"""Tags and authors as their pages and feeds need them: a name, their own row, their articles.

Tags combine: `/tags/a+b/` has the articles that carry both, named in the order of the alphabet.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import QuerySet

from publishing.models import PublishedArticle, PublishedAuthor, PublishedSubject, PublishedTag

MODELS: dict[str, type[PublishedSubject]] = {"tag": PublishedTag, "author": PublishedAuthor}
TAGS, JOINT = "/tags/", "+"
COMBINED = re.compile(r"/tags/(?P<slugs>[^/]*\+[^/]*)/(?P<rest>.*)")
MOST = 4
"""Tags in one address."""

Link = dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A tag, several together, or an author.

    `row` is None as long as its own message is still to come; several tags have none, but `parts`.
    """

    name: str
    row: PublishedSubject | None
    articles: QuerySet[PublishedArticle]
    parts: tuple[Link, ...] = ()


def canonical(path: str) -> str:
    """The one address of what `path` names: combined tags in order, each once."""
    combined = COMBINED.fullmatch(path)
    slugs = _slugs(combined["slugs"]) if combined else []
    return f"{together(slugs)}{combined['rest']}" if combined and slugs else path


def together(slugs: Iterable[str]) -> str:
    """The address of tags together."""
    return f"{TAGS}{JOINT.join(sorted(set(slugs)))}/"


def others(path: str, articles: Iterable[PublishedArticle]) -> list[Link]:
    """The tags that `articles`, all of the tags at `path`, carry beside them: name, and address with them."""
    mine = _slugs(_slug(path))
    if len(mine) >= MOST:
        return []
    found = {tag["path"]: str(tag["name"]) for article in articles for tag in article.tags}
    links = [
        {"name": name, "path": together([*mine, _slug(other)])}
        for other, name in found.items()
        if _slug(other) not in mine
    ]
    return sorted(links, key=lambda link: (link["name"].casefold(), link["path"]))


def find(kind: str, path: str) -> Subject | None:
    """The tag (or tags) or author at `path`: known by its own message, or by the articles that carry it."""
    if kind == "tag" and JOINT in path:
        return _find_together(path)
    return _find_one(kind, path)


def _find_together(path: str) -> Subject | None:
    """None if a tag is unknown, or no article carries them all."""
    slugs = _slugs(_slug(path))
    if path != together(slugs) or not 1 < len(slugs) <= MOST:
        return None
    found = [(one, _find_one("tag", together([one]))) for one in slugs]
    known = [(one, tag) for one, tag in found if tag]
    articles = reduce(and_, (tag.articles for _, tag in known), PublishedArticle.objects.all())
    if len(known) < len(slugs) or not articles.exists():
        return None
    parts = tuple({"name": tag.name, "path": together([one])} for one, tag in known)
    return Subject(name=" + ".join(part["name"] for part in parts), row=None, articles=articles, parts=parts)


def _find_one(kind: str, path: str) -> Subject | None:
    row: Any = MODELS[kind]._default_manager.filter(path=path).first()
    if row:
        carrying = PublishedArticle.objects.filter(**{f"{kind}_keys__contains": [row.key]})
        return Subject(name=row.name, row=row, articles=carrying)
    carrying = PublishedArticle.objects.filter(**{f"{kind}s__contains": [{"path": path}]})
    newest = carrying.only(f"{kind}s").order_by("-published_at", "-key").first()
    return Subject(name=_name(newest, kind, path), row=None, articles=carrying) if newest else None


def _name(article: PublishedArticle, kind: str, path: str) -> str:
    return next(
        str(reference["name"]) for reference in getattr(article, f"{kind}s") if reference["path"] == path
    )


def _slug(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _slugs(joined: str) -> list[str]:
    return sorted({slug for slug in joined.split(JOINT) if slug})
