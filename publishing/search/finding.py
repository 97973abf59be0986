"""Searching: from what was typed to articles in order, with how many there are and how the query was read."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from django.db import OperationalError, connections, transaction

from cms.databases import asked
from publishing import reading as databases
from publishing.search import candidates, feedback, statistics
from publishing.search.candidates import Plan
from publishing.search.querying import BadQuery, Query
from publishing.search.ranking import FRESHNESS, ranking
from publishing.search.reading import Reading, Word, narrowing, read

ENOUGH = 10
"""If fewer articles have all the words, those with some of them stand among them, each where its score puts it."""

PLENTY = 100
"""If fewer have all the words, those with some of them follow; nobody turns more pages than that."""

PATIENCE_MS = 1500
CANCELED = "57014"

Facets = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """An article that was found, and which words of the reading it has."""

    key: str
    reading: Reading
    published_at: dt.datetime
    score: float
    has: tuple[bool, ...]

    @property
    def config(self) -> str:
        return self.reading.figures.config

    @property
    def by_score(self) -> tuple[object, ...]:
        return (self.score, self.published_at, self.key)

    @property
    def by_date(self) -> tuple[object, ...]:
        return (self.published_at, self.key)

    @property
    def missing(self) -> tuple[str, ...]:
        """What was typed and does not stand in it."""
        lacking = {word.lexeme for word, has in zip(self.reading.words, self.has, strict=True) if not has}
        return tuple(
            group[0].typed
            for group in self.reading.groups
            if all(any(word.lexeme in lacking for word in said.words) for said in group)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Matches in order, the first of `total`, which may say only about how many; `facets` counts by lexeme.

    `widened` says that few have all the words (`whole`), so that those with some of them are here, too. `newest` is
    when the newest match was published, `languages` are those of all articles.
    """

    matches: tuple[Match, ...] = ()
    total: int = 0
    is_about: bool = False
    widened: bool = False
    whole: int = 0
    newest: dt.datetime | None = None
    facets: Counter[str] = field(default_factory=Counter)
    readings: tuple[Reading, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """How a query is to be answered: narrowed by facets, in which order, up to which match, as of `before`."""

    facets: Facets = ()
    by_date: bool = False
    with_facets: bool = False
    most: int = 20
    freshness: float = FRESHNESS
    before: dt.datetime | None = None


def find(query: Query, wish: Wish) -> Found:
    """What a query finds, at most `RANKED` of it by configuration. To be called while `bounded`."""
    figures = statistics.figures()
    readings = tuple(read(query, figures))
    found = _joined([_whole(reading, wish) for reading in readings if reading.may_all_stand], wish)
    few = ENOUGH if wish.by_date else PLENTY
    if found.total < few and any(len(reading.pieces) > 1 for reading in readings):
        some = _joined([_widened(reading, wish) for reading in readings if reading.may_any_stand], wish)
        if some.total > found.total:
            matches = some.matches if found.total < ENOUGH else _followed(found.matches, some.matches)
            newest = max(filter(None, (found.newest, some.newest)), default=None)
            found = replace(some, matches=matches, widened=True, whole=found.total, newest=newest)
    return replace(found, readings=readings, languages=statistics.languages_of(figures))


def _followed(whole: Sequence[Match], some: Sequence[Match]) -> tuple[Match, ...]:
    """Those with all the words, then the others."""
    first = {match.key for match in whole}
    return (*whole, *(match for match in some if match.key not in first))


def _whole(reading: Reading, wish: Wish) -> Found:
    return _ranked(reading, wish, candidates.of_all(reading, _narrow(reading, wish)))


def _widened(reading: Reading, wish: Wish) -> Found:
    wider = replace(wish, most=max(wish.most, feedback.REACH))
    found = _ranked(reading, wider, candidates.of_any(reading, _narrow(reading, wish)))
    having = [match.has for match in found.matches[: feedback.TEACHERS]]
    if wish.by_date or not feedback.is_wanted(reading, having):
        return found
    return replace(found, matches=_learned(reading, found.matches))


def _learned(reading: Reading, matches: Sequence[Match]) -> tuple[Match, ...]:
    with databases.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_indexscan', 'on', true)")
    words = feedback.learn(reading, [(match.key, match.score) for match in matches])
    more = feedback.add(reading, words, [match.key for match in matches[: feedback.REACH]])
    scored = [replace(match, score=match.score + more.get(match.key, 0.0)) for match in matches]
    return tuple(sorted(scored, key=lambda match: match.by_score, reverse=True))


def _narrow(reading: Reading, wish: Wish) -> list[Word]:
    return narrowing(reading.figures, wish.facets) if wish.facets else []


def _ranked(reading: Reading, wish: Wish, plan: Plan) -> Found:
    statement = ranking(
        plan,
        reading,
        by_date=wish.by_date,
        most=wish.most,
        with_facets=wish.with_facets,
        freshness=wish.freshness,
        before=wish.before,
    )
    with databases.cursor() as cursor:
        cursor.execute(statement.sql, statement.parameters)
        rows = cursor.fetchall()
    if not rows:
        return Found()
    matches = tuple(
        Match(key=key, reading=reading, published_at=at, score=score, has=tuple(has))
        for key, at, score, has, *_ in rows
    )
    matching, newest, chosen, right, facets = rows[0][4:]
    total, is_about = _total(plan, matching, chosen, right)
    return Found(
        matches=matches,
        total=total,
        is_about=is_about,
        newest=newest,
        facets=Counter((facets or "").split()),
    )


def _total(plan: Plan, matching: int, chosen: int, right: int) -> tuple[int, bool]:
    """How many match in all, and whether that is only about right."""
    first = plan.sources[0]
    if plan.strict and chosen >= matching and not first.since:
        return right, False
    share = right / chosen if plan.strict else 1.0
    is_about = bool(first.since) or bool(plan.strict)
    return round(matching / first.share * share), is_about


def _joined(found: Sequence[Found], wish: Wish) -> Found:
    matches = [match for one in found for match in one.matches]
    matches.sort(key=lambda match: match.by_date if wish.by_date else match.by_score, reverse=True)
    return Found(
        matches=tuple(matches),
        total=sum(one.total for one in found),
        is_about=any(one.is_about for one in found),
        newest=max((one.newest for one in found if one.newest), default=None),
        facets=sum((one.facets for one in found), Counter()),
    )


@contextmanager
def bounded() -> Iterator[None]:
    """A search ends after a while. No plan is taken that reads all articles, or opens every vector of a time.

    Raises `BadQuery` where a statement takes too long.
    """
    try:
        with transaction.atomic(using=asked.get()), _given_up_if_broken():
            with databases.cursor() as cursor:
                cursor.execute(BOUNDS)
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != CANCELED:
            raise
        raise BadQuery("This search takes too long. Fewer or rarer words may help.") from error


@contextmanager
def _given_up_if_broken() -> Iterator[None]:
    """A connection that broke is closed within the transaction: else its end would wait for a new one."""
    connection = connections[asked.get()]
    try:
        yield
    except OperationalError:
        if connection.connection is not None and connection.connection.closed:
            connection.close()
        raise


BOUNDS = f"""
SELECT set_config('statement_timeout', '{PATIENCE_MS}', true), set_config('work_mem', '32MB', true),
    set_config('enable_seqscan', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),
    set_config('jit', 'off', true), set_config('enable_indexscan', 'off', true)
"""
