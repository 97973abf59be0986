"""Facets: how many of the matches carry each tag, are by whom, of which year and language."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import get_language_info

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
        **{kind: _subjects(model, by_kind[kind][:SHOWN]) for kind, model in SUBJECTS.items()},
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


def _subjects(model: type[PublishedSubject], counted: list[tuple[str, int]]) -> tuple[Facet, ...]:
    rows = model._default_manager.in_bulk([key for key, _ in counted]) if counted else {}
    return tuple(
        Facet(value=rows[key].path.rstrip("/").rpartition("/")[2], name=rows[key].name, articles=times)
        for key, times in counted
        if key in rows
    )
