"""The refresher: renders anew the pages that combine articles, each once, however many touched it."""

import time
from collections.abc import Iterable

from django.db import connections, transaction

from cms.databases import READ
from cms.events import Kind
from publishing import receipts
from publishing.models import PublishedArticle, PublishedPlainPage
from publishing.pages import context, lists, neighbours, own
from publishing.pages.neighbours import Place
from publishing.pages.store import CSS, JSON, PLAIN, XML, Finished, delete_combined, write

BATCH = 50
STEP = 10
REST = 1.0
"""Seconds for which workers leave a combined page alone after it changed."""


def refresh_some(*, limit: int = BATCH, rest: float = 0.0, places: int | None = None) -> int | None:
    """Render up to `limit` queued pages, in one transaction. Returns how many rows of the queue it took; None, if so
    many others do it that of `places` none is free.

    A combined page that changed less than `rest` seconds ago is left for later: while much is published,
    home and feeds would otherwise be rendered for each article.

    A lock on each path, then the queue's rows go, then a later statement reads: what commits before that
    is seen, what commits after it queues a row of its own. Without the lock an older rendering could be
    written last.
    """
    with transaction.atomic(using=READ), connections[READ].cursor() as cursor:
        if places is not None:
            cursor.execute(SIT_DOWN, [places])
            if not cursor.fetchone():
                return None
        cursor.execute(TAKE, [rest, limit])
        rows = cursor.fetchall()
        if not rows:
            return 0
        paths = {row[0] for row in rows if row[3] is None and not row[1]}
        around = {Place(*row) for row in rows if row[3] is not None}
        own = {row[1] for row in rows if row[3] is None and row[1]}
        queue_paths(neighbours.outdated(around, own) - paths)
        refresh(paths)
    return len(rows)


def refresh_for(seconds: float, *, places: int) -> bool:
    """Render queued pages that do not rest, in small steps, unless so many others do. Returns whether there may be
    more.

    Who finds no free place leaves what it was called for to the others. It may have been queued after these had
    looked, while they still sat there: so they look once more from outside.
    """
    enough = time.monotonic() + seconds
    while time.monotonic() < enough:
        taken = refresh_some(limit=STEP, rest=REST, places=places)
        if taken is None or (taken == 0 and not refresh_some(limit=STEP, rest=REST)):
            return False
    return True


SIT_DOWN = """
SELECT place FROM generate_series(1, %s) AS place
WHERE pg_try_advisory_xact_lock(hashtext('publishing.refresher'), place) LIMIT 1
"""

# Locked in one order, so that two refreshers never wait for each other; what another holds is left to it.
TAKE = """
WITH queued AS MATERIALIZED (
    SELECT DISTINCT path FROM publishing_refresh AS refresh WHERE NOT EXISTS (
        SELECT FROM publishing_page AS page WHERE page.path = refresh.path AND page.kind = ''
            AND page.changed_at > clock_timestamp() - make_interval(secs => %s)
    ) ORDER BY path
),
free AS MATERIALIZED (
    SELECT path FROM queued WHERE pg_try_advisory_xact_lock(hashtextextended(path, 0)) LIMIT %s
)
DELETE FROM publishing_refresh AS refresh USING free WHERE refresh.path = free.path
RETURNING refresh.path, refresh.key, refresh.language, refresh.around, refresh.tags, refresh.translation
"""


def refresh(paths: Iterable[str]) -> int:
    """Render the combined pages at `paths` from the read tables, and write them. Returns how many changed."""
    wanted = sorted(set(paths))
    context.hold_site()
    site = context.site()
    articles = {article.path: article for article in PublishedArticle.objects.filter(path__in=wanted)}
    plain_pages = {page.path: page for page in PublishedPlainPage.objects.filter(path__in=wanted)}
    around = neighbours.beside(map(neighbours.place, articles.values()))
    whole = receipts.holding(_owners(articles.values(), plain_pages.values()), lock=True)
    finished: list[Finished] = []
    empty: list[str] = []
    for path in wanted:
        if article := articles.get(path):
            page: Finished | None = own.article_page(article, site=site, beside=around[article.key])
        elif plain_page := plain_pages.get(path):
            page = own.plain_page(plain_page, site=site)
        else:
            page = lists.render(path, site=site)
        if page:
            finished.append(page)
        else:
            empty.append(path)
    delete_combined(empty)
    changed = write(finished)
    receipts.take(whole)
    return changed


def _owners(
    articles: Iterable[PublishedArticle], plain_pages: Iterable[PublishedPlainPage]
) -> list[tuple[str, str]]:
    owners = [(Kind.ARTICLE.value, row.key) for row in articles]
    return owners + [(Kind.PAGE.value, row.key) for row in plain_pages]


def queue_paths(paths: Iterable[str]) -> None:
    """Ask for these pages to be rendered anew."""
    queue(paths)


def queue_all() -> int:
    """Ask for every stored HTML page: the site's name, navigation or footer changed. Returns how many."""
    with connections[READ].cursor() as cursor:
        cursor.execute(
            "INSERT INTO publishing_refresh (path, key, language) SELECT path, '', '' FROM publishing_page"
            " WHERE status = 200 AND content_type <> ALL(%s)",
            [[JSON, XML, PLAIN, CSS]],
        )
        return int(cursor.rowcount)


def queue(paths: Iterable[str], places: Iterable[Place] = (), own: Iterable[Place] = ()) -> None:
    """Ask for pages at `paths`, and for those at and beside `places`, where articles came, went or moved.

    Of the articles at `own` only their own pages are meant, if those do not show what stands beside them.

    Who stands beside a place is looked up later and not by the projector: two neighbours that are projected
    at the same time do not see each other there, but the later of the two refreshes sees both.
    """
    rows = [
        *((path, "", "", None, None, "") for path in sorted(set(paths))),
        *((one.path, one.key, "", None, None, "") for one in own),
        *places,
    ]
    if rows:
        with connections[READ].cursor() as cursor:
            cursor.execute(
                "INSERT INTO publishing_refresh (path, key, language, around, tags, translation) SELECT * FROM"
                " unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::jsonb[], %s::text[])",
                [list(column) for column in zip(*rows, strict=True)],
            )
