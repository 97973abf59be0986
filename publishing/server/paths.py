"""Which path a request names, and who answers it."""

import re
from urllib.parse import quote

LONGEST = 2000
"""Bytes; no page has a longer path."""

# Control characters, empty segments and dot segments name no page: a server in front may read them otherwise.
STRANGE = re.compile(r"[\x00-\x1f\x7f]|//|/\.{1,2}(?=/|$)")

DJANGO = ("/admin/", "/api/", "/authoring/", "/health/", "/media/", "/preview/", "/search/", "/static/")
STORED_JSON = re.compile(r"/api/v1/articles/[^/]+/")


def clean(raw: str) -> str | None:
    """The path of a request, from WSGI's latin-1 disguise; None if no page can have it."""
    try:
        encoded = raw.encode("latin-1")
        path = encoded.decode() or "/"
    except UnicodeError:
        return None
    if len(encoded) > LONGEST or not path.startswith("/") or STRANGE.search(path):
        return None
    return path


def is_djangos(path: str) -> bool:
    """Whether Django answers this path alone. The JSON of an article is a stored page among its answers."""
    return path.startswith(DJANGO) and not STORED_JSON.fullmatch(path)


def address(path: str) -> str:
    """The path as a header carries it."""
    return quote(path, safe="/:@!$&'()*+,;=~-._")
