"""Which articles an API request means, and what is answered about them."""

import datetime as dt
import json
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings

from publishing import reading
from publishing.models import PublishedAuthor, PublishedSubject, PublishedTag
from publishing.pages import lists

SUBJECTS: dict[str, type[PublishedSubject]] = {"tag": PublishedTag, "author": PublishedAuthor}


class Card(NamedTuple):
    """An article as lists show it, without its body."""

    key: str
    version: int
    path: str
    language: str
    title: str
    summary: str
    minutes: int
    published_at: dt.datetime
    updated_at: dt.datetime
    tags: list[dict[str, str]]
    authors: list[dict[str, str]]
    hero: dict[str, Any] | None


def articles(
    given: dict[str, str],
    *,
    since: dt.datetime | None,
    until: dt.datetime | None,
    after: tuple[dt.datetime, str] | None,
    limit: int,
) -> list[Card]:
    """Articles by tag, author, language and time of publication, newest first: those that come `after` a place."""
    conditions = [_carries(kind, given[kind]) for kind in SUBJECTS if kind in given]
    if "language" in given:
        conditions.append(("language = %s", [given["language"]]))
    if since:
        conditions.append(("published_at >= %s", [since]))
    if until:
        conditions.append(("published_at < %s", [until]))
    if after:
        conditions.append(("(published_at, key) < (%s, %s)", list(after)))
    where = " AND ".join(condition for condition, _ in conditions) or "true"
    with reading.cursor() as cursor:
        # Not through the ORM: to put the statement together and the rows into models took most of the time.
        cursor.execute(
            CARDS.format(where=where), [*(one for _, values in conditions for one in values), limit]
        )
        rows = cursor.fetchall()
    return [_card(*row) for row in rows]


def _card(*columns: Any) -> Card:
    *plain, tags, authors, hero = columns
    return Card._make([*plain, _read(tags), _read(authors), hero and _read(hero)])


@lru_cache(1_000)
def _read(text: str) -> Any:
    """JSON, to be read and not changed. Most articles name tags, authors and pictures that were named before."""
    return json.loads(text)


CARDS = f"""
SELECT {", ".join(Card._fields)} FROM publishing_publishedarticle WHERE {{where}}
ORDER BY published_at DESC, key DESC LIMIT %s
"""  # noqa: S608  constants alone


def subjects(kind: str) -> list[dict[str, Any]]:
    """Tags or authors with the number of their articles, by name."""
    return [
        {
            "slug": entry["path"].rstrip("/").rpartition("/")[2],
            "name": entry["name"],
            "url": settings.SITE_URL + entry["path"],
            "articles": entry["count"],
        }
        for entry in lists.entries(kind)
    ]


def article_path(path: str) -> str | None:
    """The path of the stored JSON of the article whose page, now or formerly, is at `path`."""
    with reading.cursor() as cursor:
        cursor.execute("SELECT key FROM publishing_page WHERE path = %s AND kind = 'article'", [path])
        row = cursor.fetchone()
    return f"/api/v1/articles/{row[0]}/" if row else None


def _carries(kind: str, slug: str) -> tuple[str, list[Any]]:
    """The condition that an article carries a tag or an author, and its parameters."""
    path = f"/{kind}s/{slug}/"
    subject = SUBJECTS[kind]._default_manager.filter(path=path).values_list("key", flat=True).first()
    if subject is None:
        return f"{kind}s @> %s::jsonb", [json.dumps([{"path": path}])]
    return f"{kind}_keys @> %s::text[]", [[subject]]
