"""Finding articles in lists: by words of their newest revision, and what lists are narrowed down by."""

from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connections
from django.db.models import Func, Q, QuerySet, TextField, Value

from cms.databases import WRITE

MOST_WORDS, LONGEST = 8, 100

# The next greater in the index each time: the table has as many rows as articles, and few languages.
LANGUAGES = """
WITH RECURSIVE used AS (
    SELECT min(language) AS language FROM authoring_outline
    UNION ALL
    SELECT (SELECT min(o.language) FROM authoring_outline o WHERE o.language > used.language)
    FROM used WHERE used.language IS NOT NULL
) SELECT language FROM used WHERE language IS NOT NULL
"""


def matching(articles: QuerySet[Any], text: str, path: str = "outline") -> QuerySet[Any]:
    """Those of `articles` in which every word of `text` stands.

    Anywhere in the title or the address, or as the beginning of a word of the text, whatever its accents. `path`
    leads to the outline.
    """
    for word in text.split()[:MOST_WORDS]:
        typed = word[:LONGEST]
        articles = articles.filter(
            Q(**{f"{path}__title__icontains": typed})
            | Q(**{f"{path}__slug__icontains": typed})
            | Q(**{f"{path}__words": _beginning(typed)})
        )
    return articles


def languages() -> list[str]:
    """Codes of the languages that articles are in, in order."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute(LANGUAGES)
        return [code for (code,) in cursor.fetchall()]


def _beginning(word: str) -> SearchQuery:
    """What asks for words that begin so: quoted, as everything that somebody types."""
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    plain = Func(Value(f"'{quoted}':*"), function="unaccent", output_field=TextField())
    return SearchQuery(plain, config="simple", search_type="raw")
