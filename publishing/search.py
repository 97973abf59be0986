"""Full-text search: how articles become vectors and how readers' words find them."""

import re
from dataclasses import dataclass

from django.utils.translation import get_language_info

from publishing import reading

CONFIGS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
"""Postgres's text search configurations by language; `simple` serves all others."""

QUERY_LENGTH = 200

# Scripts without spaces between words: Chinese, Japanese, Korean, Thai.
UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
UNSPACED_TERM = re.compile(f"((?<!\\S)-)?({UNSPACED.pattern})")

# A pilcrow stands between the parts and is taken out again, so that no phrase reaches from one into the next.
VECTOR = """
ts_delete(
    setweight(to_tsvector({config}::regconfig, {title}), 'A') || '¶:1'
    || setweight(to_tsvector({config}::regconfig, {names}), 'B') || '¶:1'
    || setweight(to_tsvector({config}::regconfig, {summary}), 'C') || '¶:1'
    || setweight(to_tsvector({config}::regconfig, {body}), 'D'),
    '¶'
)
"""
"""The vector of an article, to be formatted with SQL expressions for its parts."""


class BadQuery(ValueError):
    """The query cannot be searched for; the message says why, to the reader."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One result: the article's key, its rank, and its text with `<mark>` around what matched."""

    key: str
    rank: float
    title: str
    snippet: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """One page of hits, best first, and how many there are in all."""

    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One page of results as readers ask for it; `message` says what is wrong with their query."""

    query: str
    hits: tuple[Hit, ...] = ()
    total: int = 0
    message: str = ""


def page(query: str, *, language: str, number: int, per_page: int) -> Listed:
    """Page `number`, from 1, of what matches; never an error, whatever was typed."""
    shown = query.replace("\x00", "").encode("utf-8", "ignore").decode()[: 2 * QUERY_LENGTH]
    try:
        found = search(query, language=language, limit=per_page, offset=(number - 1) * per_page)
    except BadQuery as error:
        return Listed(query=shown, message=str(error))
    return Listed(query=shown, hits=found.hits, total=found.total)


def languages() -> list[dict[str, str]]:
    """The languages that articles are published in, as code and name, by name."""
    with reading.cursor() as cursor:
        cursor.execute("SELECT DISTINCT language FROM publishing_searchentry")
        codes = [code for (code,) in cursor.fetchall()]
    return sorted(({"code": code, "name": _name(code)} for code in codes), key=lambda one: one["name"])


def config_of(language: str) -> str:
    """The text search configuration of a language code such as `en` or `pt-br`."""
    return CONFIGS.get(language.partition("-")[0], "simple")


def words(text: str) -> str:
    """`text` with scripts that have no spaces cut into pairs of characters, and without what looks like tags."""
    text = _without_tags(text)
    if text.isascii():
        return text
    return UNSPACED.sub(lambda run: f" {' '.join(_pairs(run.group()))} ", text)


def clean(query: str) -> str:
    """A query that Postgres may be asked. Raises `BadQuery`."""
    query = query.encode("utf-8", "ignore").decode().replace("\x00", " ")
    query = " ".join(_without_tags(query).split())
    if len(query) > QUERY_LENGTH:
        raise BadQuery(f"Please search for at most {QUERY_LENGTH} characters.")
    return UNSPACED_TERM.sub(lambda run: f' {run[1] or ""}"{" ".join(_pairs(run[2]))}" ', query)


def search(query: str, *, language: str = "", limit: int = 20, offset: int = 0) -> Results:
    """Articles that match a query in websearch syntax (quotes, minus, or), best first. Raises `BadQuery`.

    Each article is matched in the configuration of its own language; with `language`, only that one.
    """
    cleaned = clean(query)
    if not cleaned or len(language) > 16 or "\x00" in language:
        return Results(hits=(), total=0)
    with reading.cursor() as cursor:
        cursor.execute("SELECT DISTINCT config FROM publishing_searchentry ORDER BY config")
        configs = [config for (config,) in cursor.fetchall()]
        if language:
            configs = [config for config in configs if config == config_of(language)]
        if not configs:
            return Results(hits=(), total=0)
        matching = " UNION ALL ".join([MATCHING] * len(configs))
        parameters: list[str | int] = []
        for config in configs:
            parameters += [config, cleaned, config, language, language]
        cursor.execute(SEARCH.format(matching=matching), [*parameters, limit, offset])
        rows = cursor.fetchall()
    if offset and not rows:
        return Results(hits=(), total=search(query, language=language, limit=1).total)
    hits = tuple(
        Hit(key=key, rank=rank, title=_marked(title), snippet=_marked(snippet))
        for key, rank, title, snippet, _ in rows
    )
    return Results(hits=hits, total=rows[0][4] if rows else 0)


MATCHING = """
SELECT entry.key, entry.config, query, entry.published_at, ts_rank(entry.vector, query, 1) AS rank
FROM publishing_searchentry AS entry, websearch_to_tsquery(%s::regconfig, %s) AS query
WHERE entry.config = %s AND entry.vector @@ query AND (%s = '' OR entry.language = %s)
"""

# Highlights are cut from whole texts, for the articles of one page only. \x02 to \x05 cannot occur in a
# text; they become tags, and again angle brackets, after escaping.
SEARCH = """
WITH matching AS ({matching}), best AS (
    SELECT *, count(*) OVER () AS total FROM matching
    ORDER BY rank DESC, published_at DESC, key DESC LIMIT %s OFFSET %s
)
SELECT best.key, rank,
    ts_headline(config::regconfig, translate(title, '<>', E'\x04\x05'), query,
        E'HighlightAll=true, StartSel=\x02, StopSel=\x03'),
    ts_headline(config::regconfig, translate(text, '<>', E'\x04\x05'), query,
        E'MaxFragments=2, MaxWords=24, MinWords=10, FragmentDelimiter=" … ", StartSel=\x02, StopSel=\x03'),
    total
FROM best JOIN publishing_publishedarticle AS article ON article.key = best.key
ORDER BY rank DESC, best.published_at DESC, best.key DESC
"""


def _without_tags(text: str) -> str:
    """Postgres's parser drops what looks like a tag, and after `<script>` all the rest: in `Vec<String>` too."""
    return text.replace("<", " ").replace(">", " ")


def _name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_local"]).title()
    except KeyError:
        return code


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(max(len(run) - 1, 1))]


def _marked(text: str) -> str:
    return text.translate(MARKUP)


MARKUP = str.maketrans(
    {
        "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;",
        "\x02": "<mark>", "\x03": "</mark>", "\x04": "&lt;", "\x05": "&gt;",
    }
)  # fmt: skip
