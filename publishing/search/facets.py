"""Facets: how many of the matches carry each tag, are by whom, of which year and language."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import get_language_info

from publishing import reading as databases
from publishing.models import PublishedAuthor, PublishedSubject, PublishedTag
from publishing.search.texts import FACET

SHOWN = 10
"""So many of each kind are shown."""

KINDS = {"t": "tag", "a": "author", "y": "year", "l": "language"}
SUBJECTS: dict[str, type[PublishedSubject]] = {"tag": PublishedTag, "author": PublishedAuthor}


@dataclass(frozen=True, kw_only=True, slots=True)
class Facet:
    """One value that matches can be narrowed by: as the address names it, as readers do, and for how many."""

    value: str
    name: str
    articles: int


def named(counted: Counter[str]) -> dict[str, tuple[Facet, ...]]:
    """The most frequent values of each kind, by frequency; years, newest first."""
    by_kind: dict[str, list[tuple[str, int]]] = {kind: [] for kind in KINDS.values()}
    for lexeme, times in counted.most_common():
        letter, _, value = lexeme.removeprefix(FACET).partition(":")
        by_kind[KINDS[letter]].append((value, times))
    years = sorted(by_kind["year"], reverse=True)
    return {
        **_subjects({kind: by_kind[kind][:SHOWN] for kind in SUBJECTS}),
        "year": tuple(Facet(value=year, name=year, articles=times) for year, times in years),
        "language": tuple(
            Facet(value=code, name=language_name(code), articles=times) for code, times in by_kind["language"]
        ),
    }


def key_of(kind: str, slug: str) -> str:
    """The key of the tag or author with the page `/{kind}s/{slug}/`; one that nobody has if there is none."""
    path = f"/{kind}s/{slug}/"
    return SUBJECTS[kind]._default_manager.filter(path=path).values_list("key", flat=True).first() or "?"


def language_name(code: str) -> str:
    """A language as its speakers call it."""
    try:
        return str(get_language_info(code)["name_local"]).title()
    except KeyError:
        return code


def _subjects(counted: dict[str, list[tuple[str, int]]]) -> dict[str, tuple[Facet, ...]]:
    """The tags and authors with these keys, as their pages are called."""
    asked = [[key for key, _ in counted[kind]] for kind in SUBJECTS]
    if not any(asked):
        return dict.fromkeys(SUBJECTS, ())
    with databases.cursor() as cursor:
        cursor.execute(NAMES, asked)
        held = {(kind, key): (path, name) for kind, key, path, name in cursor.fetchall()}
    return {
        kind: tuple(
            Facet(value=path.rstrip("/").rpartition("/")[2], name=name, articles=times)
            for key, times in counted[kind]
            if (kind, key) in held
            for path, name in [held[kind, key]]
        )
        for kind in SUBJECTS
    }


NAMES = " UNION ALL ".join(
    f"SELECT '{kind}', key, path, name FROM {model._meta.db_table} WHERE key = ANY (%s)"  # noqa: S608  constants
    for kind, model in SUBJECTS.items()
)
