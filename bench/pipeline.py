"""From publish to page: how long one takes, how late a scheduled one is, and how fast many go through.

`make bench-pipeline [CORPUS=folder]`; without a corpus the demo's articles are multiplied. The last line is a
JSON object.
"""

import datetime as dt
import http.client
import json
import statistics
import time
from typing import Any

from bench.publication import import_corpus, publication, rss_mb, settle, until

SINGLES, SCHEDULED, BURST = 300, 50, 1000


def main() -> None:
    with publication() as (place, supervisor, *_):
        import django

        django.setup()
        import config.celery  # noqa: F401  tasks are sent from here too

        site = http.client.HTTPConnection("127.0.0.1", place.site_port)
        until(lambda: _status(site, "/") == 200, "the site answers")
        figures: dict[str, Any] = {"import_articles_per_s": import_corpus(place.folder)}
        settle()
        figures["publish_to_visible_ms"] = percentiles([_single(site, n) for n in range(SINGLES)])
        settle()
        figures["scheduled_lateness_ms"] = percentiles(_scheduled())
        figures["scheduled_burst_s"] = _burst()
        settle()
        figures["replay_articles_per_s"] = _replay()
        _empty_read_tables()
        figures["rebuild_articles_per_s"] = _replay()
        figures["rss_mb"] = rss_mb(supervisor)
    print(json.dumps(figures))


def _single(site: http.client.HTTPConnection, number: int) -> float:
    """Milliseconds from the commit of one publish to its page over HTTP."""
    from django.db import transaction
    from django.utils import timezone

    from authoring.services import articles

    article = draft(f"single-{number}")
    committed: list[float] = []
    with transaction.atomic():
        transaction.on_commit(lambda: committed.append(time.monotonic()))
        articles.publish(article.pk, now=timezone.now())
    until(lambda: _status(site, f"/single-{number}/") == 200, "a page", pause=0.003)
    return (time.monotonic() - committed[0]) * 1000


def _scheduled() -> list[float]:
    """Milliseconds from when each was due to when it was projected."""
    from publishing.models import Position

    first = _now() + dt.timedelta(seconds=3)
    due = {
        str(_schedule(f"later-{n}", first + dt.timedelta(seconds=0.37 * n)).pk): n for n in range(SCHEDULED)
    }
    applied = Position.objects.filter(key__in=due)
    until(lambda: applied.count() == SCHEDULED, "scheduled pages", pause=0.2)
    moments = {key: first + dt.timedelta(seconds=0.37 * n) for key, n in due.items()}
    return [(position.applied_at - moments[position.key]).total_seconds() * 1000 for position in applied]


def _burst() -> float:
    """Seconds from when 1,000 articles are due until the last of them is projected."""
    from publishing.models import Page

    due = _now() + dt.timedelta(seconds=BURST * 0.02 + 2)
    keys = [str(_schedule(f"burst-{n}", due).pk) for n in range(BURST)]
    assert _now() < due, "it took too long to schedule them"
    pages = Page.objects.filter(key__in=keys, content_type__startswith="text/html", status=200)
    time.sleep(max(0, (due - _now()).total_seconds()))
    until(lambda: pages.count() == BURST, "the last page of the burst", pause=0.05)
    return round((_now() - due).total_seconds(), 2)


def _empty_read_tables() -> None:
    """As if the read database had been lost and migrated anew."""
    from django.apps import apps
    from django.db import connections

    tables = ", ".join(model._meta.db_table for model in apps.get_app_config("publishing").get_models())
    with connections["read"].cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables}")


def _replay() -> float:
    """Articles per second, until the last page and list is refreshed."""
    from authoring import outbox, tasks
    from authoring.models import Article

    total, started = Article.objects.filter(live_revision__isnull=False).count(), time.monotonic()
    outbox.replay()
    tasks.wake_relay()
    settle()
    return round(total / (time.monotonic() - started), 1)


def draft(slug: str) -> Any:
    """An article of some length."""
    from authoring.services import articles
    from authoring.services.texts import Text

    body = f"## A heading\n\nThe text of *{slug}*, with `code`.\n\n" + "Words that fill a paragraph. " * 60
    return articles.create(Text(title=slug.replace("-", " ").title(), slug=slug, body=body))


def _schedule(slug: str, due_at: dt.datetime) -> Any:
    from authoring.services import scheduling

    article = draft(slug)
    scheduling.schedule(article.pk, action="publish", due_at=due_at, zone="UTC", now=_now())
    return article


def _now() -> dt.datetime:
    from authoring.services import scheduling

    return scheduling.database_now()


def _status(site: http.client.HTTPConnection, path: str) -> int:
    try:
        site.request("GET", path)
        response = site.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        site.close()
        return 0
    return response.status


def percentiles(values: list[float]) -> dict[str, float]:
    """Of some milliseconds, as many lie below as the names say."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1)}


if __name__ == "__main__":
    main()
