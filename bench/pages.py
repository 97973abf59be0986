"""What the public site serves on one core, beside a WSGI hello with the same bytes on the same web server.

`make bench-pages [CORPUS=folder] [SIZE=articles]`; without a corpus the demo's articles are multiplied, and with a
size they are copied until there are so many. Postgres shares the server's core, the load has another. The last line
is a JSON object.
"""

import gzip
import http.client
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from honcho.environ import parse_procfile

from bench.copies import multiply
from bench.hello import FILE
from bench.load import Figures, at_random, cores, once_each, require_wrk
from bench.publication import Publication, import_corpus, publication, settle, tree_mb, until
from config.local import free_port
from config.local.place import ROOT

SAMPLE = 500
QUERIES = 5_000
GZIP = {"Accept-Encoding": "gzip"}
SITE, HELLO = "config.wsgi:application", "bench.hello:application"
BUSY = 0.9
"""The share of its core that the server must use for a figure to count: else something else was the limit."""

ARTICLES = "kind = 'article' AND status = 200 AND content_type LIKE 'text/html%'"
DOCUMENTS = "kind = 'article' AND status = 200 AND content_type = 'application/json'"
TAGS = "path LIKE '/tags/_%' AND status = 200"


def main() -> None:
    require_wrk()
    with publication() as running:
        import django

        django.setup()
        import config.celery  # noqa: F401  tasks are sent from here too

        import_corpus(running.place.folder)
        settle()
        running.supervisor.stop()
        size = int(os.environ.get("SIZE") or 0)
        if size:
            multiply(size)
            # What it left to do, Postgres would do while we measure.
            with psycopg.connect(running.read.url(), autocommit=True) as superuser:
                superuser.execute("CHECKPOINT")
        pin(int((running.read.folder / "postmaster.pid").read_text().split()[0]))
        print(json.dumps(measure(running, searching=not size)))


def pin(pid: int) -> None:
    """A server with its children, those to come included, to the server's core."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for one in (pid, *map(int, children)):
        os.sched_setaffinity(one, {cores()[0]})


def measure(running: Publication, *, searching: bool = True) -> dict[str, Any]:
    """All figures, each beside those of `hello`."""
    random.seed(1)
    articles = paths(ARTICLES)
    with web(running, SITE) as (port, _):
        keep_typical(running.place.folder, port, articles)
        known = [f"{path} {get(port, path)['etag']}" for path in articles]
        cards = api_lists(port)
    figures: dict[str, Any] = {}
    with web(running, HELLO, IMPRINT_DATA=str(running.place.folder)) as (port, _):
        hello = note(figures, "hello", lambda: at_random(port, articles, headers=GZIP))

    def tell(name: str, lines: list[str], **options: Any) -> None:
        note(figures, name, lambda: at_random(port, lines, headers=GZIP, **options), hello.rps)

    with web(running, SITE) as (port, pid):
        tell("warm", articles)
        tell("conditional", known)
        tell("lists", ["/", *paths(TAGS)])
        tell("api_article", paths(DOCUMENTS))
        tell("api_list", cards)
        tell("not_found", [f"/nothing-{number}/" for number in range(50_000)], refused=True)
        if searching:
            asked = queries()
            note(figures, "search", lambda: once_each(port, asked, headers=GZIP), hello.rps, times=1)
        memory = tree_mb(pid)
    with web(running, SITE, PAGE_CACHE_MB="0") as (port, _):
        tell("cold", articles)
    return {"articles": count(), "rss_mb": memory, **figures}


def note(
    figures: dict[str, Any], name: str, run: Callable[[], Figures], limit: float = 0, *, times: int = 3
) -> Figures:
    """Run until the server was the limit, at most so often."""
    for _ in range(times):
        found = run()
        print(
            f"{name}: {found.rps:,.0f}/s; the server's core was busy to {found.server:.0%}, the client to"
            f" {found.client:.0%}",
            file=sys.stderr,
        )
        if found.server >= BUSY:
            break
    else:
        raise SystemExit(f"{name}: not the server was the limit. Does something else run on this machine?")
    figures[name] = {
        "rps": round(found.rps, 1),
        "p50_ms": round(found.p50_ms, 3),
        "p99_ms": round(found.p99_ms, 3),
        "ratio": round(found.rps / (limit or found.rps), 3),
    }
    return found


@contextmanager
def web(running: Publication, application: str, **more: str) -> Iterator[tuple[int, int]]:
    """The Procfile's web server with `application` on the server's core; yields its port and process."""
    port = free_port()
    line = parse_procfile((ROOT / "Procfile").read_text()).processes["site"].replace(SITE, application)
    child = subprocess.Popen(  # noqa: S602  the Procfile is ours
        f"exec {line}",
        shell=True,
        env=running.environments["site"]
        | {"PORT": str(port), "API_THROTTLE": "", "SUGGEST_THROTTLE": "", **more},
        cwd=ROOT,
        preexec_fn=lambda: os.sched_setaffinity(0, {cores()[0]}),
    )
    try:
        until(lambda: answers(port), "the web server answers")
        yield port, child.pid
    finally:
        child.terminate()
        child.wait()


def answers(port: int) -> bool:
    try:
        get(port, "/")
    except OSError:
        return False
    return True


def get(port: int, path: str) -> dict[str, str]:
    """The headers of an answer by their names in small letters, and its body under the empty name."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=GZIP)
        response = connection.getresponse()
        return {name.lower(): value for name, value in response.getheaders()} | {"": response.read().hex()}
    finally:
        connection.close()


def keep_typical(folder: Path, port: int, addresses: list[str]) -> None:
    """Give hello the answer of the page whose size is nearest to the mean."""
    replies = [get(port, path) for path in addresses]
    mean = sum(len(reply[""]) for reply in replies) / len(replies)
    reply = min(replies, key=lambda one: abs(len(one[""]) - mean))
    headers = [(name, value) for name, value in reply.items() if name not in ("", "date", "server")]
    (folder / FILE).write_text(json.dumps({"headers": headers, "body": reply[""]}))


def paths(condition: str) -> list[str]:
    """Paths of stored pages, at most SAMPLE of them."""
    found = [row[0] for row in rows(f"SELECT path FROM publishing_page WHERE {condition} ORDER BY path")]
    return random.sample(found, min(SAMPLE, len(found)))


def api_lists(port: int) -> list[str]:
    """The API's list of 20, and what follows on it."""
    found = ["/api/v1/articles/"]
    while len(found) < SAMPLE // 20:
        following = json.loads(unpacked(get(port, found[-1])))["next"]
        if not following:
            break
        found.append("/api/v1/articles/?" + following.partition("?")[2])
    return found


def unpacked(reply: dict[str, str]) -> bytes:
    body = bytes.fromhex(reply[""])
    return gzip.decompress(body) if reply.get("content-encoding") == "gzip" else body


def queries() -> list[str]:
    """Addresses of searches for one or two words of the articles, each another."""
    texts = " ".join(row[0] for row in rows("SELECT text FROM publishing_publishedarticle ORDER BY key"))
    words = sorted(set(re.findall(r"[a-z]{4,}", texts.lower())))
    found = set(random.sample(words, min(QUERIES // 2, len(words))))
    while len(found) < QUERIES:
        found.add("+".join(random.sample(words, 2)))
    return [f"/search/?q={words}" for words in random.sample(sorted(found), QUERIES)]


def count() -> int:
    return int(rows("SELECT count(*) FROM publishing_publishedarticle")[0][0])


def rows(query: str) -> list[tuple[Any, ...]]:
    from django.db import connections

    from cms.databases import READ

    with connections[READ].cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


if __name__ == "__main__":
    main()
