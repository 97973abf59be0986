"""Gone, not found, not now: rendered a moment ago, and kept for when the database is down."""

import contextlib
import json
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connections

from cms.databases import asked
from cms.patience import patience
from publishing import reading
from publishing.pages import context, notices, policy
from publishing.pages.context import SiteFacts
from publishing.pages.store import JSON, Finished
from publishing.server.answers import Answer, Environ, answer
from publishing.server.memory import StoredPage

KEPT = 10.0
"""Seconds."""

PATIENCE = 0.5
"""Seconds that a request may take to look up the site's name."""

RETRY_AFTER = "5"


class Notices:
    """Answers for paths that have no page to show."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, may_ask: Callable[[], bool] = lambda: True
    ) -> None:
        """`may_ask` says whether a database would answer."""
        self._clock = clock
        self._may_ask = may_ask
        self._rendered_at = float("-inf")
        self._render(context.nameless())

    def gone(self, path: str, environ: Environ, surrogate_keys: str) -> Answer:
        found = self._answer("gone", path, environ)
        found.headers.append(("Surrogate-Key", surrogate_keys))
        return found

    def not_found(self, path: str, environ: Environ) -> Answer:
        return self._answer("not_found", path, environ)

    def unavailable(self, path: str, environ: Environ) -> Answer:
        """Never asks the database."""
        found = _negotiated(self._pages["unavailable"], path, environ)
        changed = {"Retry-After": RETRY_AFTER, "Cache-Control": policy.NEVER}
        if not path.startswith("/api/"):
            changed["Content-Security-Policy"] = self._own_style
        found.headers = list((dict(found.headers) | changed).items())
        return found

    def coming(self, path: str, environ: Environ) -> Answer:
        """A browser asks again by itself."""
        found = self._answer("coming", path, environ)
        changed = {"Retry-After": "1", "Refresh": "1", "Cache-Control": policy.NEVER}
        found.headers = list((dict(found.headers) | changed).items())
        return found

    def _answer(self, name: str, path: str, environ: Environ) -> Answer:
        now = self._clock()
        if now - self._rendered_at > KEPT and self._may_ask():
            self._rendered_at = now
            self._refresh()
        return _negotiated(self._pages[name], path, environ)

    def _refresh(self) -> None:
        with contextlib.suppress(OperationalError, InterfaceError), patience(PATIENCE):
            self._render(reading.ask(_site))

    def _render(self, site: SiteFacts) -> None:
        unavailable = notices.unavailable(site)
        self._own_style = policy.csp_of(unavailable.content.decode())
        self._pages = {
            "gone": _stored(notices.gone(site)),
            "not_found": _stored(notices.not_found(site)),
            "unavailable": _stored(unavailable),
            "coming": _stored(notices.coming(site)),
        }


def _negotiated(page: StoredPage, path: str, environ: Environ) -> Answer:
    if path.startswith("/api/"):
        words = {
            404: "There is no such article.",
            410: "This article was withdrawn.",
            503: "Please try again soon.",
        }
        page = _stored(
            Finished(
                path=path,
                status=page.status,
                content=_json(words[page.status]),
                content_type=JSON,
                surrogate_keys=page.surrogate_keys,
            )
        )
    return answer(page, environ)


def _json(detail: str) -> bytes:
    return json.dumps({"detail": detail}).encode()


def _stored(page: Finished) -> StoredPage:
    return StoredPage(
        path=page.path,
        status=page.status,
        content_type=page.content_type,
        location=page.location,
        etag=page.etag,
        surrogate_keys=page.surrogate_keys,
        changed_at=0,
        body=page.body,
    )


def _site() -> SiteFacts:
    try:
        return context.site()
    finally:
        _give_back()


def _give_back() -> None:
    """The connection goes back to the pool, or away if it broke."""
    connection = connections[asked.get()]
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
