"""The desk of a newsroom with 10,000 articles and 200,000 revisions: how long each page of the admin takes.

`make bench-desk [SIZE=10000] [DATA=folder]`; the newsroom is built once and kept in the folder. Each page is asked for
by a superuser and by an author, through all of Django but its web server. The last line is a JSON object:
{"page": {"p50_ms", "p95_ms", "queries"}}.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.local import Postgres, create_database

SIZE = int(os.environ.get("SIZE") or 10_000)
REVISIONS_EACH = 20
TIMES = 30
"""How often each page is asked for, after twice to warm up."""

LIST = "/admin/authoring/article/"
PAGES = {
    "desk": "/admin/",
    "articles": LIST,
    "articles, a page far down": f"{LIST}?p=150",
    "articles by title": f"{LIST}?o=1",
    "articles by status": f"{LIST}?o=2",
    "search: a frequent word": f"{LIST}?q={{frequent}}",
    "search: a rare word": f"{LIST}?q={{rare}}",
    "search: two words": f"{LIST}?q={{frequent}}+{{rare}}",
    "search: part of an address": f"{LIST}?q=article-123",
    "search: nothing": f"{LIST}?q=xyzzyplugh",
    **{
        f"status: {status}": f"{LIST}?status={status}"
        for status in ("draft", "future", "live", "changed", "withdrawn", "refused")
    },
    "language": f"{LIST}?language=de",
    "tag": f"{LIST}?tag=tag-7",
    "author": f"{LIST}?author=author-3",
    "all filters and a search": f"{LIST}?q={{frequent}}&status=live&language=en&tag=tag-7&author=author-3",
    "a new article": f"{LIST}add/",
    "an article": f"{LIST}{{article}}/change/",
    "its state": f"{LIST}{{article}}/state/",
    "its revisions": f"{LIST}{{article}}/revisions/",
    "its oldest revisions": f"{LIST}{{article}}/revisions/?page=20",
    "two revisions": f"{LIST}{{article}}/compare/?from=1&to=900",
    "its preview": f"{LIST}{{article}}/preview/",
    "its log": f"{LIST}{{article}}/log/",
    "choosing an article": "/admin/autocomplete/?app_label=authoring&model_name=scheduledchange"
    "&field_name=article&term={frequent}",
    "trash": f"{LIST}trash/",
    "schedule": "/admin/authoring/scheduledchange/",
    "pictures": "/admin/authoring/picture/",
    "library": "/admin/authoring/picture/library/?q=1",
    "tags": "/admin/authoring/tag/",
    "authors": "/admin/authoring/author/",
    "outbox": "/admin/authoring/outboxmessage/",
    "outbox: refused": "/admin/authoring/outboxmessage/?state=refused",
    "users": "/admin/auth/user/",
    "audit log": "/admin/audit/",
}


@contextmanager
def servers() -> Iterator[None]:
    """A cluster whose folder stays, and a process that knows it."""
    folder = Path(os.environ.get("DATA") or Path(tempfile.gettempdir()) / "imprint-bench-desk") / str(SIZE)
    folder.mkdir(parents=True, exist_ok=True)
    for parent in (folder, folder.parent):
        parent.chmod(0o755)
    with Postgres(folder / "postgres", durable=False) as cluster:
        create_database(cluster, "write")
        os.environ |= {
            "CMS_SIDE": "authoring",
            "CMS_SHAPE": "split",
            "SECRET_KEY": "a benchmark's",
            "WRITE_DATABASE_URL": cluster.url(database="imprint_write"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ALLOWED_HOSTS": "testserver",
            "STATIC_MANIFEST": "off",
            "LOG_LEVEL": "CRITICAL",
        }
        yield


def main() -> None:
    with servers():
        import django

        django.setup()
        _prepare()
        figures = dict(measured for who in ("chief", "writer0") for measured in _measured(who))
    print(json.dumps(figures))


def _prepare() -> None:
    from django.core.management import call_command

    from authoring.models import Article
    from bench import newsroom

    call_command("migrate", verbosity=0)
    if not Article.objects.exists():
        started = time.monotonic()
        newsroom.build(SIZE, SIZE * REVISIONS_EACH)
        print(f"built in {time.monotonic() - started:.0f} s", file=sys.stderr)


def _measured(who: str) -> Iterator[tuple[str, dict[str, float]]]:
    """Each page as `who` sees it; what they may not see is left out."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client

    client = Client()
    client.force_login(User.objects.get(username=who))
    names = _names()
    for page, path in PAGES.items():
        address = path.format(**names)
        asked: list[str] = []
        with connection.execute_wrapper(_counted(asked)):
            status = client.get(address).status_code
        if status == 200:
            client.get(address)
            taken = [_timed(lambda: client.get(address)) for _ in range(TIMES)]  # noqa: B023
            measured = {**_summary(taken), "queries": len(asked)}
            print(f"{who:8} {page:28} {measured}", file=sys.stderr)
            yield f"{page}{'' if who == 'chief' else ' (author)'}", measured


def _counted(asked: list[str]) -> Callable[..., Any]:
    def execute(ask: Callable[..., Any], sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return ask(sql, *rest)

    return execute


def _names() -> dict[str, Any]:
    from bench.newsroom import _key, vocabulary

    words = vocabulary()
    return {"frequent": words[40], "rare": words[15_000], "article": _key("article", 0)}


def _timed(ask: Callable[[], Any]) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1000


def _summary(taken: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return {f"p{part}_ms": round(cuts[part - 1], 1) for part in (50, 95)}


if __name__ == "__main__":
    main()
