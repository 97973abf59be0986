"""Full-text search on plain Postgres: what of articles is indexed, and how readers' words find them."""

from publishing.search.answering import Answer, Hit, Narrowing, Results, order, page, search
from publishing.search.facets import Facet, language_name
from publishing.search.querying import BadQuery
from publishing.search.statistics import languages, note_languages, renew
from publishing.search.suggesting import Suggestion, suggest
from publishing.search.texts import (
    CONFIGS,
    HEADS_OF_PART,
    PARTS,
    VECTOR_OF_PART,
    config_of,
    facets,
    words,
)

__all__ = [
    "CONFIGS",
    "HEADS_OF_PART",
    "PARTS",
    "VECTOR_OF_PART",
    "Answer",
    "BadQuery",
    "Facet",
    "Hit",
    "Narrowing",
    "Results",
    "Suggestion",
    "config_of",
    "facets",
    "language_name",
    "languages",
    "note_languages",
    "order",
    "page",
    "renew",
    "search",
    "suggest",
    "words",
]
