"""Articles as lists show them, read without the ORM: putting statements together, and rows into models, took most of
the time of an answer.
"""

import datetime as dt
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from psycopg.types.datetime import TimestamptzLoader

from publishing import reading


class Listed(NamedTuple):
    """An article without its body; the text of the body where it was asked for."""

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
    text: str = ""


COLUMNS = ", ".join(Listed._fields).removesuffix(", text")


def newest(where: str, parameters: Sequence[Any], *, limit: int) -> list[Listed]:
    """Articles that fulfil a condition of SQL, newest first."""
    return _read(
        f"SELECT {COLUMNS}, '' FROM publishing_publishedarticle WHERE {where}"  # noqa: S608  constants alone
        " ORDER BY published_at DESC, key DESC LIMIT %s",
        [*parameters, limit],
    )


def with_texts(keys: Sequence[str]) -> dict[str, Listed]:
    """Those of `keys` that there are."""
    found = _read(
        f"SELECT {COLUMNS}, text FROM publishing_publishedarticle WHERE key = ANY (%s)",  # noqa: S608  the same
        [list(keys)],
    )
    return {article.key: article for article in found}


def _read(sql: str, parameters: Sequence[Any]) -> list[Listed]:
    with reading.cursor() as cursor:
        # psycopg's, in C; Django's is Python, for zones that nobody asks for here.
        cursor.cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        cursor.execute(sql, parameters)
        return [
            Listed._make([*plain, _json(tags), _json(authors), hero and _json(hero), text])
            for *plain, tags, authors, hero, text in cursor.fetchall()
        ]


@lru_cache(1_000)
def _json(text: str) -> Any:
    """To be read and not changed. Most articles name tags, authors and pictures that were named before."""
    return json.loads(text)
