"""Addresses suggested from titles, in letters that every keyboard has."""

import unicodedata
from uuid import UUID

from anyascii import anyascii
from django.utils.text import slugify

from authoring.models import ReservedPath
from authoring.services.paths import article_path
from authoring.services.texts import slug_problems
from cms.events import Kind

LONGEST = 80
"""Characters: longer addresses are cut between words."""

GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def suggest(title: str, *, language: str, article_id: UUID | None = None) -> str:
    """A slug made of `title` that nobody else owns in `language`; empty if the title has no letters.

    Every script is transliterated: Cyrillic, Greek, Japanese; German umlauts as Germans write them.
    """
    stem = _stem(title, language)
    if not stem:
        return ""
    candidates = [stem, *(f"{stem}-{number}" for number in range(2, 100))]
    fit = [slug for slug in candidates if not slug_problems(slug)]
    owned = {article_path(language, slug): slug for slug in fit}
    others = ReservedPath.objects.filter(path__in=owned).exclude(kind=Kind.ARTICLE, key=str(article_id))
    taken = set(others.values_list("path", flat=True))
    return next((slug for path, slug in owned.items() if path not in taken), "")


def _stem(title: str, language: str) -> str:
    text = unicodedata.normalize("NFC", title)
    if language.partition("-")[0] == "de":
        text = text.translate(GERMAN)
    # Symbols have names, not letters: a party popper would become “tada”.
    text = "".join(" " if unicodedata.category(character) == "So" else character for character in text)
    slug = slugify(anyascii(text))
    if len(slug) <= LONGEST:
        return slug
    cut, _, _ = slug[: LONGEST + 1].rpartition("-")
    return cut or slug[:LONGEST]
