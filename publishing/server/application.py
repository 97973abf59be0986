"""The WSGI application that answers with finished pages and leaves the rest to Django."""

import json
import random
import time
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.urls import is_valid_path

from cms.patience import patience
from publishing import reading
from publishing.pages import lists, policy, store
from publishing.server import paths, versions
from publishing.server.answers import (
    CACHE,
    LINES,
    Answer,
    Environ,
    accepts_gzip,
    answer,
    form,
    is_known,
    ready,
)
from publishing.server.databases import Databases, Unavailable
from publishing.server.memory import Headers, Memory
from publishing.server.notices import Notices
from publishing.server.source import Found, Source

StartResponse = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

OK, NOT_MODIFIED, UNAVAILABLE = LINES[200], LINES[304], LINES[503]

PATIENCE = 0.8
"""Seconds that Django may wait for the read database, for one request: those behind it wait as long."""


class PageServer:
    """Finished pages in front of `django`, a WSGI application."""

    def __init__(
        self,
        django: Wsgi,
        *,
        databases: Databases | None = None,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.django = django
        self.memory = Memory(settings.PAGE_CACHE_MB * 2**20, form=partial(form, _common()))
        self.source = Source(self.memory, databases=databases, clock=clock, chance=chance)
        self.notices = Notices(clock, may_ask=self.source.may_answer)
        self._common = _common()
        self._clock = clock
        self._redirects = settings.SECURE_SSL_REDIRECT

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        # What most requests ask for, with as little work as can be: nothing is looked up, made or copied.
        held = self.memory.get(environ["PATH_INFO"])
        if (
            held is not None
            and held.form is not None
            and self._clock() < held.fresh_until
            and environ["REQUEST_METHOD"] == "GET"
            and not environ.get("QUERY_STRING")
            and accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
            and not (self._redirects and not _is_secure(environ))
        ):
            held.used = True
            known = environ.get("HTTP_IF_NONE_MATCH")
            if known == held.form.etag:
                start_response(NOT_MODIFIED, held.form.known)
                return []
            if known is None and "HTTP_IF_MODIFIED_SINCE" not in environ:
                start_response(OK, held.form.headers)
                return held.form.body
        return self._answer_any(environ, start_response)

    def _answer_any(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = paths.clean(environ.get("PATH_INFO", ""))
        if path is not None and (paths.is_djangos(path) or _is_preflight(path, environ)):
            found = self._without_database(path, environ)
        else:
            found = self._answer(path, environ)
        if found is None:
            environ[reading.IS_UP] = self.source.is_up
            with patience(PATIENCE):
                return self.django(environ, self._timed(start_response))
        start_response(LINES[found.status], found.headers if found.whole else self._completed(found))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [found.body]

    def _completed(self, found: Answer) -> Headers:
        headers = [*self._common, *found.headers]
        if found.status != HTTPStatus.NOT_MODIFIED:
            headers.append(("Content-Length", str(len(found.body))))
        return headers

    def _timed(self, start_response: StartResponse) -> StartResponse:
        """`start_response` that says how long Django took until then, and notes where it waited in vain."""
        started = time.perf_counter()

        def timed(status: str, headers: Headers, exc_info: Any = None) -> Any:
            if status == UNAVAILABLE:
                self.source.doubt()
            timing = ("Server-Timing", f"django;dur={(time.perf_counter() - started) * 1000:.1f}")
            return start_response(status, [*headers, timing], exc_info)

        return timed

    def _without_database(self, path: str, environ: Environ) -> Answer | None:
        """The answer where Django would wait for a database that is down; None where it may be asked."""
        if path.startswith(paths.READING) and not self.source.is_up():
            return self.notices.unavailable(path, environ)
        return None

    def _answer(self, path: str | None, environ: Environ) -> Answer | None:
        """The answer, or None if it is Django's."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED, [("Allow", "GET, HEAD")])
        if path is None:
            return self.notices.not_found(str(environ.get("PATH_INFO")), environ)
        if self._redirects and not _is_secure(environ):
            return _moved(settings.SITE_URL + _address(path))
        started = time.perf_counter()
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
        page, form = found.held.page, found.held.form
        if page.status == HTTPStatus.GONE:
            return self.notices.gone(path, environ, page.surrogate_keys)
        more = _honesty(found, started)
        if form and accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            return ready(form, more=more, known=is_known(page, environ))
        return answer(page, environ, more=more)

    def _answer_version(self, path: str, version: int, environ: Environ) -> Answer | None:
        if not self.source.is_up():
            raise Unavailable
        try:
            with patience(PATIENCE):
                page = versions.find(path, version)
        except (OperationalError, InterfaceError) as error:
            self.source.doubt()
            raise Unavailable from error
        if page is None:
            on_demand = lists.is_on_demand(path) or not path.endswith("/")
            return self._missing(path, environ) if on_demand else self.notices.coming(path, environ)
        if page.status == HTTPStatus.GONE:
            return self.notices.gone(path, environ, page.surrogate_keys)
        return answer(page, environ)

    def _missing(self, path: str, environ: Environ) -> Answer | None:
        if lists.is_on_demand(path) or is_valid_path(path):
            return None
        if not path.endswith("/") and (is_valid_path(f"{path}/") or self._is_page(f"{path}/")):
            return _moved(_address(f"{path}/"))
        return self.notices.not_found(path, environ)

    def _is_page(self, path: str) -> bool:
        found = self.source.find(path)
        return found is not None and found.held.page.status != HTTPStatus.GONE


def _common() -> Headers:
    headers = dict(policy.COMMON)
    if settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"
    return list(headers.items())


def _honesty(found: Found, started: float) -> Headers:
    """Where a page came from; and that it is stale, if nobody could say that it is current."""
    if found.stale is not None:
        stale = [("Warning", '110 - "Response is Stale"'), ("Age", str(found.stale))]
        return [*stale, ("Server-Timing", 'page;desc="stale"')]
    milliseconds = (time.perf_counter() - started) * 1000
    kind = "database" if found.asked else "memory"
    return [("Server-Timing", f'page;desc="{kind}";dur={milliseconds:.2f}')]


def _moved(location: str) -> Answer:
    return Answer(HTTPStatus.MOVED_PERMANENTLY, [("Location", location), CACHE])


def _address(path: str) -> str:
    return paths.address(path.encode("latin-1"))


def _bad_version(path: str) -> Answer:
    if path.startswith("/api/"):
        words, content_type = json.dumps({versions.NAME: [versions.WRONG]}), store.JSON
    else:
        words, content_type = f"{versions.NAME}: {versions.WRONG}\n", store.PLAIN
    headers = [("Content-Type", content_type), ("Cache-Control", policy.NEVER)]
    return Answer(HTTPStatus.BAD_REQUEST, headers, words.encode())


def _is_secure(environ: Environ) -> bool:
    header, value = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    return environ.get("wsgi.url_scheme") == "https" or (bool(header) and environ.get(header) == value)


def _is_preflight(path: str, environ: Environ) -> bool:
    """A browser's question whether it may ask: Django answers it for the API."""
    return environ["REQUEST_METHOD"] == "OPTIONS" and path.startswith("/api/")
