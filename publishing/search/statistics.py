"""How many articles each word stands in: counted from a sample now and then, kept in tables of the read side."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connections, transaction

from cms.databases import READ
from publishing import reading as databases
from publishing.search.texts import facet

SAMPLE = 20_000
"""Up to so many articles of a configuration are counted whole; of more, about so many by chance."""

VOCABULARY_SAMPLE = 5_000
VOCABULARY = 100_000
STEP = 1_000

LENGTH = 100.0
"""So many words an article is thought to have before any was counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What is known of the articles of one configuration; nothing yet, before they were first counted."""

    config: str
    articles: int = 0
    length: float = LENGTH
    newest: tuple[dt.datetime, ...] = field(default=())
    languages: tuple[str, ...] = ()

    @property
    def unseen(self) -> int:
        """In how many articles a word may stand that the sample does not know."""
        return max(1, self.articles // SAMPLE)


def renew(*, only_if_due: bool = False) -> bool:
    """Count anew. In one transaction: searches see the old figures or the new. Returns whether it was done.

    Due is it when a tenth of the rows changed, or when any did and an hour passed.
    """
    with transaction.atomic(using=READ), connections[READ].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('publishing.statistics', 0))")
        if not cursor.fetchone()[0]:
            return False
        if only_if_due:
            cursor.execute(DUE)
            if not cursor.fetchone()[0]:
                return False
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT config, count(*) FROM publishing_searchentry GROUP BY config ORDER BY config")
        counted = cursor.fetchall()
        configs = [config for config, _ in counted]
        for table in ("figures", "lexeme"):
            cursor.execute(f"DELETE FROM publishing_search{table} WHERE config <> ALL (%s)", [configs])  # noqa: S608
        for config, articles in counted:
            share = min(1.0, SAMPLE / articles)
            cursor.execute(FIGURES, {"config": config, "articles": articles, "step": STEP, **_sample(share)})
            cursor.execute(LEXEMES, {"config": config, **_sample(share)})
        # A sample may miss a language that has few of its configuration's articles.
        cursor.execute("SELECT DISTINCT config, language FROM publishing_searchentry")
        note_languages(cursor.fetchall())
        share = min(1.0, VOCABULARY_SAMPLE / max(1, sum(articles for _, articles in counted)))
        cursor.execute(WORDS, {"most": VOCABULARY, **_sample(share)})
    return True


def figures() -> list[Figures]:
    """Of each configuration that articles have now, also where they came after the last count."""
    with databases.cursor() as cursor:
        cursor.execute(HELD, {"first": facet("l", ""), "last": f"{facet('l', '')}~~~"})
        return [
            Figures(
                config=config,
                articles=articles or 0,
                length=length or LENGTH,
                newest=tuple(newest or ()),
                languages=tuple(lexeme.removeprefix(facet("l", "")) for lexeme in lexemes or ()),
            )
            for config, articles, length, newest, lexemes in cursor.fetchall()
        ]


def languages() -> tuple[str, ...]:
    """The codes of the languages that articles are published in."""
    return languages_of(figures())


def languages_of(known: Iterable[Figures]) -> tuple[str, ...]:
    """Those of all configurations."""
    return tuple(sorted({code for one in known for code in one.languages}))


def note_languages(articles: Iterable[tuple[str, str]]) -> None:
    """Know of languages, each with its configuration, before their articles are counted."""
    pairs = sorted(set(articles))
    with connections[READ].cursor() as cursor:
        cursor.execute(
            NOTED, [[config for config, _ in pairs], [facet("l", language) for _, language in pairs]]
        )


def _sample(share: float) -> dict[str, float | str]:
    return {
        "share": share,
        "sample": "" if share == 1 else f"TABLESAMPLE BERNOULLI ({100 * share:.6f}) REPEATABLE (1)",
    }


# From each configuration to the next by index: there are a few, and perhaps a million articles.
HELD = """
WITH RECURSIVE used AS (
    (SELECT config FROM publishing_searchentry ORDER BY config LIMIT 1)
    UNION ALL
    SELECT (SELECT entry.config FROM publishing_searchentry AS entry WHERE entry.config > used.config
        ORDER BY entry.config LIMIT 1)
    FROM used WHERE used.config IS NOT NULL
)
SELECT config, articles, length, newest, (SELECT array_agg(lexeme) FROM publishing_searchlexeme AS held
    WHERE held.config = used.config AND lexeme BETWEEN %(first)s AND %(last)s)
FROM used LEFT JOIN publishing_searchfigures USING (config)
WHERE config IS NOT NULL ORDER BY config
"""

NOTED = """
INSERT INTO publishing_searchlexeme (config, lexeme, articles, heads)
SELECT config, lexeme, 1, 0 FROM unnest(%s::text[], %s::text[]) AS noted (config, lexeme)
WHERE NOT EXISTS (SELECT FROM publishing_searchlexeme AS held
    WHERE held.config = noted.config AND held.lexeme = noted.lexeme COLLATE "C")
ON CONFLICT DO NOTHING
"""

CHANGES = """
(SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables
    WHERE relid = 'publishing_searchentry'::regclass)
"""

DUE = f"""
SELECT coalesce(bool_or(counted.changes > written.changes
        OR written.changes - counted.changes > counted.articles / 10
        OR (written.changes > counted.changes AND counted.at < now() - interval '1 hour')),
    EXISTS (SELECT FROM publishing_searchentry))
FROM (SELECT min(changes) AS changes, sum(articles) AS articles, min(counted_at) AS at
    FROM publishing_searchfigures HAVING count(*) > 0) AS counted,
    (SELECT {CHANGES} AS changes) AS written
"""  # noqa: S608  constants alone

FIGURES = f"""
INSERT INTO publishing_searchfigures (config, articles, length, newest, changes)
SELECT %(config)s, %(articles)s,
    (SELECT coalesce(avg(length(vector)), 1) FROM (SELECT vector FROM publishing_searchentry
        WHERE config = %(config)s AND (%(share)s = 1 OR random() < %(share)s)) AS sampled),
    (SELECT coalesce(array_agg(published_at ORDER BY place), '{{}}') FROM (
        SELECT published_at, row_number() OVER (ORDER BY published_at DESC, key DESC) AS place
        FROM publishing_searchentry WHERE config = %(config)s) AS ordered
        WHERE place IN (SELECT %(step)s * 2 ^ power FROM generate_series(0, 20) AS power)),
    {CHANGES}
ON CONFLICT (config) DO UPDATE SET articles = excluded.articles, length = excluded.length,
    newest = excluded.newest, changes = excluded.changes, counted_at = excluded.counted_at
"""  # noqa: S608  constants alone

# A word that a sample shows once may stand in very few articles: with the others, it counts as unseen.
LEXEMES = """
WITH asked AS (
    SELECT format('SELECT %%%%s FROM publishing_searchentry %%s WHERE config = %%L', %(sample)s, %(config)s) AS sql
), everywhere AS MATERIALIZED (
    SELECT word, ceil(ndoc / %(share)s) AS articles
    FROM asked, ts_stat(format(sql, 'vector')) WHERE %(share)s = 1 OR ndoc > 1
), counted AS MATERIALIZED (
    SELECT word, articles, coalesce(ceil(ndoc / %(share)s), 0) AS heads
    FROM everywhere LEFT JOIN (SELECT head.* FROM asked, ts_stat(format(sql, 'heads')) AS head) AS head
        USING (word)
), gone AS (
    DELETE FROM publishing_searchlexeme AS held WHERE held.config = %(config)s
        AND NOT EXISTS (SELECT FROM counted WHERE counted.word COLLATE "C" = held.lexeme)
)
INSERT INTO publishing_searchlexeme AS held (config, lexeme, articles, heads)
SELECT %(config)s, word, articles, heads FROM counted
ON CONFLICT (config, lexeme) DO UPDATE SET articles = excluded.articles, heads = excluded.heads
WHERE (held.articles, held.heads) <> (excluded.articles, excluded.heads)
"""

WORDS = """
WITH counted AS MATERIALIZED (
    SELECT word, ceil(ndoc / %(share)s) AS articles
    FROM ts_stat('SELECT to_tsvector(''imprint_simple'', title || '' '' || text) FROM publishing_publishedarticle '
        || %(sample)s)
    WHERE word ~ '^[[:alpha:]]{3,30}$' AND word !~ '[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]'
    ORDER BY ndoc DESC, word LIMIT %(most)s
), gone AS (
    DELETE FROM publishing_searchword AS held
    WHERE NOT EXISTS (SELECT FROM counted WHERE counted.word COLLATE "C" = held.word)
)
INSERT INTO publishing_searchword AS held (word, articles) SELECT word, articles FROM counted
ON CONFLICT (word) DO UPDATE SET articles = excluded.articles WHERE held.articles <> excluded.articles
"""
