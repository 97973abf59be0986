"""Telling a cache in front that a page changed: owed with the page, sent after it, owed until the cache says yes."""

import http.client
import logging
from collections.abc import Iterable, Iterator
from typing import NamedTuple
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

KEYS = 100
"""How many keys one question names: as many as fit into a header of 8 kB, Varnish's bound."""

DONE = (200, 201, 202, 204)
NOT_FOUND = 404


class Refused(Exception):
    """The cache did not do what it was asked."""


class Change(NamedTuple):
    """A page that changed, came or went, and the keys by which a cache may hold what it was, by spaces."""

    path: str
    keys: str


class Question(NamedTuple):
    """What the cache is asked to forget, and how."""

    names: tuple[str, ...]
    method: str
    target: str
    headers: dict[str, str]
    done: tuple[int, ...] = DONE


def owe(changes: Iterable[Change]) -> None:
    """Owe the cache, if there is one, that these pages changed. In the transaction that changed them."""
    rows = sorted(set(changes)) if settings.PURGE_URL else []
    if rows:
        with connections[READ].cursor() as cursor:
            cursor.execute(OWE, [list(column) for column in zip(*rows, strict=True)])


def purge_some() -> int:
    """Tell the cache of up to a batch of pages. Returns how many it took; 0 where nothing is due or it fails.

    Claimed with a lease that doubles from 5 s to 5 min, so that nothing is locked while the cache answers.
    """
    if not settings.PURGE_URL:
        return 0
    with transaction.atomic(using=READ), connections[READ].cursor() as cursor:
        cursor.execute(BOUND, [MOST])
        cursor.execute(CLAIM, [BATCH])
        claimed = {row: _names(Change(path, keys)) for row, path, keys in cursor.fetchall()}
    told, why = _tell(set().union(*claimed.values()))
    done = [row for row, names in claimed.items() if names <= told]
    if why:
        logger.warning("the cache was told of %s of %s changes: %s", len(done), len(claimed), why)
    with connections[READ].cursor() as cursor:
        cursor.execute("DELETE FROM publishing_purge WHERE id = ANY(%s)", [done])
    return len(done) if len(done) == len(claimed) else 0


def _names(change: Change) -> set[str]:
    """What the cache is told of a change."""
    return {change.path} if settings.PURGE_BY == "path" else set(change.keys.split())


def _tell(names: Iterable[str]) -> tuple[set[str], Exception | None]:
    """Ask the cache to forget these. Returns what it forgot, and why no more."""
    server = urlsplit(settings.PURGE_URL)
    kind = http.client.HTTPSConnection if server.scheme == "https" else http.client.HTTPConnection
    connection = kind(server.hostname or "", server.port, timeout=TIMEOUT)
    told: set[str] = set()
    try:
        for question in QUESTIONS[settings.PURGE_BY](sorted(names), server.path):
            _ask(connection, question)
            told.update(question.names)
    except (OSError, http.client.HTTPException, Refused) as error:
        return told, error
    finally:
        connection.close()
    return told, None


def _ask(connection: http.client.HTTPConnection, question: Question) -> None:
    name, _, value = settings.PURGE_HEADER.partition(":")
    secret = {name.strip(): value.strip()} if name else {}
    connection.request(question.method, question.target, headers=question.headers | secret)
    answer = connection.getresponse()
    answer.read()
    if answer.status not in question.done:
        raise Refused(f"it answered {answer.status}")


def _by_path(paths: list[str], base: str) -> Iterator[Question]:
    done = (*DONE, NOT_FOUND)
    for path in paths:
        yield Question((path,), "PURGE", base.rstrip("/") + quote(path), _of_site(), done)


def _by_xkey(keys: list[str], base: str) -> Iterator[Question]:
    for some in _batches(keys):
        yield Question(some, "PURGE", base or "/", _of_site() | {"xkey": " ".join(some)})


def _by_surrogate_key(keys: list[str], base: str) -> Iterator[Question]:
    # Asked of the CDN's own API and not of the site: the host is that of the address.
    for some in _batches(keys):
        yield Question(some, "POST", base or "/", {"Surrogate-Key": " ".join(some)})


def _batches(keys: list[str]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(keys), KEYS):
        yield tuple(keys[start : start + KEYS])


def _of_site() -> dict[str, str]:
    """A cache tells sites apart by their names."""
    return {"Host": urlsplit(settings.SITE_URL).netloc}


QUESTIONS = {"path": _by_path, "surrogate-key": _by_surrogate_key, "xkey": _by_xkey}

OWE = "INSERT INTO publishing_purge (path, keys) SELECT * FROM unnest(%s::text[], %s::text[])"
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
) AS due WHERE due.id = purge.id RETURNING purge.id, purge.path, purge.keys
"""
