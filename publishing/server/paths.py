"""Which path a request names, and who answers it.

Paths are kept as WSGI hands them over: each character is one byte of the path, in latin-1's disguise.
"""

import re
from urllib.parse import quote

LONGEST = 2000
"""Bytes; no page has a longer path."""

# Control characters, empty segments and dot segments name no page: a server in front may read them otherwise.
STRANGE = re.compile(r"[\x00-\x1f\x7f]|//|/\.{1,2}(?=/|$)")

DJANGO = (
    "/admin/", "/api/", "/authoring/", "/favicon.ico", "/health/", "/media/", "/preview/", "/search/", "/static/",
)  # fmt: skip
READING = ("/api/v1/", "/health/", "/search/")
"""What Django answers from the read database."""

STORED_JSON = re.compile(r"/api/v1/articles/[^/]+/")


def clean(raw: str) -> str | None:
    """The path of a request, from WSGI; None if no page can have it."""
    path = raw or "/"
    try:
        if not path.isascii():
            path.encode("latin-1").decode()
    except UnicodeError:
        return None
    if len(path) > LONGEST or not path.startswith("/") or STRANGE.search(path):
        return None
    return path


def is_djangos(path: str) -> bool:
    """Whether Django answers this path alone. The JSON of an article is a stored page among its answers."""
    return path.startswith(DJANGO) and not STORED_JSON.fullmatch(path)


def address(path: bytes) -> str:
    """The path as a header carries it."""
    return quote(path, safe="/:@!$&'()*+,;=~-._")
