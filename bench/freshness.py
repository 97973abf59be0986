"""How soon readers see a change and a withdrawal of a page that is being read, behind two standbys; nothing may flip.

`make bench-freshness [LAG=seconds]`: first both standbys keep up, then one of them replays everything so many seconds
late. The last line is a JSON object; `flips` counts answers that were older than an earlier one.
"""

import datetime as dt
import http.client
import json
import os
import random
import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from bench.pipeline import draft, percentiles
from bench.publication import Publication, publication, settle, until
from config.local import Standby

PAGES, GROUP = 200, 20
"""How many pages are changed and withdrawn, and how many of them are read at a time."""

PAUSE = 0.02
"""Seconds between two readings of a page: what a figure may be too high by."""

APART = 0.3
"""Seconds by which changes are apart at most: a busy newsroom, and no import."""

AFTERWARDS = 1.5
"""Seconds for which a page is still read after all has been seen: for as long an older one might come back."""

EDITION = re.compile(rb"edition-(\d+)-")
WITHDRAWN = 1_000_000
"""The edition of a page that answers 410."""


def main() -> None:
    lag = float(os.environ.get("LAG") or 2)
    with publication(replicas=2) as running:
        import django

        django.setup()
        import config.celery  # noqa: F401  tasks are sent from here too

        until(lambda: _states(running) == ["serving"] * 2, "both standbys serve")
        figures = {"level": _measure(running, "level")}
        with _late(running.standbys[1], lag):
            figures["unequal"] = {"lag_s": lag, **_measure(running, "unequal")}
    print(json.dumps(figures))


@contextmanager
def _late(standby: Standby, seconds: float) -> Iterator[None]:
    """Everything that commits is replayed so much later."""
    with psycopg.connect(standby.url(), autocommit=True) as superuser:
        superuser.execute(f"ALTER SYSTEM SET recovery_min_apply_delay = '{int(seconds * 1000)}ms'")
        superuser.execute("SELECT pg_reload_conf()")
        yield


def _measure(running: Publication, name: str) -> dict[str, Any]:
    from django.utils import timezone

    random.seed(1)
    slugs = [f"{name}-{number}" for number in range(PAGES)]
    keys = {slug: draft(slug).pk for slug in slugs}
    for slug in slugs:
        _change(keys[slug], slug, 0)
    settle()
    changes: list[float] = []
    withdrawals: list[float] = []
    flips, began = 0, timezone.now()
    for start in range(0, PAGES, GROUP):
        group = slugs[start : start + GROUP]
        with _Reading(running.place.site_port, group) as reading:
            reading.wait(dict.fromkeys(group, 0))
            changed = {slug: _change(keys[slug], slug, 1) for slug in _now_and_then(group)}
            changes += reading.wait(dict.fromkeys(group, 1), changed)
            time.sleep(AFTERWARDS)
            gone = {slug: _withdraw(keys[slug]) for slug in _now_and_then(group)}
            withdrawals += reading.wait(dict.fromkeys(group, WITHDRAWN), gone)
            time.sleep(AFTERWARDS)
        flips += reading.flips
        print(f"{name}: {start + GROUP} pages, states {_states(running)}, flips {flips}", file=sys.stderr)
    return {
        "change": _figures(changes),
        "withdrawal": _figures(withdrawals),
        "flips": flips,
        **_applied(began),
    }


def _applied(since: dt.datetime) -> dict[str, Any]:
    """When publishing had them: what of the figures is the pipeline's."""
    from django.db.models import F

    from authoring.models import OutboxMessage

    rows = OutboxMessage.objects.filter(created_at__gt=since, kind="article", applied_at__isnull=False)
    spans = rows.annotate(span=F("applied_at") - F("created_at")).values_list("span", flat=True)
    return {"applied": _figures([span.total_seconds() * 1000 for span in spans])}


def _figures(milliseconds: list[float]) -> dict[str, float]:
    return {f"{name}_ms": value for name, value in percentiles(milliseconds).items()}


def _now_and_then(slugs: list[str]) -> Iterator[str]:
    for slug in random.sample(slugs, len(slugs)):
        time.sleep(random.uniform(0, APART))
        yield slug


class _Reading:
    """Reads pages again and again, and notes when each showed which edition first."""

    def __init__(self, port: int, slugs: list[str]) -> None:
        self.flips = 0
        self._seen: dict[str, dict[int, float]] = defaultdict(dict)
        self._newest: dict[str, int] = {}
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(port, slugs[n::2])) for n in range(2)]

    def _read(self, port: int, slugs: list[str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while not self._enough.is_set():
            started = time.monotonic()
            for slug in slugs:
                connection.request("GET", f"/{slug}/")
                response = connection.getresponse()
                self._note(slug, response.status, response.read())
            self._enough.wait(max(0, PAUSE - (time.monotonic() - started)))
        connection.close()

    def _note(self, slug: str, status: int, body: bytes) -> None:
        found = EDITION.search(body) if status == 200 else None
        edition = int(found[1]) if found else {410: WITHDRAWN, 404: -1}[status]
        self.flips += edition < self._newest.get(slug, -1)
        self._newest[slug] = edition
        self._seen[slug].setdefault(edition, time.monotonic())

    def wait(self, editions: dict[str, int], since: dict[str, float] | None = None) -> list[float]:
        """Wait until all are seen. Returns after how many milliseconds each was."""
        for slug, edition in editions.items():
            until(lambda: edition in self._seen[slug], f"edition {edition} of {slug}")  # noqa: B023  waited for here
        return [(self._seen[slug][editions[slug]] - moment) * 1000 for slug, moment in (since or {}).items()]

    def __enter__(self) -> "_Reading":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()


def _change(key: Any, slug: str, edition: int) -> float:
    """Publish another text. Returns when it was committed."""
    from django.utils import timezone

    from authoring.services import articles
    from authoring.services.texts import Text

    body = f"edition-{edition}- of the text. " + "Words that fill a paragraph. " * 60
    articles.save_draft(key, Text(title=slug.title(), slug=slug, body=body))
    return _committed(lambda: articles.publish(key, now=timezone.now()))


def _withdraw(key: Any) -> float:
    from django.utils import timezone

    from authoring.services import articles

    return _committed(lambda: articles.withdraw(key, now=timezone.now()))


def _committed(service: Any) -> float:
    from django.db import transaction

    moment: list[float] = []
    with transaction.atomic():
        transaction.on_commit(lambda: moment.append(time.monotonic()))
        service()
    return moment[0]


def _states(running: Publication) -> list[str]:
    connection = http.client.HTTPConnection("127.0.0.1", running.place.site_port, timeout=5)
    try:
        connection.request("GET", "/health/")
        found = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException):
        return []
    finally:
        connection.close()
    return list(found["replicas"].values())


if __name__ == "__main__":
    main()
