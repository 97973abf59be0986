"""Search in a synthetic publication of a million articles: how long a query takes, by kind.

`make bench-search [SIZE=1000000] [DATA=folder]`; the publication is built once and kept in the folder. The last
line is a JSON object.
"""

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.publication import reader_of
from config.local import Postgres

SIZE = int(os.environ.get("SIZE") or 1_000_000)
EACH = 25
"""Queries of each class."""

SERVER = {"shared_buffers": "1GB"}
"""As operations.md advises for a million articles; Postgres's default is 128 MB."""

Query = tuple[str, Callable[[], Any]]


@contextmanager
def servers() -> Iterator[None]:
    """A cluster whose folder stays, and a process that knows it."""
    folder = Path(os.environ.get("DATA") or Path(tempfile.gettempdir()) / "imprint-bench-search") / str(SIZE)
    folder.mkdir(parents=True, exist_ok=True)
    for parent in (folder, folder.parent):
        parent.chmod(0o755)
    with Postgres(folder / "postgres", durable=False, settings=SERVER) as cluster:
        reader_of(cluster, DATABASE_POOL="20")
        yield


def main() -> None:
    with servers():
        import django

        django.setup()
        _prepare()
        queries = mix()
        figures: dict[str, Any] = {"articles": SIZE, "cold": _summary(_timed(queries))}
        _timed(queries)
        taken = [one for _ in range(2) for one in _timed(queries)]
        figures["mix"] = _summary(taken)
        figures["classes"] = {
            kind: _summary([one for one in taken if one[0] == kind])
            for kind in dict.fromkeys(k for k, _ in queries)
        }
        figures["clients_8"] = _together(queries, 8)
        figures["publish_ms"] = _publish()
        figures["bytes"] = _bytes()
    print(json.dumps(figures))


def _prepare() -> None:
    from django.core.management import call_command

    from bench import synthetic
    from publishing import search
    from publishing.models import SearchEntry

    call_command("migrate", database="read", verbosity=0)
    if not SearchEntry.objects.exists():
        started = time.monotonic()
        synthetic.build(SIZE)
        print(f"built in {time.monotonic() - started:.0f} s", file=sys.stderr)
    started = time.monotonic()
    search.renew(only_if_due=True)
    print(f"words counted in {time.monotonic() - started:.1f} s", file=sys.stderr)


def mix() -> list[Query]:
    """The fixed mix: every class as often as the others, in an order that is always the same."""
    from bench.synthetic import known_words as words

    chance = random.Random(7)

    def of(*kinds: str) -> str:
        return " ".join(chance.choice(words[kind]) for kind in kinds)

    kinds = list(words)
    makers: dict[str, Callable[[], str]] = {
        "one in every article": lambda: of("all"),
        "one in 10 %": lambda: of("tenth"),
        "one in 1 %": lambda: of("hundredth"),
        "one in 0.01 %": lambda: of("rare"),
        "two": lambda: of(*chance.choices(kinds, k=2)),
        "three": lambda: of(*chance.choices(kinds, k=3)),
        "four": lambda: of(*chance.choices(kinds, k=4)),
        "phrase": lambda: f'"{of(*chance.choices(kinds[:3], k=2))}"',
        "minus": lambda: f"{of(chance.choice(kinds))} -{of(chance.choice(kinds))}",
        "or": lambda: f"{of(chance.choice(kinds))} or {of(chance.choice(kinds))}",
        "beginning": lambda: of(chance.choice(kinds))[:-1] + "*",
    }
    queries = [
        (kind, _search(make(), facets=number % 2 == 0))
        for kind, make in makers.items()
        for number in range(EACH)
    ]
    queries += [("suggest", _suggest(of(chance.choice(kinds))[: chance.randint(2, 8)])) for _ in range(EACH)]
    chance.shuffle(queries)
    return queries


def _search(text: str, *, facets: bool) -> Callable[[], Any]:
    from publishing import search

    return lambda: search.search(text, with_facets=facets)


def _suggest(text: str) -> Callable[[], Any]:
    from publishing import search

    return lambda: search.suggest(text)


def _timed(queries: list[Query]) -> list[tuple[str, float]]:
    taken = []
    for kind, ask in queries:
        started = time.perf_counter()
        ask()
        taken.append((kind, (time.perf_counter() - started) * 1000))
    return taken


def _together(queries: list[Query], clients: int) -> dict[str, float]:
    """The mix from several clients at once: as many as can wait; two cores do the work."""
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        parts = pool.map(lambda n: _timed(queries[n::clients]), range(clients))
        taken = [one for part in parts for one in part]
    return {**_summary(taken), "per_s": round(len(taken) / (time.perf_counter() - started), 1)}


def _publish() -> float:
    """Milliseconds to index one more article, alone in its transaction; the median of fifty."""
    from bench import synthetic
    from publishing import tables
    from publishing.models import SearchEntry

    taken = []
    rows = list(synthetic.articles(SIZE, 50, SIZE + 50))
    for row in rows:
        started = time.perf_counter()
        tables.write_vectors([row])
        taken.append((time.perf_counter() - started) * 1000)
    SearchEntry.objects.filter(key__in=[row.key for row in rows]).delete()
    return round(statistics.median(taken), 2)


def _bytes() -> int:
    from django.db import connections

    with connections["read"].cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('publishing_searchentry')")
        return int(cursor.fetchone()[0])


def _summary(taken: list[tuple[str, float]]) -> dict[str, float]:
    cuts = statistics.quantiles([ms for _, ms in taken], n=100, method="inclusive")
    return {f"p{part}_ms": round(cuts[part - 1], 1) for part in (50, 95, 99)}


if __name__ == "__main__":
    main()
