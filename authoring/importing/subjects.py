"""Tags and authors that posts name: found by slug, made where there are none."""

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError

from authoring.importing.posts import slug_of
from authoring.models import Author, Tag
from authoring.services import subjects, texts

WORDS: dict[type[Tag | Author], str] = {Tag: "tag", Author: "author"}


class Subjects:
    """Keys of tags and authors by slug. What a transaction makes is remembered once it is kept."""

    def __init__(self) -> None:
        self._kept: dict[tuple[type, str], UUID] = {}
        self._made: dict[tuple[type, str], UUID] = {}

    def keep(self) -> None:
        """The transaction committed."""
        self._kept |= self._made
        self._made = {}

    def forget(self) -> None:
        """The transaction was rolled back."""
        self._made = {}

    def keys(
        self, model: type[Tag | Author], names: list[str], *, now: dt.datetime, notes: list[str]
    ) -> tuple[UUID, ...]:
        """The keys of those named, in order and each once. What cannot be made is left out, with a note."""
        wanted = {_slug(name): name for name in reversed(names)}
        self._find(model, {slug for slug in wanted if slug and (model, slug) not in self._kept})
        found = []
        for slug, name in reversed(wanted.items()):
            try:
                found.append(self._key(model, slug) or self._make(model, slug, name, now=now))
            except ValidationError as error:
                notes.append(f"The {WORDS[model]} “{name[:80]}” is left out: {' '.join(error.messages)}")
        return tuple(dict.fromkeys(found))

    def _key(self, model: type[Tag | Author], slug: str) -> UUID | None:
        return self._kept.get((model, slug)) or self._made.get((model, slug))

    def _find(self, model: type[Tag | Author], slugs: set[str]) -> None:
        if slugs:
            rows = model._default_manager.filter(slug__in=slugs).values_list("slug", "pk")
            self._made |= {(model, slug): pk for slug, pk in rows}

    def _make(self, model: type[Tag | Author], slug: str, name: str, *, now: dt.datetime) -> UUID:
        made: Tag | Author
        if model is Tag:
            made = subjects.save_tag(Tag(name=name, slug=slug), now=now)
        else:
            made = subjects.save_author(Author(name=name, slug=slug), now=now)
        self._made[model, slug] = made.pk
        return made.pk


def _slug(name: str) -> str:
    slug = slug_of(name)
    return (
        f"{slug}-2" if slug and texts.slug_problems(slug) and not texts.slug_problems(f"{slug}-2") else slug
    )
