"""The read side's tables, named for what they show. Only the projector and the refresher write them."""

from publishing.models.content import (
    PublishedArticle,
    PublishedAuthor,
    PublishedPlainPage,
    PublishedSite,
    PublishedSubject,
    PublishedTag,
    TaggedArticle,
)
from publishing.models.pages import Page, Purge, Refresh, Rendering, RenderingNote
from publishing.models.positions import DeadLetter, Position
from publishing.models.search import SearchEntry, SearchFigures, SearchLexeme, SearchWord

__all__ = [
    "DeadLetter",
    "Page",
    "Position",
    "PublishedArticle",
    "PublishedAuthor",
    "PublishedPlainPage",
    "PublishedSite",
    "PublishedSubject",
    "PublishedTag",
    "Purge",
    "Refresh",
    "Rendering",
    "RenderingNote",
    "SearchEntry",
    "SearchFigures",
    "SearchLexeme",
    "SearchWord",
    "TaggedArticle",
]
