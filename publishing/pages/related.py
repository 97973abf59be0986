"""Related articles: those of one language that share tags, among the nearest in time under each tag."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections

from cms.databases import READ
from publishing.models import PublishedArticle

SHOWN = 3
NEAREST = 8
"""On either side, under each tag. What changes beyond changes no page: a tag may have ten thousand articles."""

CARD = (
    "key", "version", "path", "language", "title", "summary", "minutes", "published_at", "updated_at", "tags",
    "authors", "hero",
)  # fmt: skip
"""What a list shows of an article."""


def related(places: Sequence[Any]) -> dict[str, list[PublishedArticle]]:
    """By key, the articles that share the most and the rarest tags, newest first among equals."""
    found = rows(RELATED, places)
    cards = PublishedArticle.objects.only(*CARD).in_bulk({key for _, key in found}) if found else {}
    alike: dict[str, list[PublishedArticle]] = {}
    for key, other in found:
        alike.setdefault(key, []).append(cards[other])
    return alike


def write(keys: Sequence[str]) -> None:
    """Make the narrow table of tags say what the articles with these keys do."""
    with connections[READ].cursor() as cursor:
        cursor.execute(WRITE, [list(keys)])


def damaged(keys: Sequence[str]) -> set[str]:
    """Those of `keys` whose articles the narrow table of tags does not show as they are."""
    with connections[READ].cursor() as cursor:
        cursor.execute(DAMAGED, [list(keys)])
        return {key for (key,) in cursor.fetchall()}


def rows(query: str, places: Iterable[Any]) -> list[tuple[Any, ...]]:
    """The rows of a query that begins with the table `place`."""
    columns = [list(column) for column in zip(*places, strict=True)]
    if not columns:
        return []
    with connections[READ].cursor() as cursor:
        cursor.execute(PLACES + query, columns)
        return cursor.fetchall()


PLACES = """
WITH place AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::jsonb[], %s::text[])
    AS place (path, key, language, published_at, tags, translation)
)
"""
NEAR = f"""
jsonb_array_elements_text(place.tags) AS tag, LATERAL (
    (
        SELECT key, published_at FROM publishing_taggedarticle AS tagged
        WHERE tagged.tag = tag.value AND tagged.language = place.language
            AND (tagged.published_at, tagged.key) > (place.published_at, place.key)
        ORDER BY tagged.published_at, tagged.key LIMIT {NEAREST}
    ) UNION ALL (
        SELECT key, published_at FROM publishing_taggedarticle AS tagged
        WHERE tagged.tag = tag.value AND tagged.language = place.language
            AND (tagged.published_at, tagged.key) < (place.published_at, place.key)
        ORDER BY tagged.published_at DESC, tagged.key DESC LIMIT {NEAREST}
    )
) AS near
"""  # noqa: S608  constants alone
"""The articles near a place under each of its tags, as `tag.value`, `near.key`, `near.published_at`."""

RELATED = f"""
, weighed AS (
    SELECT place.key AS place, near.key, near.published_at,
        1.0 / count(*) OVER (PARTITION BY place.key, tag.value) AS weight
    FROM place, {NEAR}
), ranked AS (
    SELECT place, key, row_number() OVER (
        PARTITION BY place ORDER BY sum(weight) DESC, max(published_at) DESC, key DESC
    ) AS rank
    FROM weighed GROUP BY place, key
)
SELECT place, key FROM ranked WHERE rank <= {SHOWN} ORDER BY place, rank
"""  # noqa: S608  constants alone

WANTED = """
WITH given AS (SELECT %s::text[] AS keys), wanted AS (
    SELECT DISTINCT key, unnest(tag_keys) AS tag, language, published_at
    FROM publishing_publishedarticle, given WHERE key = ANY(keys)
)
"""
WRITE = f"""
{WANTED}, gone AS (
    DELETE FROM publishing_taggedarticle AS tagged USING given WHERE tagged.key = ANY(keys)
        AND NOT EXISTS (SELECT FROM wanted WHERE (wanted.key, wanted.tag) = (tagged.key, tagged.tag))
)
INSERT INTO publishing_taggedarticle AS tagged (key, tag, language, published_at)
SELECT key, tag, language, published_at FROM wanted
ON CONFLICT (key, tag) DO UPDATE SET language = excluded.language, published_at = excluded.published_at
WHERE (tagged.language, tagged.published_at) IS DISTINCT FROM (excluded.language, excluded.published_at)
"""  # noqa: S608  constants alone
DAMAGED = f"""
{WANTED}, held AS (
    SELECT key, tag, language, published_at FROM publishing_taggedarticle, given WHERE key = ANY(keys)
)
SELECT key FROM (
    (SELECT * FROM wanted EXCEPT SELECT * FROM held) UNION ALL (SELECT * FROM held EXCEPT SELECT * FROM wanted)
) AS different
"""  # noqa: S608  constants alone
