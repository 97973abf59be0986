"""The order of candidates: BM25 over fields, nearness of neighbouring words, a little for what is new."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from publishing.search.candidates import EXACT, RANKED, Plan, Source
from publishing.search.reading import Reading

SATURATION = 2.0
"""BM25's k1: how slowly a word that is repeated stops to count."""

LENGTH = 0.75
"""BM25's b: how much more often a long article must repeat a word to say the same."""

TITLE = 4.0
"""A word in the title counts for so many more in the text; for other fields see `FIELDS`."""

NEARNESS = 0.2
"""How much two neighbouring words of the query add where they stand near one another."""

FRESHNESS = 0.1
"""How much more an article of today counts than a very old one; half of it a year later."""

# Postgres's order is: text, summary, names of tags and authors, title.
EVERYWHERE = "'{1,1,1,1}'::float4[]"
FIELDS = "'{0,.2,.6,1}'::float4[]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """SQL with its parameters."""

    sql: str
    parameters: tuple[Any, ...]


def ranking(
    plan: Plan,
    reading: Reading,
    *,
    by_date: bool,
    most: int,
    with_facets: bool,
    freshness: float,
    before: dt.datetime | None = None,
) -> Statement:
    """A statement for the best candidates (key, published_at, score, which words they have, sorted as
    `reading.words`), with each row the number of matches and when the newest was published, the numbers of ranked
    and of right ones, and facets' counts.
    """
    matching, *heads = plan.sources[:1] if by_date else plan.sources
    first, second = (
        _matching(matching, reading, before),
        [_matching(source, reading, before) for source in heads],
    )
    ranks, rank_parameters = _ranks(reading)
    strict, strict_parameters = ("WHERE vector @@ %s::tsquery", [plan.strict]) if plan.strict else ("", [])
    score, score_parameters = _score(reading, freshness)
    sql = RANKING.format(
        matching=first.sql,
        heads="".join(HEADS.format(matching=one.sql, ranked=RANKED // 3) for one in second),
        size=f"{1 - LENGTH}::float8 + {LENGTH / max(1.0, reading.figures.length)}::float8 * length(vector)",
        ranks=ranks,
        counts=", ".join(
            f"{_times(f'r{number}')} + {TITLE} * {_times(f'f{number}')} AS n{number}"
            for number, _ in enumerate(reading.words)
        ),
        strict=strict,
        score=score,
        has=", ".join(f"n{number} > 0" for number, _ in enumerate(reading.words)),
        order="published_at DESC" if by_date else "score DESC, published_at DESC",
        facets=FACETS.format(table="ranked" if plan.strict else "matching", most=EXACT)
        if with_facets
        else "NULL",
        ranked=RANKED,
    )
    parameters = [*first.parameters, *(p for one in second for p in one.parameters), *rank_parameters]
    return Statement(sql=sql, parameters=(*parameters, *strict_parameters, *score_parameters, most))


def _matching(source: Source, reading: Reading, before: dt.datetime | None) -> Statement:
    since, indexed = [source.since] if source.since else [], [source.indexed] if source.indexed else []
    until = [before] if before else []
    opened = [source.opened] if source.opened else []
    sql = ENTRIES.format(
        since="AND published_at >= %s" if since else "",
        until="AND published_at <= %s" if until else "",
        indexed=f"AND {source.column} @@ %s::tsquery" if indexed else "",
        fence=FENCE if opened else "",
        opened=OPENED if opened else "",
    )
    return Statement(sql=sql, parameters=(reading.figures.config, *since, *until, *indexed, *opened))


def _ranks(reading: Reading) -> tuple[str, list[Any]]:
    """Postgres's rank of each word in an article, everywhere and in its fields, and of each two neighbours."""
    columns, parameters = [], []
    for number, word in enumerate(reading.words):
        columns += [f"ts_rank({EVERYWHERE}, vector, %s::tsquery) AS r{number}"]
        columns += [f"ts_rank({FIELDS}, vector, %s::tsquery) AS f{number}"]
        parameters += [word.tsquery] * 2
    for number, (one, other) in enumerate(pairwise(reading.words)):
        near = f"ts_rank({EVERYWHERE}, vector, %s::tsquery)"
        columns.append(f"CASE WHEN vector @@ %s::tsquery THEN {near} ELSE 0 END AS near{number}")
        parameters += [f"{one.tsquery} & {other.tsquery}"] * 2
    return ", ".join(columns), parameters


def _times(rank: str) -> str:
    """How often a word stands in a field. `ts_rank` sums 1/1² + 1/2² + 1/3² …, of at most π²/6, and this
    undoes it. Postgres has no function that says it, and to take vectors apart costs many times as much.
    """
    return f"{rank} / (1.645::float8 * (1.00001::float8 - least({rank}, 1)))"


def _score(reading: Reading, freshness: float) -> tuple[str, list[Any]]:
    parts, parameters = [], []
    for number, word in enumerate(reading.words):
        parts.append(f"%s * n{number} / (n{number} + {SATURATION}::float8 * size)")
        parameters.append((1 + SATURATION) * reading.rarity(word))
    for number, (one, other) in enumerate(pairwise(reading.words)):
        parts.append(f"%s * near{number} / size")
        parameters.append(NEARNESS * min(reading.rarity(one), reading.rarity(other)))
    # Of what is older than a millennium, exp would be so small that Postgres makes an error of it.
    age = "least(greatest(date_part('epoch', now() - published_at), 0) / 45000000, 100)"
    fresh = f"(1 + %s * exp(-{age}))"
    return f"({' + '.join(parts)}) * {fresh}", [*parameters, freshness]


ENTRIES = """
SELECT key, published_at, facets, vector FROM (
    SELECT * FROM publishing_searchentry WHERE config = %s {since} {until} {indexed} {fence}
) AS entry {opened}
"""

# What stands before OFFSET the planner leaves alone: it would ask the index of words.
FENCE, OPENED = "OFFSET 0", "WHERE vector @@ %s::tsquery"

HEADS = """
UNION ALL (
    SELECT * FROM ({matching} ORDER BY published_at DESC, key DESC LIMIT {ranked}) AS head
    WHERE NOT EXISTS (SELECT FROM newest WHERE newest.key = head.key)
)
"""

# Counting fifty thousand words costs Postgres four times what it costs Python.
FACETS = "(SELECT string_agg(facets, ' ') FROM (SELECT facets FROM {table} LIMIT {most}) AS sampled)"

RANKING = """
WITH matching AS MATERIALIZED ({matching}),
newest AS MATERIALIZED (SELECT * FROM matching ORDER BY published_at DESC, key DESC LIMIT {ranked}),
chosen AS (SELECT * FROM newest {heads}),
-- Each is opened once, by taking nothing out of it; else every function would fetch it from its storage anew.
opened AS (SELECT key, published_at, facets, ts_delete(vector, '') AS vector FROM chosen OFFSET 0),
ranked AS MATERIALIZED (
    SELECT key, published_at, facets, {size} AS size, {ranks} FROM opened {strict}
),
counted AS (SELECT *, {counts} FROM ranked OFFSET 0),
scored AS (
    SELECT key, published_at, {score} AS score, ARRAY[{has}] AS has, count(*) OVER () AS fitting FROM counted
)
SELECT key, published_at, score, has, (SELECT count(*) FROM matching), (SELECT max(published_at) FROM matching),
    (SELECT count(*) FROM chosen), fitting,
    CASE WHEN row_number() OVER (ORDER BY {order}, key DESC) = 1 THEN {facets} END
FROM scored ORDER BY {order}, key DESC LIMIT %s
"""
