"""The fields of a text and what stands in them, in words for writers."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from authoring.admin.forms import language
from authoring.models import Author, Picture, Revision, Tag
from authoring.services import translations
from authoring.services.texts import Text

LABELS = {
    "title": "Title",
    "slug": "Address",
    "summary": "Summary",
    "body": "Text",
    "language": "Language",
    "tags": "Tags",
    "authors": "Authors",
    "hero": "Picture",
    "translation": "Translation of",
    "canonical": "Original address",
    "social_title": "Title when shared",
    "noindex": "Hidden from search engines",
}


def listed(names: Iterable[str]) -> str:
    """Fields as part of a sentence: `title, summary and text`."""
    words = [LABELS[name].lower() for name in LABELS if name in set(names)]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def shown(name: str, value: Any, *, article_id: UUID) -> str:
    """What stands in a field of an article's text; empty where nothing does."""
    if name in ("tags", "authors"):
        model: Any = Tag if name == "tags" else Author
        names = {row.pk: row.name for row in model.objects.filter(pk__in=value)}
        return ", ".join(names.get(key, str(key)) for key in value)
    if name == "hero":
        return str(Picture.objects.filter(pk=value).first() or "") if value else ""
    if name == "translation":
        original = translations.original(Revision(article_id=article_id, translation=value))
        # Whoever reads this may edit this article, and need not know of another's draft.
        if original is None:
            return ""
        return original.live_revision.title if original.live_revision else "an article that is not published"
    if name == "noindex":
        return "yes" if value else "no"
    return language(value) if name == "language" else str(value)


def differing(before: Text, after: Text) -> list[str]:
    """The fields in which two texts differ, as the labels have them in order."""
    return [name for name in LABELS if getattr(before, name) != getattr(after, name)]
