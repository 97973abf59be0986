"""What stands beside an article on its page: neighbours in time, translations, related articles."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connections

from cms import languages
from cms.databases import READ
from publishing.models import PublishedArticle
from publishing.pages import related

Link = dict[str, str]


class Place(NamedTuple):
    """Where an article stands, or stood: in its language, under its tags (a JSON list), among translations."""

    path: str
    key: str
    language: str
    published_at: dt.datetime
    tags: str
    translation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """The next newer and the next older article of the same language, translations, related articles."""

    newer: Link | None = None
    older: Link | None = None
    translations: tuple[Link, ...] = ()
    related: tuple[PublishedArticle, ...] = ()

    def __str__(self) -> str:
        """All that a page shows of other articles: equal if they look the same there."""
        shown = [self.newer, self.older, self.translations, [_seen(article) for article in self.related]]
        return json.dumps(shown, ensure_ascii=False)


def place(article: PublishedArticle) -> Place:
    tags = json.dumps(article.tag_keys)
    return Place(article.path, article.key, article.language, article.published_at, tags, article.translation)


def beside(places: Iterable[Place]) -> dict[str, Neighbours]:
    """What stands beside each place, by key."""
    places = list(places)
    others = _translations(places)
    alike = related.related(places)
    return {
        key: Neighbours(
            newer=_link(newer_title, newer_path),
            older=_link(older_title, older_path),
            translations=tuple(others.get(key, ())),
            related=tuple(alike.get(key, ())),
        )
        for key, newer_title, newer_path, older_title, older_path in related.rows(BESIDE, places)
    }


def outdated(places: Iterable[Place], own: Iterable[str] = ()) -> set[str]:
    """The pages of articles at and beside these places that show what is no longer so.

    `own` are keys of articles that did not move: of them, only their own pages are looked at.
    """
    around = {Place(*row) for row in related.rows(AROUND, places)} | _places(own)
    if not around:
        return set()
    have = {key: str(neighbours) for key, neighbours in beside(around).items()}
    with connections[READ].cursor() as cursor:
        paths = [one.path for one in around]
        cursor.execute("SELECT path, beside FROM publishing_page WHERE path = ANY(%s)", [paths])
        shown = dict(cursor.fetchall())
    return {one.path for one in around if shown.get(one.path) != have[one.key]}


def _places(keys: Iterable[str]) -> set[Place]:
    wanted = list(keys)
    if not wanted:
        return set()
    with connections[READ].cursor() as cursor:
        cursor.execute(f"{SELECT_PLACES} WHERE key = ANY(%s)", [wanted])
        return {Place(*row) for row in cursor.fetchall()}


def _translations(places: list[Place]) -> dict[str, list[Link]]:
    """By key, one article in each other language, as language, its name, and path."""
    found: dict[str, list[Link]] = {}
    for key, language, path in related.rows(TRANSLATIONS, places):
        link = {"language": language, "name": languages.name(language), "path": path}
        found.setdefault(key, []).append(link)
    return found


def _link(title: str | None, path: str | None) -> Link | None:
    return None if title is None or path is None else {"title": title, "path": path}


def _seen(article: PublishedArticle) -> str:
    """A digest of what a card shows of an article."""
    facts = (
        article.path,
        article.title,
        article.summary,
        article.published_at.isoformat(),
        article.minutes,
        article.authors,
        article.hero,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


LATERALS = """
LEFT JOIN LATERAL (
    SELECT path, key, title FROM publishing_publishedarticle AS article
    WHERE article.language = place.language
        AND (article.published_at, article.key) > (place.published_at, place.key)
    ORDER BY article.published_at, article.key LIMIT 1
) AS newer ON true
LEFT JOIN LATERAL (
    SELECT path, key, title FROM publishing_publishedarticle AS article
    WHERE article.language = place.language
        AND (article.published_at, article.key) < (place.published_at, place.key)
    ORDER BY article.published_at DESC, article.key DESC LIMIT 1
) AS older ON true
"""
BESIDE = f"SELECT place.key, newer.title, newer.path, older.title, older.path FROM place {LATERALS}"  # noqa: S608
SELECT_PLACES = """
SELECT path, key, language, published_at, to_jsonb(tag_keys), translation FROM publishing_publishedarticle
"""
AROUND = f"""
, beside AS (
    SELECT newer.key AS newer, older.key AS older, place.key AS own FROM place {LATERALS}
)
{SELECT_PLACES} WHERE key IN (
    SELECT newer FROM beside UNION SELECT older FROM beside UNION SELECT own FROM beside
    UNION SELECT other.key FROM place JOIN publishing_publishedarticle AS other
        ON other.translation = place.translation AND place.translation <> ''
    UNION SELECT near.key FROM place, {related.NEAR}
)
"""  # noqa: S608  constants alone
TRANSLATIONS = """
SELECT DISTINCT ON (place.key, other.language) place.key, other.language, other.path
FROM place JOIN publishing_publishedarticle AS other
    ON other.translation = place.translation AND other.language <> place.language
WHERE place.translation <> ''
ORDER BY place.key, other.language, other.published_at DESC, other.key DESC
"""
