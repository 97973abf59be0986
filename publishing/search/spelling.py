"""What a reader may have meant: words of the publication that are spelt nearly as a word that it does not have."""

import math
import re
from collections.abc import Sequence

from publishing import reading as databases
from publishing.search.querying import Query
from publishing.search.reading import Reading
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
    known = {said.typed for reading in readings for group in reading.groups for said in group if said.stands}
    return [
        term.text
        for group in query.groups
        for term in group
        if term.text not in known
        and term.text.isalpha()
        and len(term.text) >= SHORTEST
        and not UNSPACED.search(term.text)
    ]


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


NEAR = """
(SELECT word, articles FROM publishing_searchword WHERE word = ANY (%s))
UNION
(SELECT word, articles FROM publishing_searchword
    WHERE word %% %s AND abs(length(word) - length(%s)) < 3
    ORDER BY similarity(word, %s) DESC, articles DESC LIMIT 40)
"""
