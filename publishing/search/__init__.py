"""Full-text search on plain Postgres: what of articles is indexed, and how readers' words find them."""

from publishing.search.answering import Hit, Listed, Narrowing, Results, newest, order, page, search
from publishing.search.facets import Facet, language_name
from publishing.search.querying import BadQuery
from publishing.search.statistics import languages, renew
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
    "BadQuery",
    "Facet",
    "Hit",
    "Listed",
    "Narrowing",
    "Results",
    "Suggestion",
    "config_of",
    "facets",
    "language_name",
    "languages",
    "newest",
    "order",
    "page",
    "renew",
    "search",
    "suggest",
    "words",
]
