"""The refresher: renders anew the pages that combine articles, each once, however many touched it."""

from collections.abc import Iterable

from django.db import connections, transaction

from cms.databases import READ
from publishing.models import PublishedArticle, PublishedPlainPage
from publishing.pages import context, lists, own
from publishing.pages.context import SiteFacts
from publishing.pages.store import Finished, write

BATCH = 20


def refresh_some(*, limit: int = BATCH) -> int:
    """Render up to `limit` queued pages, in one transaction. Returns how many rows of the queue it took.

    A lock on each path, then the queue's rows go, then a later statement reads: what commits before that
    is seen, what commits after it queues a row of its own. Without the lock an older rendering could be
    written last.
    """
    with transaction.atomic(using=READ), connections[READ].cursor() as cursor:
        cursor.execute(TAKE, [limit])
        rows = cursor.fetchall()
        if not rows:
            return 0
        paths = {path for path, around, _ in rows if around is None}
        positions = {(path, around, language) for path, around, language in rows if around is not None}
        queue_paths(_neighbours(positions) - paths)
        refresh(paths)
    return len(rows)


# Locked in one order, so that two refreshers never wait for each other; what another holds is left to it.
TAKE = """
WITH queued AS (SELECT DISTINCT path FROM publishing_refresh ORDER BY path LIMIT %s),
free AS MATERIALIZED (SELECT path FROM queued WHERE pg_try_advisory_xact_lock(hashtextextended(path, 0)))
DELETE FROM publishing_refresh AS refresh USING free WHERE refresh.path = free.path
RETURNING refresh.path, refresh.around, refresh.language
"""


def refresh(paths: Iterable[str]) -> int:
    """Render the combined pages at `paths` from the read tables, and write them. Returns how many changed."""
    wanted = sorted(set(paths))
    site = context.site()
    articles = {article.path: article for article in PublishedArticle.objects.filter(path__in=wanted)}
    plain_pages = {page.path: page for page in PublishedPlainPage.objects.filter(path__in=wanted)}
    finished: list[Finished] = []
    empty: list[str] = []
    for path in wanted:
        page = _render(path, articles.get(path), plain_pages.get(path), site)
        if page:
            finished.append(page)
        else:
            empty.append(path)
    _delete_combined(empty)
    return write(finished)


def queue_paths(paths: Iterable[str]) -> None:
    """Ask for these pages to be rendered anew."""
    _queue([(path, None, "") for path in paths])


def queue_all() -> int:
    """Ask for every stored HTML page: the site's name, navigation or footer changed. Returns how many."""
    with connections[READ].cursor() as cursor:
        cursor.execute(
            "INSERT INTO publishing_refresh (path, language)"
            " SELECT path, '' FROM publishing_page WHERE status = 200 AND content_type <> 'application/json'"
        )
        return int(cursor.rowcount)


def queue(paths: Iterable[str], positions: Iterable[tuple[str, object, str]] = ()) -> None:
    """Ask for pages at `paths`, and for the neighbours of articles at `(path, published_at, language)`."""
    _queue([*((path, None, "") for path in sorted(set(paths))), *positions])


def _queue(rows: list[tuple[str, object, str]]) -> None:
    if rows:
        with connections[READ].cursor() as cursor:
            cursor.execute(
                "INSERT INTO publishing_refresh (path, around, language)"
                " SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::text[])",
                [list(column) for column in zip(*rows, strict=True)],
            )


def _neighbours(positions: set[tuple[str, object, str]]) -> set[str]:
    """The paths beside articles that came, went or moved, as committed by now.

    Looked up here and not by the projector: two neighbours that are projected at the same time do not see
    each other there, but the later of the two refreshes sees both.
    """
    found: set[str] = set()
    for path, around, language in positions:
        key = PublishedArticle.objects.filter(path=path).values_list("key", flat=True).first() or ""
        newer = own.newer_than(language, around, key).order_by("published_at", "key")  # type: ignore[arg-type]
        older = own.older_than(language, around, key).order_by("-published_at", "-key")  # type: ignore[arg-type]
        found |= {path, *newer.values_list("path", flat=True)[:1], *older.values_list("path", flat=True)[:1]}
    return found


def _render(
    path: str, article: PublishedArticle | None, plain_page: PublishedPlainPage | None, site: SiteFacts
) -> Finished | None:
    if article:
        return own.article_page(article, site=site)
    if plain_page:
        return own.plain_page(plain_page, site=site)
    return lists.render(path, site=site)


def _delete_combined(paths: list[str]) -> None:
    """Pages without anything to show go; what is somebody's own (a redirect, a tombstone) stays."""
    if paths:
        with connections[READ].cursor() as cursor:
            cursor.execute("DELETE FROM publishing_page WHERE path = ANY(%s) AND kind = ''", [paths])
