"""Which articles are looked at: what matches, if few do; of many, the newest, and those with a word in their heads."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

from publishing.search.reading import Reading, Said, Word
from publishing.search.statistics import STEP

RANKED = 600
"""So many candidates are ranked at most."""

EXACT = 10_000
"""Up to so many matches are counted one by one."""

RARE = 0.3
"""A word in a larger share of the articles than this brings no candidate of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A condition on a column of the entries; with `since` on those published then or later alone."""

    column: str
    tsquery: str
    since: dt.datetime | None = None
    share: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Where candidates come from, and what each must fulfil beyond what an index can say."""

    sources: tuple[Source, ...]
    strict: str = ""


def of_all(reading: Reading, narrowing: Sequence[Word] = ()) -> Plan:
    """Articles that meet every group."""
    required = [*_loose(reading), *(word.tsquery for word in narrowing)]
    without = [f"!{said.phrase}" for said in reading.without if len(said.words) == 1]
    everywhere = _source(reading, narrowing, " & ".join(required + without))
    sources = [everywhere]
    if _expected(reading, narrowing) > RANKED:
        sources.append(_heads(reading, narrowing))
    return Plan(sources=tuple(sources), strict=_strict(reading))


def of_any(reading: Reading, narrowing: Sequence[Word] = ()) -> Plan:
    """Articles with a rare word, or with several that are less so: rarest first, as many as can be ranked."""
    groups = [group for group in reading.groups if _share(group, reading) <= RARE] or list(reading.groups)
    groups.sort(key=lambda group: _share(group, reading))
    total = max(1, reading.figures.articles) * prod(_portion(word, reading) for word in narrowing)
    chosen: list[tuple[tuple[Said, ...], ...]] = []
    room = 1.5 * RANKED
    for size in range(1, min(3, len(groups)) + 1):
        for together in sorted(
            combinations(groups, size), key=lambda some: prod(_share(group, reading) for group in some)
        ):
            if any(set(smaller) <= set(together) for smaller in chosen):
                continue
            expected = total * prod(_share(group, reading) for group in together)
            if expected > room:
                break
            room -= expected
            chosen.append(together)
    chosen = chosen or [tuple(groups[:1])]
    either = " | ".join(f"({' & '.join(map(_either, together))})" for together in chosen)
    tsquery = " & ".join([f"({either})", *(word.tsquery for word in narrowing)])
    without = [f"!{said.phrase}" for said in reading.without]
    return Plan(sources=(Source(column="vector", tsquery=tsquery),), strict=" & ".join(without))


def _source(reading: Reading, narrowing: Sequence[Word], tsquery: str) -> Source:
    expected = _expected(reading, narrowing)
    if expected <= EXACT:
        return Source(column="vector", tsquery=tsquery)
    return _window("vector", tsquery, reading, expected, wanted=RANKED)


def _heads(reading: Reading, narrowing: Sequence[Word]) -> Source:
    total = max(1, reading.figures.articles)
    share = prod(min(1.0, sum(said.heads for said in group) / total) for group in reading.groups)
    tsquery = " & ".join(_loose(reading))
    expected = total * share
    if expected <= EXACT / 2:
        return Source(column="heads", tsquery=tsquery)
    return _window("heads", tsquery, reading, expected, wanted=RANKED / 2)


def _window(column: str, tsquery: str, reading: Reading, expected: float, *, wanted: float) -> Source:
    """The newest articles, as many as should have enough matches among them."""
    figures = reading.figures
    articles = figures.articles * wanted / expected
    for power, since in enumerate(figures.newest):
        if STEP * 2**power >= articles:
            size = STEP * 2**power
            return Source(column=column, tsquery=tsquery, since=since, share=size / figures.articles)
    return Source(column=column, tsquery=tsquery)


def _expected(reading: Reading, narrowing: Sequence[Word]) -> float:
    """How many articles should match, if words were independent of one another."""
    shares = [_share(group, reading) for group in reading.groups]
    return reading.figures.articles * prod(shares) * prod(_portion(word, reading) for word in narrowing)


def _share(group: Iterable[Said], reading: Reading) -> float:
    total = max(1, reading.figures.articles)
    return min(1.0, sum(prod(_portion(word, reading) for word in said.words) for said in group)) or 1 / total


def _portion(word: Word, reading: Reading) -> float:
    return min(1.0, word.articles / max(1, reading.figures.articles))


def _loose(reading: Reading) -> list[str]:
    return [_either(group) for group in reading.groups]


def _either(group: Sequence[Said]) -> str:
    return f"({' | '.join(said.anywhere for said in group)})"


def _strict(reading: Reading) -> str:
    """What only an article's vector can tell: the order of words in phrases. Empty where nothing is to tell."""
    phrases = [
        f"({' | '.join(said.phrase for said in group)})"
        for group in reading.groups
        if any(len(said.words) > 1 for said in group)
    ]
    return " & ".join(phrases + [f"!{said.phrase}" for said in reading.without if len(said.words) > 1])
