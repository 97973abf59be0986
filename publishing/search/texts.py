"""What search indexes of an article: its texts as words, and the SQL that makes an entry of them."""

import re
import unicodedata

CONFIGS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish",
}  # fmt: skip
"""Postgres's text search configurations by language; `simple` serves all others."""

PLAIN = "imprint_simple"
FACET = "¶"
"""Begins the lexemes of facets: no text has words with it, so that one index finds words and facets."""

# Scripts without spaces between words: Chinese, Japanese, Korean, Thai.
UNSPACED = re.compile(
    "[\u0e00-\u0e7f\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+"
)

COMPOUND = re.compile(r"(?<=\w)[-/](?=\w)")

# A pilcrow stands between the parts and is taken out again, so that no phrase reaches from one into the next.
VECTOR = """
ts_delete(
    setweight(to_tsvector({config}::regconfig, {title}), 'A') || '¶:1'
    || setweight(to_tsvector({config}::regconfig, {names}), 'B') || '¶:1'
    || setweight(to_tsvector({config}::regconfig, {summary}), 'C') || '¶:1'
    || setweight(to_tsvector({config}::regconfig, {body}), 'D'),
    '¶'
) || array_to_tsvector(string_to_array({facets}, ' '))
"""
"""The vector of an article, to be formatted with SQL expressions for its parts."""

HEADS = """
strip(to_tsvector({config}::regconfig, {title} || ' ' || {names}))
    || strip(to_tsvector('imprint_simple', {title}))
"""
"""The words of title, tags and authors, as stems; those of the title as they are written, too."""

PARTS = ("title", "names", "summary", "body", "facets")


def config_of(language: str) -> str:
    """The text search configuration of a language code such as `en` or `pt-br`."""
    return f"imprint_{CONFIGS.get(language.partition('-')[0], 'simple')}"


def words(text: str) -> str:
    """`text` as it is indexed: halves of compounds apart, scripts that have no spaces cut into pairs of characters,
    and without what looks like tags.
    """
    text = apart(without_tags(text))
    if text.isascii():
        return text
    return UNSPACED.sub(lambda run: f" {' '.join((*pairs(run.group()), run.group()[-1]))} ", text)


def apart(text: str) -> str:
    """`text` with `CVE-2021-3` as three words: Postgres's parser takes `-2021` for a number below zero, and a name
    such as `lists.ruby-lang.org` for one word.
    """
    return COMPOUND.sub(" ", text)


def pairs(run: str) -> list[str]:
    """Each two neighbours in a run of a script without spaces. Lone characters are found by their beginning."""
    return [run[i : i + 2] for i in range(len(run) - 1)]


def facets(*, language: str, year: int, tag_keys: list[str], author_keys: list[str]) -> list[str]:
    """What an article is counted and narrowed by, each as one lexeme."""
    named = [("l", language), ("y", str(year)), *(("t", key) for key in tag_keys)]
    named += [("a", key) for key in author_keys]
    return [facet(kind, value) for kind, value in named]


def facet(kind: str, value: str) -> str:
    """The lexeme of a facet: `l`anguage, `y`ear, `t`ag or `a`uthor. Without spaces, whatever is asked for."""
    return f"{FACET}{kind}:{''.join(value.split())}"


def without_tags(text: str) -> str:
    """Postgres's parser drops what looks like a tag, and after `<script>` all the rest: in `Vec<String>` too."""
    return text.replace("<", " ").replace(">", " ")


class _Folding(dict[int, str | int]):
    """Each character's lower case without accents: always one character, so that offsets stay true."""

    def __missing__(self, code: int) -> str | int:
        lower = chr(code).lower()
        base = unicodedata.normalize("NFD", lower)[0] if not UNSPACED.match(lower) else lower
        self[code] = base
        return base


_FOLDING = _Folding()
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
FEW = 40
"""So many different characters are sooner exchanged one after the other than by looking at each place."""


def fold(text: str) -> str:
    """`text` in lower case and without accents, as long as before."""
    beyond = set() if text.isascii() else set(_BEYOND_ASCII.findall(text))
    if len(beyond) > FEW:
        return text.translate(_FOLDING)
    for character in beyond:
        text = text.replace(character, character.translate(_FOLDING))
    return text.lower()


def _of_part(sql: str) -> str:
    return sql.format(config="part.config", **{name: f"part.{name}" for name in PARTS})


VECTOR_OF_PART = _of_part(VECTOR)
HEADS_OF_PART = _of_part(HEADS)
"""The same of a row `part` with the columns `config` and `PARTS`."""
