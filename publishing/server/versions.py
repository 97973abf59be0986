"""`?min_version=`: a page at that version or a newer one, past all memory; or word that it is not there yet."""

import datetime as dt
from contextlib import suppress
from urllib.parse import parse_qsl

from django.db import InterfaceError, OperationalError, connections

from cms.databases import READ, asked
from cms.patience import one_patience
from publishing import reading
from publishing.server.answers import Environ
from publishing.server.memory import StoredPage

NAME = "min_version"
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
MOST = 2**31 - 1
WRONG = f"Give a whole number from 1 to {MOST}, once."

# A page that combines several is nobody's own and has no version: it is always new enough.
LOOK_UP = """
SELECT status, content_type, location, etag, surrogate_keys, changed_at, kind, body FROM publishing_page
WHERE path = %s AND (version >= %s OR kind = '')
"""


class BadVersion(ValueError):
    """What is asked for is no version."""


def asked_for(environ: Environ) -> int | None:
    """The version that a request wants at least; None if it does not say. Raises `BadVersion`."""
    query = str(environ.get("QUERY_STRING", ""))
    if NAME not in query:
        return None
    match [value for name, value in parse_qsl(query, keep_blank_values=True) if name == NAME]:
        case []:
            return None
        case [text] if text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= MOST:
            return int(text)
    raise BadVersion


def find(path: str, version: int) -> StoredPage | None:
    """The page at `path` if a replica, or else the primary, has it at `version` or newer. Nobody waits for it.

    Raises the primary's error where that does not answer, and no replica has it.
    """
    nearest, *_ = reading.order()
    if nearest != READ:
        with suppress(OperationalError, InterfaceError), one_patience():
            if page := reading.ask_one(nearest, lambda: _look_up(path, version)):
                return page
    return reading.ask_primary(lambda: _look_up(path, version))


def _look_up(path: str, version: int) -> StoredPage | None:
    connection = connections[asked.get()]
    try:
        with connection.cursor() as cursor:
            cursor.execute(LOOK_UP, [path.encode("latin-1").decode(), version])
            row = cursor.fetchone()
    finally:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
    if row is None:
        return None
    status, content_type, location, etag, surrogate_keys, changed_at, kind, body = row
    return StoredPage(
        path=path,
        status=status,
        content_type=content_type,
        location=location,
        etag=etag,
        surrogate_keys=surrogate_keys,
        changed_at=int((changed_at - EPOCH) / dt.timedelta(microseconds=1)),
        body=bytes(body),
        kind=kind,
    )
