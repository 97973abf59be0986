"""The WSGI application that answers with finished pages and leaves the rest to Django."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.urls import is_valid_path

from publishing.pages import lists, policy, store
from publishing.server import paths, versions
from publishing.server.answers import Answer, Environ, answer
from publishing.server.memory import Memory
from publishing.server.notices import Notices
from publishing.server.source import Source, Unavailable

StartResponse = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class PageServer:
    """Finished pages in front of `django`, a WSGI application."""

    def __init__(self, django: Wsgi, *, source: Source | None = None, notices: Notices | None = None) -> None:
        self.django = django
        self.source = source or Source(Memory(settings.PAGE_CACHE_MB * 2**20))
        self.notices = notices or Notices()
        self.common = dict(policy.COMMON)
        if settings.SECURE_HSTS_SECONDS:
            self.common["Strict-Transport-Security"] = (
                f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"
            )

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = paths.clean(environ.get("PATH_INFO", ""))
        if path is not None and (paths.is_djangos(path) or _is_preflight(path, environ)):
            return self.django(environ, start_response)
        found = self._answer(path, environ)
        if found is None:
            return self.django(environ, start_response)
        headers = {**self.common, **found.headers}
        if found.status != HTTPStatus.NOT_MODIFIED:
            headers["Content-Length"] = str(len(found.body))
        start_response(found.line, list(headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [found.body]

    def _answer(self, path: str | None, environ: Environ) -> Answer | None:
        """The answer, or None if it is Django's."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET, HEAD"})
        if path is None:
            return self.notices.not_found(str(environ.get("PATH_INFO")), environ)
        if settings.SECURE_SSL_REDIRECT and not _is_secure(environ):
            return _moved(settings.SITE_URL + paths.address(path))
        try:
            if version := versions.asked_for(environ):
                return self._answer_version(path, version, environ)
            found = self.source.find(path)
            if found is None:
                return self._missing(path, environ)
        except versions.BadVersion:
            return _bad_version(path)
        except Unavailable:
            return self.notices.unavailable(path, environ)
        if found.page.status == HTTPStatus.GONE:
            return self.notices.gone(path, environ)
        return answer(found.page, environ, stale=found.stale)

    def _answer_version(self, path: str, version: int, environ: Environ) -> Answer | None:
        page = versions.find(path, version)
        if page is None:
            on_demand = lists.is_on_demand(path) or not path.endswith("/")
            return self._missing(path, environ) if on_demand else self.notices.coming(path, environ)
        return self.notices.gone(path, environ) if page.status == HTTPStatus.GONE else answer(page, environ)

    def _missing(self, path: str, environ: Environ) -> Answer | None:
        if lists.is_on_demand(path) or is_valid_path(path):
            return None
        if not path.endswith("/") and (is_valid_path(f"{path}/") or self._is_page(f"{path}/")):
            return _moved(paths.address(f"{path}/"))
        return self.notices.not_found(path, environ)

    def _is_page(self, path: str) -> bool:
        found = self.source.find(path)
        return found is not None and found.page.status != HTTPStatus.GONE


def _moved(location: str) -> Answer:
    return Answer(HTTPStatus.MOVED_PERMANENTLY, {"Location": location, "Cache-Control": policy.CACHE})


def _bad_version(path: str) -> Answer:
    if path.startswith("/api/"):
        words, content_type = json.dumps({versions.NAME: [versions.WRONG]}), store.JSON
    else:
        words, content_type = f"{versions.NAME}: {versions.WRONG}\n", store.PLAIN
    headers = {"Content-Type": content_type, "Cache-Control": policy.NEVER}
    return Answer(HTTPStatus.BAD_REQUEST, headers, words.encode())


def _is_secure(environ: Environ) -> bool:
    header, value = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    return environ.get("wsgi.url_scheme") == "https" or (bool(header) and environ.get(header) == value)


def _is_preflight(path: str, environ: Environ) -> bool:
    """A browser's question whether it may ask: Django answers it for the API."""
    return environ["REQUEST_METHOD"] == "OPTIONS" and path.startswith("/api/")
