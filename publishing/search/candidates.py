"""Which articles are looked at: what matches, if few do; of many, the newest, and those with a word in their heads."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf, prod

from publishing.search.reading import MOST, Reading, Said, Word
from publishing.search.statistics import STEP

RANKED = 1000
"""So many candidates are ranked at most."""

EXACT = 10_000
"""Up to so many matches are counted one by one."""


HEADS_COUNTED = 2_000
"""If more heads than this should match, those of a window of time are looked at."""

OPENED = 8_000
"""So many articles of a window have their vectors opened at most, rather than asking the index of words."""

LISTED = 20
"""While a vector is opened the index reads so many entries of the list of a word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Entries of which a column fulfils `indexed`, since a time if one is given; and of those, one by one, the
    ones whose vectors fulfil `opened`, which costs less where the lists of an index are long.
    """

    column: str = "vector"
    indexed: str = ""
    opened: str = ""
    since: dt.datetime | None = None
    share: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Where candidates come from, and what each must fulfil beyond what an index can say."""

    sources: tuple[Source, ...]
    strict: str = ""


def of_all(reading: Reading, narrowing: Sequence[Word] = ()) -> Plan:
    """Articles that meet every group."""
    beside = [word.tsquery for word in narrowing]
    beside += [f"!{said.phrase}" for said in reading.without if len(said.words) == 1]
    sources = [_source(reading, narrowing, " & ".join([*_loose(reading), *beside]))]
    if _expected(reading, narrowing) > RANKED:
        sources.append(_heads(reading, " & ".join(beside)))
    return Plan(sources=tuple(sources), strict=_strict(reading))


def of_any(reading: Reading, narrowing: Sequence[Word] = ()) -> Plan:
    """Articles with a rare word, or with several that are less so: rarest first, as many as can be ranked."""
    groups = sorted(set(reading.pieces), key=lambda group: (_share(group, reading), group[0].phrase))[:MOST]
    total = max(1, reading.figures.articles) * prod(_portion(word, reading) for word in narrowing)
    chosen: list[tuple[tuple[Said, ...], ...]] = []
    room = float(RANKED) if total > RANKED else inf
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
    return Plan(sources=(Source(indexed=tsquery),), strict=" & ".join(without))


def _source(reading: Reading, narrowing: Sequence[Word], tsquery: str) -> Source:
    expected = _expected(reading, narrowing)
    if expected <= EXACT:
        return Source(indexed=tsquery)
    articles = max(1, reading.figures.articles)
    since, size = _window(reading, RANKED / expected)
    if LISTED * min(size, OPENED) > _listed(reading):
        return Source(indexed=tsquery, since=since, share=size / articles)
    since, size = _window(reading, min(size, OPENED) / articles)
    return Source(opened=tsquery, since=since, share=size / articles)


def _heads(reading: Reading, beside: str) -> Source:
    total = max(1, reading.figures.articles)
    share = prod(min(1.0, sum(said.heads for said in group) / total) for group in reading.groups)
    since, _ = _window(reading, RANKED / 2 / (total * share)) if total * share > HEADS_COUNTED else (None, 0)
    return Source(column="heads", indexed=" & ".join(_loose(reading)), opened=beside, since=since)


def _window(reading: Reading, share: float) -> tuple[dt.datetime | None, int]:
    """When the newest articles begin, of which there are about `share`, and how many they are."""
    articles = reading.figures.articles
    for power, since in enumerate(reading.figures.newest):
        if STEP * 2**power >= articles * share:
            return since, STEP * 2**power
    return None, articles


def _listed(reading: Reading) -> float:
    """How many entries of its lists the index of words reads, about."""
    groups = [sum(said.articles for said in group) for group in reading.groups]
    return min(groups) * (1 + len(groups)) / 2 + sum(said.articles for said in reading.without)


def _expected(reading: Reading, narrowing: Sequence[Word]) -> float:
    """How many articles should match, if words were independent of one another."""
    shares = [_share(group, reading) for group in reading.groups]
    shares += [max(0.01, 1 - _share([said], reading)) for said in reading.without if len(said.words) == 1]
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
