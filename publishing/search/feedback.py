"""A second look: where no article has all that was asked, the best ones say which other words belong to it."""

from collections.abc import Sequence

from publishing import reading as databases
from publishing.search.ranking import EVERYWHERE, LENGTH, SATURATION
from publishing.search.reading import Reading, quoted, weight_of
from publishing.search.texts import FACET

TEACHERS = 5
"""So many of the best articles are learned from."""

LEARNED = 10
"""So many words are learned, and each counts `WEIGHT` of a typed one at most."""

WEIGHT = 0.4

FEWEST = 6
"""With fewer terms than this a query names something, and other words would lead away from it. A run of a script
without spaces is one term: its pairs of characters are many, and say no more than a name does.
"""

SATISFIED = 0.75
"""An article that has so much of the query, by the weight of its words, is what was looked for."""

REACH = 200
"""So many of the best are put into a new order."""

Scored = tuple[str, float]


def is_wanted(reading: Reading, having: Sequence[Sequence[bool]]) -> bool:
    """Whether even the best articles, given which words each has, lack much of what was asked."""
    if len(reading.groups) < FEWEST:
        return False
    words = reading.words
    weights = [reading.rarity(word) for word in words]
    best = max(
        (sum(weight for weight, has in zip(weights, one, strict=True) if has) for one in having[:TEACHERS]),
        default=sum(weights),
    )
    return best <= SATISFIED * sum(weights)


def learn(reading: Reading, best: Sequence[Scored]) -> list[tuple[str, float]]:
    """Words that the best articles share, with their weights."""
    teachers = best[:TEACHERS]
    total = sum(score for _, score in teachers) or 1.0
    with databases.cursor() as cursor:
        cursor.execute(
            LEARN,
            {
                "keys": [key for key, _ in teachers],
                "shares": [score / total for _, score in teachers],
                "config": reading.figures.config,
                "length": max(1.0, reading.figures.length),
                "unseen": reading.figures.unseen,
                "known": [word.lexeme for word in reading.words],
                "facets": f"{FACET}%",
            },
        )
        found = [
            (lexeme, weight_of(articles, reading.figures), share)
            for lexeme, articles, share in cursor.fetchall()
        ]
    found.sort(key=lambda one: (-one[1] * one[2], one[0]))
    strongest = found[0][1] * found[0][2] if found else 1.0
    return [(lexeme, WEIGHT * (rare * share / strongest) * rare) for lexeme, rare, share in found[:LEARNED]]


def add(reading: Reading, words: Sequence[tuple[str, float]], keys: Sequence[str]) -> dict[str, float]:
    """What the learned words add to the score of each of these articles."""
    if not words or not keys:
        return {}
    with databases.cursor() as cursor:
        cursor.execute(
            ADD,
            [
                max(1.0, reading.figures.length),
                list(keys),
                [quoted(lexeme) for lexeme, _ in words],
                [weight for _, weight in words],
            ],
        )
        return dict(cursor.fetchall())


# What one teacher alone says is no lesson: most words go before their rarity is looked up.
LEARN = f"""
SELECT said.lexeme, coalesce(held.articles, %(unseen)s), said.much
FROM (
    SELECT lexeme, sum(share * times / (times + {SATURATION}::float8 * size)) AS much
    FROM (
        SELECT word.lexeme, share, coalesce(array_length(positions, 1), 1)::float8 AS times,
            {1 - LENGTH}::float8 + {LENGTH}::float8 * length(vector) / %(length)s::float8 AS size
        FROM unnest(%(keys)s::text[], %(shares)s::float8[]) AS teacher (key, share)
        JOIN publishing_searchentry AS entry USING (key), unnest(vector) AS word
        WHERE length(word.lexeme) > 2 AND word.lexeme NOT LIKE %(facets)s AND word.lexeme <> ALL (%(known)s)
    ) AS found GROUP BY lexeme HAVING count(*) > 1
    ORDER BY much DESC, lexeme LIMIT 200
) AS said LEFT JOIN publishing_searchlexeme AS held
    ON held.config = %(config)s AND held.lexeme = said.lexeme COLLATE "C"
"""  # noqa: S608  constants alone

ADD = f"""
SELECT key, sum(weight * {1 + SATURATION}::float8 * times / (times + {SATURATION}::float8 * size))
FROM (
    SELECT key, weight, size, rank / (1.645::float8 * (1.00001::float8 - least(rank, 1))) AS times
    FROM (
        SELECT key, ts_delete(vector, '') AS vector,
            {1 - LENGTH}::float8 + {LENGTH}::float8 * length(vector) / %s::float8 AS size
        FROM publishing_searchentry WHERE key = ANY (%s) OFFSET 0
    ) AS entry, unnest(%s::tsquery[], %s::float8[]) AS word (query, weight),
    LATERAL (SELECT ts_rank({EVERYWHERE}, vector, query) AS rank) AS ranked
) AS counted GROUP BY key
"""  # noqa: S608  constants alone
