"""What a reader gets: a page of hits with their passages, facets, and words on how the query was read."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field

from publishing import listed
from publishing.listed import Listed
from publishing.search import facets as faceting
from publishing.search import finding, querying, spelling
from publishing.search.candidates import RANKED
from publishing.search.facets import Facet
from publishing.search.finding import Found, Match, Wish
from publishing.search.highlighting import Marker
from publishing.search.querying import BadQuery, Query

FEW = 3
"""With fewer articles than this, a spelling that finds more is offered."""

LONGEST = 200
"""No slug and no language's code has more characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Narrowing:
    """What results are narrowed to: slugs of a tag and an author, a year, a language's code; each may be empty."""

    tag: str = ""
    author: str = ""
    year: str = ""
    language: str = ""

    @property
    def may_be_met(self) -> bool:
        """False if it names what nothing is called; Postgres would make an error of it."""
        return all("\x00" not in value and len(value) <= LONGEST for value in astuple(self))

    def facets(self) -> tuple[tuple[str, str], ...]:
        """As they are looked up."""
        given = {
            "l": self.language,
            "y": self.year,
            "t": self.tag and faceting.key_of("tag", self.tag),
            "a": self.author and faceting.key_of("author", self.author),
        }
        return tuple((kind, value) for kind, value in given.items() if value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One result: the article, its rank, and its text with `<mark>` around what matched."""

    key: str
    rank: float
    title: str
    snippet: str
    missing: tuple[str, ...] = ()
    article: Listed = field(compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """One page of hits in order, how many there are in all (`is_about`: about), and how many can be turned to.

    `widened` says that few have all the words (`whole`), so that some of them suffice. `correction` is another
    spelling: what is answered, if it `is_corrected`, else an offer. `newest` is when the newest match was published:
    later pages are of what was there `before` it. `languages` are those that articles are published in.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    is_about: bool = False
    reachable: int = 0
    widened: bool = False
    whole: int = 0
    words: int = 0
    correction: str = ""
    is_corrected: bool = False
    newest: dt.datetime | None = None
    languages: tuple[str, ...] = ()
    facets: dict[str, tuple[Facet, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One page of results as readers ask for it; `message` says what is wrong with their query."""

    query: str
    results: Results = Results()
    message: str = ""


def page(
    text: str,
    *,
    number: int,
    per_page: int,
    narrowing: Narrowing = Narrowing(),
    by_date: bool = False,
    before: dt.datetime | None = None,
) -> Answer:
    """Page `number`, from 1, of what matches; never an error, whatever was typed."""
    shown = querying.clean(text)[: 2 * querying.LENGTH]
    try:
        found = search(
            text,
            narrowing=narrowing,
            by_date=by_date,
            limit=per_page,
            offset=(number - 1) * per_page,
            with_facets=True,
            before=before,
        )
    except BadQuery as error:
        return Answer(query=shown, message=str(error))
    return Answer(query=shown, results=found)


def search(
    text: str,
    *,
    language: str = "",
    narrowing: Narrowing | None = None,
    by_date: bool = False,
    limit: int = 20,
    offset: int = 0,
    with_facets: bool = False,
    before: dt.datetime | None = None,
) -> Results:
    """Articles that match a query in websearch syntax (quotes, minus, or), best first. Raises `BadQuery`.

    Each article is matched in the configuration of its own language; with `language`, only that one. What was
    published after `before` is left out: later pages continue the first, whatever came meanwhile.
    """
    query = querying.parse(text)
    narrowing = narrowing or Narrowing(language=language)
    if not query.groups or not narrowing.may_be_met:
        return Results(facets=faceting.named(Counter()) if with_facets else {})
    wish = Wish(
        facets=narrowing.facets(),
        by_date=by_date,
        with_facets=with_facets,
        most=min(offset + limit, 2 * RANKED),
        before=before,
    )
    found, correction, is_corrected = answer(query, wish)
    return Results(
        hits=_hits(found.matches[offset : offset + limit]),
        total=found.total,
        is_about=found.is_about,
        reachable=min(found.total, RANKED),
        widened=found.widened,
        whole=found.whole,
        words=max((len(reading.groups) for reading in found.readings), default=0),
        correction=correction,
        is_corrected=is_corrected,
        newest=found.newest,
        languages=found.languages,
        facets=faceting.named(found.facets) if with_facets else {},
    )


def order(text: str, *, most: int) -> list[str]:
    """The keys of what a query of any length finds, by relevance alone: to measure it."""
    wish = Wish(most=most, freshness=0.0)
    found, _, _ = answer(querying.parse(text, longest=10 * querying.LENGTH), wish)
    return [match.key for match in found.matches[:most]]


def answer(query: Query, wish: Wish) -> tuple[Found, str, bool]:
    """What a query finds, or what another spelling of it does where it finds nothing; and that spelling."""
    with finding.bounded():
        return _answer(query, wish)


def _answer(query: Query, wish: Wish) -> tuple[Found, str, bool]:
    found = finding.find(query, wish)
    whole = found.whole if found.widened else found.total
    correction = spelling.corrected(query, found.readings) if whole < FEW else ""
    if not correction:
        return found, "", False
    meant = finding.find(querying.parse(correction, longest=20 * querying.LENGTH), wish)
    if (meant.whole if meant.widened else meant.total) <= whole:
        return found, "", False
    return (found, correction, False) if whole else (meant, correction, True)


def _hits(matches: Sequence[Match]) -> tuple[Hit, ...]:
    if not matches:
        return ()
    articles = listed.with_texts([match.key for match in matches])
    shown = [match for match in matches if match.key in articles]
    markers = {
        config: Marker(reading, _texts(articles[match.key] for match in shown if match.config == config))
        for config, reading in {match.config: match.reading for match in shown}.items()
    }
    return tuple(_hit(match, articles[match.key], markers[match.config]) for match in shown)


def _texts(articles: Iterable[Listed]) -> list[str]:
    return [text for article in articles for text in (article.title, article.text)]


def _hit(match: Match, article: Listed, marker: Marker) -> Hit:
    return Hit(
        key=match.key,
        rank=match.score,
        title=marker.title(article.title),
        snippet=marker.passage(article.text, article.summary),
        missing=match.missing,
        article=article,
    )
