"""Suggestions while somebody types: tags, authors and titles with words that begin so."""

from collections.abc import Iterable
from dataclasses import dataclass

from publishing import reading as databases
from publishing.search import querying, statistics
from publishing.search.reading import quoted
from publishing.search.texts import PLAIN, UNSPACED, fold, pairs

SHORTEST = 2
"""From so many letters on something is suggested; in scripts without spaces, from the first."""

MOST = 8
SUBJECTS = 2
"""So many of tags and of authors, so that titles have room."""

NEWEST = 2_000
"""A title is looked for among so many of the newest first: a frequent beginning is found there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """Where a reader may want to go: its kind (article, tag, author), what it is called, its path."""

    kind: str
    name: str
    path: str


def suggest(text: str) -> tuple[Suggestion, ...]:
    """What begins as typed; tags and authors first, then titles, newest first. Raises `BadQuery`."""
    query = querying.parse(text)
    words = [word for group in query.groups for word in group[0].text.split()]
    if len(query.text) < SHORTEST and not UNSPACED.match(query.text):
        return ()
    tsquery = _beginning(words)
    if not tsquery:
        return ()
    found = [one for kind in ("tag", "author") for one in _subjects(kind, tsquery)]
    return (*found, *_titles(tsquery, [fold(word) for word in words], MOST - len(found)))


def _beginning(words: Iterable[str]) -> str:
    """The tsquery for what was typed: its last word may go on."""
    spaced = [UNSPACED.sub(lambda run: f" {' '.join(pairs(run[0]) or run[0])} ", word) for word in words]
    with databases.cursor() as cursor:
        cursor.execute(WORDS, [PLAIN, " ".join(spaced)])
        lexemes = [lexeme for (lexeme,) in cursor.fetchall()]
    ends = [False] * (len(lexemes) - 1) + [True]
    return " & ".join(quoted(lexeme, prefix=end) for lexeme, end in zip(lexemes, ends, strict=False))


def _subjects(kind: str, tsquery: str) -> list[Suggestion]:
    with databases.cursor() as cursor:
        cursor.execute(NAMES.format(kind=kind), [tsquery, SUBJECTS])
        return [Suggestion(kind=kind, name=name, path=path) for name, path in cursor.fetchall()]


def _titles(tsquery: str, words: list[str], most: int) -> list[Suggestion]:
    configs = [one.config for one in statistics.figures()]
    with databases.cursor() as cursor:
        found: dict[str, Suggestion] = {}
        for sql, parameters in ((AMONG_NEWEST, [configs, NEWEST, tsquery]), (ANYWHERE, [tsquery])):
            cursor.execute(sql, [*parameters, 4 * MOST])
            for title, path in cursor.fetchall():
                # Tags and authors stand in the heads too, and are suggested by themselves.
                if all(word in fold(title) for word in words):
                    found.setdefault(path, Suggestion(kind="article", name=title, path=path))
            if len(found) >= most:
                break
    return list(found.values())[:most]


WORDS = """
SELECT lexeme FROM unnest(to_tsvector(%s::regconfig, %s)) AS word, unnest(word.positions) AS place
ORDER BY place
"""

NAMES = """
SELECT name, path FROM publishing_published{kind}
WHERE to_tsvector('imprint_simple', name) @@ %s::tsquery ORDER BY length(name), name LIMIT %s
"""

TITLES = """
SELECT article.title, article.path FROM (
    SELECT key, published_at FROM {entries}
    WHERE heads @@ %s::tsquery ORDER BY published_at DESC, key DESC LIMIT %s
) AS entry JOIN publishing_publishedarticle AS article USING (key) ORDER BY entry.published_at DESC, key DESC
"""
AMONG_NEWEST = TITLES.format(
    entries="""unnest(%s::text[]) AS one (config), LATERAL (
        SELECT key, published_at, heads FROM publishing_searchentry AS entry
        WHERE entry.config = one.config ORDER BY published_at DESC, key DESC LIMIT %s
    ) AS newest"""
)
ANYWHERE = TITLES.format(entries="publishing_searchentry")
