"""What a reader may have meant: words of the publication that are spelt nearly as a word that it does not have."""

import math
import re
from collections.abc import Sequence

from publishing import reading as databases
from publishing.search.querying import Query
from publishing.search.reading import Reading, Said
from publishing.search.texts import UNSPACED, fold

SHORTEST = 3


def corrected(query: Query, readings: Sequence[Reading]) -> str:
    """The query with its unknown words replaced by known ones; empty if there is nothing to say."""
    text = query.text
    for typed in _unknown(query, readings):
        if known := _nearest(fold(typed)):
            text = re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", known, text)
    return text if text != query.text else ""


def _unknown(query: Query, readings: Sequence[Reading]) -> list[str]:
    """Words that stand in no article, in any configuration."""
    held = [
        (reading.figures.config, said) for reading in readings for group in reading.groups for said in group
    ]
    known = {said.typed for _, said in held if all(word.is_known for word in said.words)}
    # Figures come from a sample, and an hour ago: what they do not know may stand somewhere.
    known |= _standing([(config, said) for config, said in held if said.typed not in known])
    return [
        term.text
        for group in query.groups
        for term in group
        if term.text not in known
        and term.text.isalpha()
        and len(term.text) >= SHORTEST
        and not UNSPACED.search(term.text)
    ]


def _standing(asked: Sequence[tuple[str, Said]]) -> set[str]:
    """Which of these terms any article has."""
    if not asked:
        return set()
    with databases.cursor() as cursor:
        cursor.execute(
            STANDING,
            [
                [said.typed for _, said in asked],
                [config for config, _ in asked],
                [said.anywhere for _, said in asked],
            ],
        )
        return {typed for (typed,) in cursor.fetchall()}


def _nearest(word: str) -> str:
    """The word of the vocabulary that is likeliest meant: few slips of the pen, many articles."""
    most = 1 if len(word) < 6 else 2
    with databases.cursor() as cursor:
        cursor.execute(NEAR, [[word, *_slips(word)], word, word, word])
        found = [(known, articles, distance(word, known)) for known, articles in cursor.fetchall()]
    within = [one for one in found if 0 <= one[2] <= most and one[0] != word]
    best = max(within, key=lambda one: (math.log(1 + one[1]) - 4 * one[2], one[0]), default=("", 0, 0))
    return best[0] if not any(known == word for known, *_ in found) else ""


def _slips(word: str) -> set[str]:
    """Where trigrams say nothing, in short words: all that differ by one slip."""
    if len(word) > 6:
        return set()
    letters = sorted({*"abcdefghijklmnopqrstuvwxyz", *word})
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    return {
        *(left + right[1:] for left, right in halves if right),
        *(left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1),
        *(left + letter + right[1:] for left, right in halves if right for letter in letters),
        *(left + letter + right for left, right in halves for letter in letters),
    }


def distance(one: str, other: str) -> int:
    """How many letters were left out, put in, exchanged, or swapped with their neighbour."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            costs = [rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (a != b)]
            if i > 1 and j > 1 and (one[i - 2], a) == (b, other[j - 2]):
                costs.append(rows[-2][j - 2] + 1)
            row.append(min(costs))
        rows.append(row)
    return rows[-1][-1]


STANDING = """
SELECT typed FROM unnest(%s::text[], %s::text[], %s::tsquery[]) AS asked (typed, config, query)
WHERE EXISTS (
    SELECT FROM publishing_searchentry AS entry WHERE entry.config = asked.config AND entry.vector @@ asked.query
)
"""

NEAR = """
(SELECT word, articles FROM publishing_searchword WHERE word = ANY (%s))
UNION
(SELECT word, articles FROM publishing_searchword
    WHERE word %% %s AND abs(length(word) - length(%s)) < 3
    ORDER BY similarity(word, %s) DESC, articles DESC LIMIT 40)
"""
