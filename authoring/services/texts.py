"""What a writer typed, and whether it may become a revision."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_unicode_slug
from django.db import connections

from authoring.models import Author, Picture, Revision, Tag
from authoring.services.paths import RESERVED
from cms import rendering
from cms.databases import WRITE

TITLE_LENGTH = 200
SUMMARY_LENGTH = 1000
SLUG_LENGTH = 120
ADDRESS_LENGTH = 500

# What XML feeds and Postgres cannot carry: control characters, lone surrogates, non-characters.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

# What makes the rest of a line be written backwards, in every list that the line stands in.
OVERRIDE = re.compile("[\u202d\u202e]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """The content of one revision. Tags, authors and hero are keys; the body is Markdown.

    `translation` is what it and its translations have in common (`services.translations`).
    """

    title: str
    slug: str
    summary: str = ""
    body: str = ""
    language: str = settings.LANGUAGE_CODE
    tags: tuple[UUID, ...] = ()
    authors: tuple[UUID, ...] = ()
    hero: UUID | None = None
    translation: UUID | None = None
    canonical: str = ""
    social_title: str = ""
    noindex: bool = False


def text_of(revision: Revision) -> Text:
    """The text that `revision` saved."""
    return Text(
        title=revision.title,
        slug=revision.slug,
        summary=revision.summary,
        body=revision.body,
        language=revision.language,
        tags=tuple(revision.tags),
        authors=tuple(revision.authors),
        hero=revision.hero_id,
        translation=revision.translation,
        canonical=revision.canonical,
        social_title=revision.social_title,
        noindex=revision.noindex,
    )


def check(text: Text) -> None:
    """Raise `ValidationError` with messages by field, for every field at once."""
    errors: dict[str, list[str]] = {}
    for name, problems in (
        ("title", line_problems(text.title, limit=TITLE_LENGTH)),
        ("slug", slug_problems(text.slug)),
        ("summary", length_problems(text.summary, limit=SUMMARY_LENGTH)),
        ("body", rendering.problems(text.body)),
        ("canonical", address_problems(text.canonical)),
        ("social_title", line_problems(text.social_title, limit=TITLE_LENGTH) if text.social_title else []),
        ("language", [] if text.language in LANG_INFO else [f"Unknown language “{text.language}”."]),
    ):
        if problems:
            errors[name] = problems
    errors |= _missing(text)
    if errors:
        raise ValidationError(errors)


def line_problems(value: str, *, limit: int) -> list[str]:
    """What is wrong with one line that must not be empty."""
    if not any(character.isprintable() and not character.isspace() for character in value):
        return ["This must not be empty."]
    if "\n" in value or "\r" in value:
        return ["This must be a single line."]
    if OVERRIDE.search(value):
        return ["This contains a character that turns the direction of what stands behind it."]
    return length_problems(value, limit=limit)


def length_problems(value: str, *, limit: int) -> list[str]:
    if len(value) > limit:
        return [f"This has {len(value)} characters; at most {limit} are possible."]
    if UNPRINTABLE.search(value):
        return [
            "This contains a character that cannot be shown: a NUL, another control character or half a pair."
        ]
    return []


def slug_problems(slug: str, *, at_root: bool = True, limit: int = SLUG_LENGTH) -> list[str]:
    """What is wrong with a slug. `at_root`: it begins a path, where some words belong to the site itself."""
    if problems := line_problems(slug, limit=limit):
        return problems
    if at_root and (slug in RESERVED or slug in LANG_INFO):
        return [f"“{slug}” is reserved for the site itself."]
    try:
        validate_unicode_slug(slug)
    except ValidationError as error:
        return list(error.messages)
    return []


def address_problems(address: str) -> list[str]:
    """What is wrong with the full address of a page elsewhere; it may be empty."""
    if not address:
        return []
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        return ["This is no full address, such as https://example.org/a-page/."]
    return length_problems(address, limit=ADDRESS_LENGTH)


def _missing(text: Text) -> dict[str, list[str]]:
    """By field, the keys that name nothing. One statement: every publish asks."""
    named = {
        "tags": (Tag, text.tags),
        "authors": (Author, text.authors),
        "hero": (Picture, (text.hero,) if text.hero else ()),
    }
    asked = {field: (model._meta.db_table, keys) for field, (model, keys) in named.items() if keys}
    if not asked:
        return {}
    tables = " UNION ALL ".join(f"SELECT id FROM {table} WHERE id = ANY(%s)" for table, _ in asked.values())  # noqa: S608
    with connections[WRITE].cursor() as cursor:
        cursor.execute(tables, [list(keys) for _, keys in asked.values()])
        known = {key for (key,) in cursor.fetchall()}
    return {
        field: [f"There is no such {named[field][0]._meta.verbose_name}: {key}." for key in sorted(absent)]
        for field, (_, keys) in asked.items()
        if (absent := set(keys) - known)
    }
