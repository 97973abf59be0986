"""What is damaged: rows, search entries and pages that are not as their messages say, by `(kind, key)` with words."""

from collections.abc import Sequence

from django.db import connections
from django.db.models import Q

from cms.databases import READ
from cms.events import Kind
from publishing import search, tables
from publishing.models import Page, PublishedArticle, SearchEntry
from publishing.pages import Finished, related
from publishing.projection import MODELS, Prepared, vector_parts

Address = tuple[str, str]


def rows(sound: Sequence[Prepared]) -> dict[Address, str]:
    """Rows that are missing, not as their messages say, or there although they went."""
    damaged: dict[Address, str] = {}
    for kind, model in MODELS.items():
        ours = {one.event.key: one for one in sound if one.event.kind == kind}
        found = {row.pk: row for row in model._default_manager.filter(pk__in=ours)} if ours else {}
        for key, one in ours.items():
            row = found.get(key)
            if (row is None) != (one.row is None):
                damaged[one.address] = "row missing" if row is None else "row resurrected"
            elif not tables.same(row, one.row):
                damaged[one.address] = "row damaged"
    return damaged


def vectors(sound: Sequence[Prepared]) -> dict[Address, str]:
    """The same of search entries."""
    ours = [one.row for one in sound if isinstance(one.row, PublishedArticle)]
    gone = [one.event.key for one in sound if one.row is None and one.event.kind == Kind.ARTICLE]
    damaged = {(str(Kind.ARTICLE), key): "search entry resurrected" for key in _entries(gone)}
    if ours:
        parts = [vector_parts(article) for article in ours]
        with connections[READ].cursor() as cursor:
            cursor.execute(
                SAME_VECTORS,
                [
                    [article.key for article in ours],
                    [article.language for article in ours],
                    [article.published_at for article in ours],
                    [search.config_of(article.language) for article in ours],
                    *([part[name] for part in parts] for name in search.PARTS),
                ],
            )
            same = {key for (key,) in cursor.fetchall()}
        damaged |= {(str(Kind.ARTICLE), a.key): "search vector damaged" for a in ours if a.key not in same}
    return damaged


def tags(sound: Sequence[Prepared]) -> dict[Address, str]:
    """The same of what articles stand under."""
    keys = [one.event.key for one in sound if one.event.kind == Kind.ARTICLE]
    return {(str(Kind.ARTICLE), key): "tags damaged" for key in related.damaged(keys)}


SAME_VECTORS = f"""
SELECT entry.key FROM publishing_searchentry AS entry
JOIN unnest(
    %s::text[], %s::text[], %s::timestamptz[], %s::text[],
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]
) AS part (key, language, published_at, config, title, names, summary, body, facets) ON part.key = entry.key
WHERE (entry.language, entry.published_at, entry.config) = (part.language, part.published_at, part.config)
    AND (entry.vector, entry.heads, entry.facets)
        = ({search.VECTOR_OF_PART}, {search.HEADS_OF_PART}, part.facets)
"""  # noqa: S608  constants alone


def _entries(keys: Sequence[str]) -> list[str]:
    return list(SearchEntry.objects.filter(key__in=keys).values_list("key", flat=True)) if keys else []


def pages(sound: Sequence[Prepared]) -> dict[Address, str]:
    """Own pages that are missing, not as they would be rendered, or there although they should not be."""
    expected = {page.path: page for page in tables.own_pages(sound)}
    keys = [one.event.key for one in sound]
    stored = {page.path: page for page in Page.objects.filter(Q(path__in=expected) | Q(key__in=keys))}
    damaged: dict[Address, str] = {}
    for path, page in expected.items():
        held = stored.get(path)
        if held is None:
            damaged[(page.kind, page.key)] = f"page {path} missing"
        elif _facts(held) != _facts(page):
            damaged[(page.kind, page.key)] = f"page {path} damaged"
    ours = {one.address for one in sound}
    for path, held in stored.items():
        if path not in expected and (held.kind, held.key) in ours:
            damaged[(held.kind, held.key)] = f"page {path} resurrected"
    return damaged


def _facts(page: Page | Finished) -> tuple[object, ...]:
    own = (page.kind, page.key, page.version, page.beside)
    return (page.status, page.location, page.content_type, bytes(page.body), page.etag, *own)


def without_position() -> list[Address]:
    """What no position speaks for: authoring has to be asked."""
    with connections[READ].cursor() as cursor:
        cursor.execute(WITHOUT_POSITION)
        return [(kind, key) for kind, key in cursor.fetchall()]


WITHOUT_POSITION = f"""
SELECT kind, key FROM (
    {" UNION ALL ".join(f"SELECT '{kind}', key FROM {model._meta.db_table}" for kind, model in MODELS.items())}
    UNION SELECT kind, key FROM publishing_page WHERE kind <> ''
) AS shown (kind, key)
WHERE NOT EXISTS (
    SELECT FROM publishing_position AS position WHERE position.kind = shown.kind AND position.key = shown.key
)
ORDER BY kind, key
"""  # noqa: S608  constants alone
