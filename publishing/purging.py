"""Telling a cache in front that a page changed: owed with the page, sent after it, owed until the cache says yes."""

import http.client
import logging
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import connections, transaction

from cms.databases import READ

logger = logging.getLogger(__name__)

BATCH = 200
TIMEOUT = 2.0
"""Seconds that the cache may take for one answer."""

MOST = 100_000
"""Owed rows that are kept. A cache that is away for longer forgets pages by their age."""

DONE = (200, 201, 202, 204, 404)


class Refused(Exception):
    """The cache did not do what it was asked."""


def owe(paths: Iterable[str]) -> None:
    """Owe the cache, if there is one, that these pages changed. In the transaction that changed them."""
    changed = sorted(set(paths))
    if settings.PURGE_URL and changed:
        with connections[READ].cursor() as cursor:
            cursor.execute("INSERT INTO publishing_purge (path) SELECT unnest(%s::text[])", [changed])


def purge_some() -> int:
    """Tell the cache of up to a batch of pages. Returns how many it took; 0 where nothing is due or it fails.

    Claimed with a lease that doubles from 5 s to 5 min, so that nothing is locked while the cache answers.
    """
    if not settings.PURGE_URL:
        return 0
    with transaction.atomic(using=READ), connections[READ].cursor() as cursor:
        cursor.execute(BOUND, [MOST])
        cursor.execute(CLAIM, [BATCH])
        claimed = cursor.fetchall()
    told: set[str] = set()
    try:
        _tell({path for _, path in claimed}, told)
    except (OSError, http.client.HTTPException, Refused) as error:
        logger.warning("the cache was told of %s of %s changes: %s", len(told), len(claimed), error)
    done = [row for row, path in claimed if path in told]
    with connections[READ].cursor() as cursor:
        cursor.execute("DELETE FROM publishing_purge WHERE id = ANY(%s)", [done])
    return len(done) if len(done) == len(claimed) else 0


def _tell(paths: Iterable[str], told: set[str]) -> None:
    """Ask the cache to forget each path; `told` gets those that it forgot. Raises at the first failure."""
    server = urlsplit(settings.PURGE_URL)
    kind = http.client.HTTPSConnection if server.scheme == "https" else http.client.HTTPConnection
    connection = kind(server.hostname or "", server.port, timeout=TIMEOUT)
    # A cache tells sites apart by their names.
    headers = {"Host": urlsplit(settings.SITE_URL).netloc}
    if settings.PURGE_HEADER:
        name, _, value = settings.PURGE_HEADER.partition(":")
        headers[name.strip()] = value.strip()
    try:
        for path in sorted(paths):
            connection.request("PURGE", server.path.rstrip("/") + quote(path), headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status not in DONE:
                raise Refused(f"it answered {answer.status}")
            told.add(path)
    finally:
        connection.close()


BOUND = """
DELETE FROM publishing_purge
WHERE id <= (SELECT id FROM publishing_purge ORDER BY id DESC OFFSET %s LIMIT 1)
"""
CLAIM = """
UPDATE publishing_purge AS purge SET attempts = purge.attempts + 1, next_attempt_at =
    clock_timestamp() + least(interval '5 seconds' * 2 ^ least(purge.attempts, 10), interval '5 minutes')
FROM (
    SELECT id FROM publishing_purge WHERE next_attempt_at <= clock_timestamp()
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) AS due WHERE due.id = purge.id RETURNING purge.id, purge.path
"""
