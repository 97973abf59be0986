"""Which articles stand beside an article, and which pages show neighbours that are no longer theirs."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connections

from cms.databases import READ
from publishing.models import PublishedArticle

Link = dict[str, str]


class Place(NamedTuple):
    """Where an article stands, or stood, in the order of its language."""

    path: str
    key: str
    language: str
    published_at: dt.datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """The next newer and the next older article of the same language, each as title and path."""

    newer: Link | None = None
    older: Link | None = None

    def __str__(self) -> str:
        return json.dumps([self.newer, self.older], ensure_ascii=False)


def place(article: PublishedArticle) -> Place:
    return Place(article.path, article.key, article.language, article.published_at)


def beside(places: Iterable[Place]) -> dict[str, Neighbours]:
    """The neighbours of each place, by key."""
    return {
        key: Neighbours(newer=_link(newer_title, newer_path), older=_link(older_title, older_path))
        for _, key, newer_title, newer_path, older_title, older_path in _rows(BESIDE, places)
    }


def outdated(places: Iterable[Place]) -> set[str]:
    """The pages at and beside these places that do not show the neighbours that they have by now."""
    around = {Place(*row) for row in _rows(AROUND, places)}
    if not around:
        return set()
    have = {key: str(neighbours) for key, neighbours in beside(around).items()}
    with connections[READ].cursor() as cursor:
        paths = [one.path for one in around]
        cursor.execute("SELECT path, beside FROM publishing_page WHERE path = ANY(%s)", [paths])
        shown = dict(cursor.fetchall())
    return {one.path for one in around if shown.get(one.path) != have[one.key]}


def _link(title: str | None, path: str | None) -> Link | None:
    return None if title is None or path is None else {"title": title, "path": path}


def _rows(query: str, places: Iterable[Place]) -> list[tuple[Any, ...]]:
    columns = [list(column) for column in zip(*places, strict=True)]
    if not columns:
        return []
    with connections[READ].cursor() as cursor:
        cursor.execute(PLACES + query, columns)
        return cursor.fetchall()


PLACES = """
WITH place AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[])
    AS place (path, key, language, published_at)
)
"""
LATERALS = """
LEFT JOIN LATERAL (
    SELECT path, key, language, published_at, title FROM publishing_publishedarticle AS article
    WHERE article.language = place.language
        AND (article.published_at, article.key) > (place.published_at, place.key)
    ORDER BY article.published_at, article.key LIMIT 1
) AS newer ON true
LEFT JOIN LATERAL (
    SELECT path, key, language, published_at, title FROM publishing_publishedarticle AS article
    WHERE article.language = place.language
        AND (article.published_at, article.key) < (place.published_at, place.key)
    ORDER BY article.published_at DESC, article.key DESC LIMIT 1
) AS older ON true
"""
BESIDE = (
    f"SELECT place.path, place.key, newer.title, newer.path, older.title, older.path FROM place {LATERALS}"  # noqa: S608
)
AROUND = f"""
, beside AS (
    SELECT newer.key AS newer, older.key AS older, place.key AS own FROM place {LATERALS}
)
SELECT path, key, language, published_at FROM publishing_publishedarticle
WHERE key IN (SELECT newer FROM beside UNION SELECT older FROM beside UNION SELECT own FROM beside)
"""  # noqa: S608  constants alone
