"""A page as an HTTP answer: negotiated, conditional, with its headers."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.utils.http import http_date, parse_http_date_safe

from publishing.pages import policy
from publishing.server.memory import Form, Headers, StoredPage
from publishing.server.paths import address

Environ = Mapping[str, Any]

LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

CACHE = ("Cache-Control", policy.CACHE)
VARY = ("Vary", "Accept-Encoding")
CSP = {kind: ("Content-Security-Policy", policy.csp_for(kind)) for kind in policy.WITH_SCRIPT}
NO_SCRIPT = ("Content-Security-Policy", policy.csp())
GZIP = ("Content-Encoding", "gzip")
ANY_ORIGIN = ("Access-Control-Allow-Origin", "*")
FROM_MEMORY = ("Server-Timing", 'page;desc="memory"')

EPOCH = 946_684_800
"""Midnight of 2000, from which Postgres counts, in Unix time."""


@dataclass(slots=True)
class Answer:
    """Status, headers and body, ready for WSGI."""

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    whole: bool = False
    """Whether `headers` are all there are."""


def form(common: Headers, page: StoredPage) -> Form | None:
    """A page with its headers as most clients get it: compressed, from memory, no older than it may be.

    The last header says where it came from.
    """
    if page.status != HTTPStatus.OK:
        return None
    known = [*common, *_headers(page), *_validators(page, zipped=True)]
    length = ("Content-Length", str(len(page.body)))
    headers = [*known, ("Content-Type", page.content_type), GZIP, length, FROM_MEMORY]
    return Form(f'"{page.etag}-gzip"', headers, [page.body], [*known, FROM_MEMORY])


def ready(form: Form, *, more: Headers, known: bool) -> Answer:
    """The answer of a page whose headers are ready, with others for the last one."""
    if known:
        return Answer(HTTPStatus.NOT_MODIFIED, [*form.known[:-1], *more], whole=True)
    return Answer(HTTPStatus.OK, [*form.headers[:-1], *more], form.body[0], whole=True)


def answer(page: StoredPage, environ: Environ, *, more: Headers | None = None) -> Answer:
    """The answer to a request for `page`, with more headers; 304 where the client has it already."""
    headers = [*_headers(page), *(more or [])]
    if page.status == HTTPStatus.MOVED_PERMANENTLY:
        return Answer(page.status, [*headers, ("Location", address(page.location.encode()))])
    zipped = accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    if page.status == HTTPStatus.OK:
        headers += _validators(page, zipped=zipped)
        if is_known(page, environ):
            return Answer(HTTPStatus.NOT_MODIFIED, headers)
    headers.append(("Content-Type", page.content_type))
    if zipped:
        return Answer(page.status, [*headers, GZIP], page.body)
    return Answer(page.status, headers, gzip.decompress(page.body))


def is_known(page: StoredPage, environ: Environ) -> bool:
    """Whether the client says that it has this page. In which encoding makes no difference."""
    if given := environ.get("HTTP_IF_NONE_MATCH"):
        tags = [tag.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for tag in given.split(",")]
        return given.strip() == "*" or page.etag in tags
    if given := environ.get("HTTP_IF_MODIFIED_SINCE"):
        since = parse_http_date_safe(given)
        return since is not None and _seconds(page) <= since
    return False


@lru_cache(256)
def accepts_gzip(header: str) -> bool:
    """Whether an `Accept-Encoding` allows gzip."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = _weight(parameter)
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def _headers(page: StoredPage) -> Headers:
    headers = [CACHE, VARY, CSP.get(page.kind, NO_SCRIPT)]
    if page.surrogate_keys:
        headers.append(("Surrogate-Key", page.surrogate_keys))
    if page.path.startswith("/api/"):
        headers.append(ANY_ORIGIN)
    return headers


def _validators(page: StoredPage, *, zipped: bool) -> Headers:
    etag = f'"{page.etag}-gzip"' if zipped else f'"{page.etag}"'
    return [("ETag", etag), ("Last-Modified", http_date(_seconds(page)))]


def _seconds(page: StoredPage) -> int:
    """When it was changed, in Unix time."""
    return page.changed_at // 1_000_000 + EPOCH
