"""Measure search on a collection with known answers, beside plain ts_rank and BM25."""

import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from cms import rendering
from cms.databases import READ
from publishing import search, tables
from publishing.models import PublishedArticle

DEPTH = 100
SCHEMA = "search_evaluation"
TABLES = ("publishedarticle", "searchentry", "searchfigures", "searchlexeme", "searchword")

Order = Callable[[str], Sequence[str]]
Judged = dict[str, dict[str, float]]


class Command(BaseCommand):
    help = (
        "Load a collection into a schema of its own, by the product's own indexing, search it for every query "
        "that has a judged document, and print nDCG@10, MAP@100, recall@100 and milliseconds as JSON, beside "
        "plain ts_rank and BM25. The schema goes away at the end."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--docs", type=Path, required=True, help="JSON lines: id, title, body")
        parser.add_argument("--queries", type=Path, required=True, help="JSON lines: id, text")
        parser.add_argument("--qrels", type=Path, required=True, help="TSV: query, document, relevance")
        parser.add_argument("--language", default="english", help="a language of Postgres's configurations")
        parser.add_argument("--halves", action="store_true", help="each half of the queries, too")

    def handle(self, *args: Any, **options: Any) -> None:
        docs = list(_lines(options["docs"]))
        judged = _judged(options["qrels"])
        queries = {
            str(one["id"]): one["text"] for one in _lines(options["queries"]) if str(one["id"]) in judged
        }
        if not docs or not queries:
            raise CommandError("There are no documents, or no queries with a judged document.")
        with connections[READ].cursor() as cursor:
            _scratch(cursor)
            try:
                _load(docs, _language(options["language"]))
                figures = _figures(docs, queries, judged, halves=options["halves"])
            finally:
                cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
                cursor.execute("RESET search_path")
        self.stdout.write(json.dumps(figures))


def _scratch(cursor: Any) -> None:
    """Empty tables of our own in front of the real ones. Needs a role that may create a schema."""
    cursor.execute("SELECT current_schema(), current_setting('search_path')")
    schema, path = cursor.fetchone()
    cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    cursor.execute(f"CREATE SCHEMA {SCHEMA}")
    for table in TABLES:
        cursor.execute(
            f"CREATE TABLE {SCHEMA}.publishing_{table} (LIKE {schema}.publishing_{table} INCLUDING ALL)"
        )
    cursor.execute("SELECT set_config('search_path', %s, false)", [f"{SCHEMA},{path}"])


def _load(docs: Sequence[dict[str, Any]], language: str) -> None:
    now = timezone.now()
    rows = [_row(doc, language, now) for doc in docs]
    for start in range(0, len(rows), 500):
        tables.upsert(PublishedArticle, rows[start : start + 500])
        tables.write_vectors(rows[start : start + 500])
    search.renew()


def _row(doc: dict[str, Any], language: str, now: Any) -> PublishedArticle:
    text = str(doc["body"])
    return PublishedArticle(
        key=str(doc["id"]),
        version=1,
        path=f"/{doc['id']}/",
        language=language,
        title=str(doc["title"]),
        summary=rendering.excerpt(text),
        html="",
        text=text,
        minutes=1,
        published_at=now,
        updated_at=now,
        tags=[],
        authors=[],
        tag_keys=[],
        author_keys=[],
    )


def _figures(
    docs: Sequence[dict[str, Any]], queries: dict[str, str], judged: Judged, *, halves: bool
) -> dict[str, Any]:
    orders: dict[str, Order] = {"imprint": _imprint, "ts_rank": _ts_rank, "bm25": _bm25(docs)}
    asked = {"": lambda number: True}
    if halves:
        asked |= {" even": lambda number: number % 2 == 0, " odd": lambda number: number % 2 == 1}
    found: dict[str, Any] = {}
    for name, order in orders.items():
        answers, taken = _answers(order, queries)
        for half, belongs in asked.items():
            ours = {query for number, query in enumerate(queries, start=1) if belongs(number)}
            measured = {query: answers[query] for query in ours}
            found[name + half] = {**_measures(measured, judged), "ms": taken}
    return found


def _answers(order: Order, queries: dict[str, str]) -> tuple[dict[str, Sequence[str]], float]:
    """What each query finds, and how many milliseconds one takes."""
    order(next(iter(queries.values())))
    started = time.perf_counter()
    answers = {query: order(text) for query, text in queries.items()}
    return answers, round((time.perf_counter() - started) * 1000 / len(queries), 2)


def _imprint(text: str) -> Sequence[str]:
    return search.order(text, most=DEPTH)


def _ts_rank(text: str) -> Sequence[str]:
    """Postgres's own: any of the query's words, ranked with its default weights."""
    with connections[READ].cursor() as cursor:
        cursor.execute(TS_RANK, [text, DEPTH])
        return [key for (key,) in cursor.fetchall()]


TS_RANK = """
WITH asked AS (
    SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS query
    FROM (SELECT config FROM publishing_searchentry LIMIT 1) AS one, unnest(to_tsvector(config::regconfig, %s))
)
SELECT key FROM publishing_searchentry, asked WHERE vector @@ query
ORDER BY ts_rank(vector, query) DESC, key LIMIT %s
"""


def _bm25(docs: Sequence[dict[str, Any]]) -> Order:
    """rank_bm25's Okapi over the same stems, with Lucene's parameters."""
    try:
        from rank_bm25 import BM25Okapi
    except ImportError as error:
        raise CommandError("BM25 needs the package rank_bm25: install imprint[dev].") from error
    stems = {str(doc["id"]): _stems(f"{doc['title']} {doc['body']}") for doc in docs}
    keys = list(stems)
    model = BM25Okapi(list(stems.values()), k1=1.2, b=0.75)

    def order(text: str) -> Sequence[str]:
        scores = model.get_scores(_stems(text))
        best = sorted(range(len(keys)), key=lambda number: -scores[number])[:DEPTH]
        return [keys[number] for number in best if scores[number] > 0]

    return order


def _stems(text: str) -> list[str]:
    with connections[READ].cursor() as cursor:
        cursor.execute(STEMS, [search.words(text)])
        return [lexeme for (lexeme,) in cursor.fetchall()]


STEMS = """
SELECT lexeme FROM (SELECT config FROM publishing_searchentry LIMIT 1) AS one,
    unnest(to_tsvector(config::regconfig, %s)) AS word, unnest(word.positions) AS place
"""


def _measures(answers: dict[str, Sequence[str]], judged: Judged) -> dict[str, float]:
    each = [(_gains(found, judged[query]), judged[query]) for query, found in answers.items()]
    return {
        "ndcg@10": _mean(_ndcg(gains, right) for gains, right in each),
        "map@100": _mean(_average_precision(gains, right) for gains, right in each),
        "recall@100": _mean(sum(gain > 0 for gain in gains) / len(right) for gains, right in each),
    }


def _gains(found: Sequence[str], right: dict[str, float]) -> list[float]:
    return [right.get(key, 0.0) for key in found[:DEPTH]]


def _ndcg(gains: Sequence[float], right: dict[str, float], depth: int = 10) -> float:
    ideal = sorted(right.values(), reverse=True)
    return _discounted(gains[:depth]) / _discounted(ideal[:depth])


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1))


def _average_precision(gains: Sequence[float], right: dict[str, float]) -> float:
    places = [place for place, gain in enumerate(gains, start=1) if gain > 0]
    return sum(number / place for number, place in enumerate(places, start=1)) / len(right)


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return round(sum(listed) / len(listed), 4)


def _lines(file: Path) -> Iterable[dict[str, Any]]:
    try:
        with file.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())
    except (OSError, ValueError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error


def _judged(file: Path) -> Judged:
    """Relevances above 0, by query and document."""
    judged: Judged = {}
    try:
        for line in file.read_text(encoding="utf-8").splitlines():
            query, document, relevance = line.split("\t")
            if float(relevance) > 0:
                judged.setdefault(query, {})[document] = float(relevance)
    except (OSError, ValueError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
    return judged


def _language(name: str) -> str:
    """The code of a language that Postgres names in English; of others the name itself."""
    return next((code for code, config in search.CONFIGS.items() if config == name), name[:16])
