"""How a query reads in one configuration: its words as stems, and how rare each is."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from publishing import reading as databases
from publishing.search.querying import Query, Term
from publishing.search.statistics import Figures
from publishing.search.texts import PLAIN, UNSPACED, apart, facet, words

MOST = 16
"""So many words of a query are looked for, the rarest; two hundred characters could hold a hundred."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """One stem: `tsquery` finds it, in about `articles` articles and in the heads of `heads`; in none, if it does
    not stand anywhere.
    """

    lexeme: str
    tsquery: str
    articles: int
    heads: int
    stands: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A term that says something here: its words, and the tsquery that wants them in order."""

    typed: str
    words: tuple[Word, ...]
    phrase: str
    is_quoted: bool = False

    @property
    def anywhere(self) -> str:
        """The tsquery that wants the words in any order: an index answers it alone."""
        return f"({' & '.join(word.tsquery for word in self.words)})"

    @property
    def stands(self) -> bool:
        return all(word.stands for word in self.words)

    @property
    def articles(self) -> int:
        return min(word.articles for word in self.words)

    @property
    def heads(self) -> int:
        return min(word.heads for word in self.words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A query in one configuration: each group must be met by one of its alternatives, none of `without`."""

    figures: Figures
    groups: tuple[tuple[Said, ...], ...]
    without: tuple[Said, ...] = ()

    @property
    def words(self) -> list[Word]:
        """Each word once, in the order of the query; of very many, the rarest."""
        found = {word.lexeme: word for group in self.groups for said in group for word in said.words}
        rarest = sorted(found.values(), key=lambda word: word.articles)[: 2 * MOST]
        return [word for word in found.values() if word in rarest]

    @property
    def pieces(self) -> tuple[tuple[Said, ...], ...]:
        """The groups where one of them may be missing: of what was not quoted, each word by itself."""
        return tuple(
            piece
            for group in self.groups
            for piece in (
                [
                    (Said(typed=said.typed, words=(word,), phrase=word.tsquery),)
                    for said in group
                    for word in said.words
                ]
                if len(group) == 1 and not group[0].is_quoted
                else [group]
            )
        )

    @property
    def may_all_stand(self) -> bool:
        """False if no article can have all the words."""
        return all(any(said.stands for said in group) for group in self.groups)

    @property
    def may_any_stand(self) -> bool:
        """False if no article has any of the words."""
        return any(word.stands for group in self.groups for said in group for word in said.words)

    def rarity(self, word: Word) -> float:
        """The weight of a word: the fewer articles have it, the more it says."""
        return weight_of(word.articles, self.figures)


def weight_of(articles: int, figures: Figures) -> float:
    """BM25's inverse document frequency; always above 0."""
    total = max(figures.articles, articles)
    return math.log(1 + (total - articles + 0.5) / (articles + 0.5))


def read(query: Query, figures: Sequence[Figures]) -> list[Reading]:
    """The query in each configuration in which any of its words says something."""
    terms = list(dict.fromkeys(query.terms))
    if not terms or not figures:
        return []
    stems = _stems(terms, [one.config for one in figures])
    counts = _counts(
        (config, *_looked_for(lexeme, config, term.is_prefix))
        for (config, term), (lexemes, _) in stems.items()
        for lexeme in lexemes
    )
    readings = [_reading(query, one, stems, counts) for one in figures]
    return [reading for reading in readings if reading.groups]


def narrowing(figures: Figures, facets: Iterable[tuple[str, str]]) -> list[Word]:
    """Facets as words: they are looked up and counted in the same way."""
    lexemes = [facet(kind, value) for kind, value in facets]
    counts = _counts((figures.config, lexeme, False) for lexeme in lexemes)
    return [_word(lexeme, figures, counts) for lexeme in lexemes]


def quoted(lexeme: str, *, prefix: bool = False) -> str:
    """A lexeme as a tsquery."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'{':*' if prefix else ''}"


Stems = dict[tuple[str, Term], tuple[list[str], list[int]]]
Counts = dict[tuple[str, str], tuple[int, int] | None]
"""In how many articles and heads a word stands, by configuration and stem; None: in some, nobody counted."""


def _stems(terms: Sequence[Term], configs: Sequence[str]) -> Stems:
    """Lexemes of each term, in order, and their places. Of a beginning, the beginning as it is typed."""
    with databases.cursor() as cursor:
        cursor.execute(
            STEMS, [list(configs), [_indexed(term) for term in terms], [term.is_prefix for term in terms]]
        )
        return {
            (config, terms[number - 1]): (stems, places)
            for config, number, stems, places in cursor.fetchall()
        }


def _indexed(term: Term) -> str:
    # As in an article, but for the lone last character, which a phrase must not name.
    run = UNSPACED.sub(lambda run: f" {words(run.group()).rstrip()[:-1]} ", apart(term.text))
    return term.text if term.is_prefix or not term.is_phrase else run


STEMS = f"""
SELECT config, number, array_agg(lexeme ORDER BY place, lexeme), array_agg(place ORDER BY place, lexeme)
FROM unnest(%s::text[]) AS config
CROSS JOIN unnest(%s::text[], %s::bool[]) WITH ORDINALITY AS term (text, is_prefix, number)
CROSS JOIN LATERAL (
    SELECT lexeme, place FROM unnest(to_tsvector(
        CASE WHEN is_prefix THEN '{PLAIN}' ELSE config END::regconfig, text)) AS word, unnest(word.positions) AS place
) AS stem
GROUP BY config, number
"""  # noqa: S608  constants alone


def _counts(asked: Iterable[tuple[str, str, bool]]) -> Counts:
    """In how many articles, and heads, the words stand; of a beginning, all words that begin so. What stands nowhere
    is left out.
    """
    pairs = sorted(set(asked))
    if not pairs:
        return {}
    tsqueries = [quoted(lexeme, prefix=is_prefix) for _, lexeme, is_prefix in pairs]
    with databases.cursor() as cursor:
        cursor.execute(COUNTS, [*(list(column) for column in zip(*pairs, strict=True)), tsqueries])
        return {
            (config, lexeme): None if articles is None else (articles, heads)
            for config, lexeme, articles, heads in cursor.fetchall()
        }


# A character that no word has ends the range of words with one beginning. Counts are of a sample, and perhaps an hour
# old: what they do not know may stand somewhere.
COUNTS = """
SELECT config, lexeme, least(articles, 2000000000)::int, least(heads, 2000000000)::int FROM (
    SELECT asked.config, asked.lexeme, query, sum(held.articles) AS articles, sum(held.heads) AS heads
    FROM unnest(%s::text[], %s::text[], %s::bool[], %s::tsquery[]) AS asked (config, lexeme, is_prefix, query)
    LEFT JOIN publishing_searchlexeme AS held ON held.config = asked.config AND held.lexeme >= asked.lexeme COLLATE "C"
        AND held.lexeme <= (asked.lexeme || CASE WHEN is_prefix THEN chr(1114111) ELSE '' END) COLLATE "C"
    GROUP BY asked.config, asked.lexeme, query
) AS counted
WHERE articles IS NOT NULL OR EXISTS (SELECT FROM publishing_searchentry AS entry
    WHERE entry.config = counted.config AND entry.vector @@ counted.query)
"""


def _reading(query: Query, figures: Figures, stems: Stems, counts: Counts) -> Reading:
    def said(terms: Iterable[Term]) -> list[Said]:
        found = [(term, _words(term, figures, stems, counts)) for term in terms]
        places = {term: stems[figures.config, term][1] for term, words in found if words}
        return [
            Said(
                typed=term.text,
                words=words,
                phrase=_phrase(words, places[term][:MOST]),
                is_quoted=term.is_quoted,
            )
            for term, words in found
            if words
        ]

    groups = [tuple(found) for group in query.groups if (found := said(group))]
    rarest = sorted(groups, key=lambda group: sum(said.articles for said in group))[:MOST]
    kept = tuple(group for group in dict.fromkeys(groups) if group in rarest)
    return Reading(figures=figures, groups=kept, without=tuple(said(query.without)[:MOST]))


def _words(term: Term, figures: Figures, stems: Stems, counts: Counts) -> tuple[Word, ...]:
    lexemes, _ = stems.get((figures.config, term), ([], []))
    return tuple(_word(lexeme, figures, counts, is_prefix=term.is_prefix) for lexeme in lexemes[:MOST])


def _word(lexeme: str, figures: Figures, counts: Counts, *, is_prefix: bool = False) -> Word:
    beginning, is_prefix = _looked_for(lexeme, figures.config, is_prefix)
    articles, heads = counts.get((figures.config, beginning)) or (figures.unseen, 1)
    return Word(
        lexeme=lexeme,
        tsquery=quoted(beginning, prefix=is_prefix),
        articles=min(articles, figures.articles) if figures.articles else articles,
        heads=heads,
        stands=(figures.config, beginning) in counts,
    )


def _looked_for(lexeme: str, config: str, is_prefix: bool) -> tuple[str, bool]:
    """What the index is asked for, and whether as a beginning: where nothing knows endings, all but the ending."""
    if config == PLAIN and lexeme.isalpha() and len(lexeme) > 4 and not UNSPACED.match(lexeme):
        return lexeme[: -(len(lexeme) // 4)], True
    return lexeme, is_prefix


def _phrase(words: Sequence[Word], places: Sequence[int]) -> str:
    """The words in their order; what is not looked for, such as `of the`, leaves a gap."""
    steps = [f" <{place - before}> " for before, place in pairwise(places)]
    return f"({''.join(chain(*zip(('', *steps), (word.tsquery for word in words), strict=True)))})"
