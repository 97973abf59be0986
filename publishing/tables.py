"""What the projector writes beside positions: rows, vectors, own pages, the queue of pages to refresh."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django.db import connections
from django.db.models import Manager

from cms.databases import READ
from cms.events import Kind
from publishing import receipts, search
from publishing.models import (
    PublishedArticle,
    PublishedPlainPage,
    PublishedSite,
    SearchEntry,
)
from publishing.pages import context, neighbours, own, refresher, related, store, touching
from publishing.projection import MODELS, Prepared, Row, former_paths, vector_parts


def change(changes: Sequence[Prepared]) -> None:
    """Make the read tables show `changes`, which the guard has let through. In a transaction that holds the site."""
    written = [one for one in changes if not one.whole]
    before: dict[str, PublishedArticle] = {}
    for kind, group in groupby(written, key=lambda one: one.event.kind):
        held = _write_rows(kind, list(group))
        before |= {key: row for key, row in held.items() if isinstance(row, PublishedArticle)}
    if written:
        _write_own_pages(written)
        receipts.take(one.address for one in written)
    _queue(changes, before)


def _write_rows(kind: Kind, changes: Sequence[Prepared]) -> dict[str, Row]:
    """Returns the rows that were held before, by key."""
    model = MODELS[kind]
    keys = [one.event.key for one in changes if not one.is_first]
    held: dict[str, Any] = dict(model._default_manager.in_bulk(keys)) if keys else {}
    gone = [one.event.key for one in changes if one.row is None]
    if gone:
        model._default_manager.filter(key__in=gone).delete()
        SearchEntry.objects.filter(key__in=gone if kind == Kind.ARTICLE else []).delete()
    rows = [one.row for one in changes if one.row is not None]
    # A replay finds nearly everything as it should be; to write it all again would cost much.
    upsert(model, [row for row in rows if not same(row, held.get(row.key))])
    write_vectors([row for row in rows if isinstance(row, PublishedArticle)])
    if kind == Kind.ARTICLE:
        related.write([one.event.key for one in changes])
    return held


def same(one: Row | None, other: Row | None) -> bool:
    """Whether two rows of one table say the same."""
    if one is None or other is None:
        return one is other
    names = [field.attname for field in one._meta.concrete_fields]
    return all(getattr(one, name) == getattr(other, name) for name in names)


def upsert(model: type[Row], rows: Sequence[Row]) -> None:
    """Insert or replace whole rows by key."""
    if rows:
        names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
        manager: Manager[Any] = model._default_manager
        manager.bulk_create(rows, update_conflicts=True, unique_fields=["key"], update_fields=names)


def write_vectors(articles: Sequence[PublishedArticle]) -> None:
    """Replace the search entries of `articles`."""
    if not articles:
        return
    parts = [vector_parts(article) for article in articles]
    search.note_languages((search.config_of(article.language), article.language) for article in articles)
    with connections[READ].cursor() as cursor:
        cursor.execute(
            WRITE_VECTORS,
            [
                [article.key for article in articles],
                [article.language for article in articles],
                [search.config_of(article.language) for article in articles],
                [article.published_at for article in articles],
                *([part[name] for part in parts] for name in search.PARTS),
            ],
        )


WRITE_VECTORS = f"""
INSERT INTO publishing_searchentry AS entry (key, language, config, published_at, vector, heads, facets)
SELECT key, language, config, published_at, {search.VECTOR_OF_PART}, {search.HEADS_OF_PART}, facets
FROM unnest(
    %s::text[], %s::text[], %s::text[], %s::timestamptz[],
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]
) AS part (key, language, config, published_at, title, names, summary, body, facets)
ON CONFLICT (key) DO UPDATE SET language = excluded.language, config = excluded.config,
    published_at = excluded.published_at, vector = excluded.vector, heads = excluded.heads,
    facets = excluded.facets
WHERE (entry.language, entry.config, entry.published_at, entry.vector, entry.heads, entry.facets)
    IS DISTINCT FROM (excluded.language, excluded.config, excluded.published_at, excluded.vector,
        excluded.heads, excluded.facets)
"""  # noqa: S608  constants alone


def _write_own_pages(changes: Sequence[Prepared]) -> None:
    finished = own_pages(changes)
    if former := [one.address for one in changes if not one.is_first]:
        store.delete_own(former, keep=[page.path for page in finished] + _combined(changes))
    store.write(finished)


def own_pages(changes: Iterable[Prepared]) -> list[store.Finished]:
    """Every page that belongs to one of `changes` alone: documents, redirects, tombstones."""
    changes = list(changes)
    site = context.site()
    articles = [one.row for one in changes if isinstance(one.row, PublishedArticle)]
    beside = neighbours.beside(map(neighbours.place, articles))
    return [page for one in changes for page in _own_pages(one, site, beside)]


def _own_pages(
    one: Prepared, site: context.SiteFacts, beside: dict[str, neighbours.Neighbours]
) -> list[store.Finished]:
    kind, key, version = one.event.kind.value, one.event.key, one.event.version
    pages: list[store.Finished] = []
    match one.row:
        case None:
            paths = one.event.paths  # type: ignore[attr-defined]
            api = [own.api_path(key)] if kind == Kind.ARTICLE else []
            return own.tombstones([*paths, *api], kind=kind, key=key, version=version)
        case PublishedArticle() as article:
            pages = own.article_pages(article, site=site, beside=beside[key])
        case PublishedPlainPage() as page:
            pages = [own.plain_page(page, site=site)]
        case PublishedSite() as site_row:
            return own.style_sheets(site_row)
    return pages + own.redirects(
        former_paths(one.event), to=one.row.path, kind=kind, key=key, version=version
    )


def _combined(changes: Iterable[Prepared]) -> list[str]:
    """The paths at which tags and authors have their lists: the refresher writes those."""
    return [one.row.path for one in changes if one.row and one.event.kind in (Kind.TAG, Kind.AUTHOR)]  # type: ignore[union-attr]


def _queue(changes: Sequence[Prepared], before: dict[str, PublishedArticle]) -> None:
    paths: set[str] = set()
    places: set[neighbours.Place] = set()
    own: set[neighbours.Place] = set()
    articles: list[touching.Change] = []
    for one in changes:
        match one.event.kind:
            case Kind.ARTICLE:
                old, new = before.get(one.event.key), _article(one.row)
                articles.append((old, new))
                if one.again:
                    # That repairs: all that shows the article is rendered anew.
                    articles.append((None, new))
                if not one.whole and touching.is_seen_beside(old, new):
                    places.update(neighbours.place(article) for article in (old, new) if article)
                elif new:
                    # Who stands beside it may have changed since its page was rendered.
                    own.add(neighbours.place(new))
            case Kind.TAG | Kind.AUTHOR:
                paths |= {f"/{one.event.kind}s/", *_combined([one])}
            case Kind.PAGE:
                paths |= {"/sitemap.xml", "/sitemap/pages.xml"}
            case Kind.SITE if not one.whole:
                refresher.queue_all()
    refresher.queue(paths | touching.touched(articles), places, own)


def _article(row: Row | None) -> PublishedArticle | None:
    return row if isinstance(row, PublishedArticle) else None
