"""A page as an HTTP answer: negotiated, conditional, with its headers."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.utils.http import http_date, parse_http_date_safe

from publishing.pages import policy
from publishing.server.memory import StoredPage
from publishing.server.paths import address

Environ = Mapping[str, Any]

CSP = {kind: policy.csp_for(kind) for kind in policy.WITH_SCRIPT}
NO_SCRIPT = policy.csp()


@dataclass(slots=True)
class Answer:
    """Status, headers and body, ready for WSGI."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def line(self) -> str:
        return f"{self.status} {HTTPStatus(self.status).phrase}"


def answer(page: StoredPage, environ: Environ, *, stale: int | None = None) -> Answer:
    """The answer to a request for `page`; 304 where the client has it already."""
    headers = _headers(page, stale)
    if page.status == HTTPStatus.MOVED_PERMANENTLY:
        return Answer(page.status, headers | {"Location": address(page.location)})
    zipped = accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    if page.status == HTTPStatus.OK:
        headers["ETag"] = f'"{page.etag}-gzip"' if zipped else f'"{page.etag}"'
        headers["Last-Modified"] = http_date(page.changed_at.timestamp())
        if is_known(page, environ):
            return Answer(HTTPStatus.NOT_MODIFIED, headers)
    headers["Content-Type"] = page.content_type
    if zipped:
        headers["Content-Encoding"] = "gzip"
    return Answer(page.status, headers, page.body if zipped else gzip.decompress(page.body))


def is_known(page: StoredPage, environ: Environ) -> bool:
    """Whether the client says that it has this page. In which encoding makes no difference."""
    if given := environ.get("HTTP_IF_NONE_MATCH"):
        tags = [tag.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for tag in given.split(",")]
        return given.strip() == "*" or page.etag in tags
    since = parse_http_date_safe(environ.get("HTTP_IF_MODIFIED_SINCE", ""))
    return since is not None and int(page.changed_at.timestamp()) <= since


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


def _headers(page: StoredPage, stale: int | None) -> dict[str, str]:
    headers = {
        "Cache-Control": policy.CACHE,
        "Vary": "Accept-Encoding",
        "Content-Security-Policy": CSP.get(page.kind, NO_SCRIPT),
    }
    if page.path.startswith("/api/"):
        headers["Access-Control-Allow-Origin"] = "*"
    if stale is not None:
        headers |= {"Warning": '110 - "Response is Stale"', "Age": str(stale)}
    return headers
