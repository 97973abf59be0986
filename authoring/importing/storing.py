"""A post becomes an article, or a new revision of the one that it was."""

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from authoring.importing.posts import Post
from authoring.importing.report import Outcome
from authoring.importing.subjects import Subjects
from authoring.models import Article, Author, ImportedSource, ReservedPath, Revision, ScheduledChange, Tag
from authoring.services import articles, paths, scheduling, translations
from authoring.services.texts import Text, address_problems, slug_problems
from cms.events import Kind

SUFFIXES = range(2, 10)
TRASHED = "Its article is in the trash: restore it, or delete it for ever to bring it in anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A post whose text and pictures are as readers will see them."""

    post: Post
    body: str
    summary: str
    hero: UUID | None
    key: str
    digest: str


class Store:
    """Writes one post after the other, in the caller's transactions."""

    def __init__(self, *, publish: bool, now: dt.datetime) -> None:
        self.subjects = Subjects()
        self._publish = publish
        self._now = now
        self._last: set[str] = set()
        self._claimed: set[str] = set()

    def claim(self) -> None:
        """Treat what the last post took as taken, although its transaction was rolled back: for a dry run."""
        self._claimed |= self._last

    def keep(self, ready: Ready, source: ImportedSource | None, notes: list[str]) -> Outcome:
        """Save `ready` as an article's newest revision and publish it if wished. `source`: the last time."""
        if source and source.article.trashed_at:
            raise ValidationError(TRASHED)
        owner = str(source.article_id) if source else ""
        candidates = _slugs(ready, source)
        wanted = {paths.article_path(ready.post.language, slug): slug for slug in candidates}
        taken = self._taken({*wanted, *ready.post.former_paths}, owner=owner)
        slug = next((slug for path, slug in wanted.items() if path not in taken), candidates[-1])
        if slug != candidates[0]:
            notes.append(f"The slug “{candidates[0]}” is taken; the article is at {slug}.")
        revision = self._save(self._text(ready, slug, notes, owner=owner), source)
        former = _free(ready, taken, notes, own=next(iter(wanted)))
        self._release(ready, revision, source, former, notes)
        self._last = {paths.article_path(ready.post.language, slug), *former}
        _remember(ready, revision, source)
        return Outcome.UPDATED if source else Outcome.IMPORTED

    def publish_kept(self, ready: Ready, source: ImportedSource, notes: list[str]) -> Outcome:
        """Publish what an earlier run only saved, if that is wished now."""
        article = source.article
        if article.trashed_at:
            raise ValidationError(TRASHED)
        waiting = article.is_live or article.version or not self._publish or ready.post.is_draft
        if waiting or _waiting(article, source.revision).exists():
            return Outcome.UNCHANGED
        taken = self._taken(set(ready.post.former_paths), owner=str(article.pk))
        self._release(ready, source.revision, source, _free(ready, taken, notes, own=""), notes)
        return Outcome.PUBLISHED

    def _taken(self, wanted: set[str], *, owner: str) -> set[str]:
        owned = ReservedPath.objects.filter(path__in=wanted).exclude(kind=Kind.ARTICLE, key=owner)
        return set(owned.values_list("path", flat=True)) | (self._claimed & wanted)

    def _text(self, ready: Ready, slug: str, notes: list[str], *, owner: str) -> Text:
        post = ready.post
        text = Text(
            title=post.title,
            slug=slug,
            summary=ready.summary,
            body=ready.body,
            language=post.language,
            tags=self.subjects.keys(Tag, post.tags, now=self._now, notes=notes),
            authors=self.subjects.keys(Author, post.authors, now=self._now, notes=notes),
            hero=ready.hero,
            translation=_group(ready),
            canonical=_address(post.canonical, notes),
            social_title=post.social_title,
            noindex=post.noindex,
        )
        try:
            translations.check(text, of=UUID(owner) if owner else None)
        except ValidationError as error:
            notes.append(f"It is no translation of “{post.translation}”: {' '.join(error.messages)}")
            return replace(text, translation=None)
        return text

    def _save(self, text: Text, source: ImportedSource | None) -> Revision:
        if source:
            return articles.save_draft(source.article_id, text)
        return cast(Revision, articles.create(text).latest_revision)

    def _release(
        self,
        ready: Ready,
        revision: Revision,
        source: ImportedSource | None,
        former: tuple[str, ...],
        notes: list[str],
    ) -> None:
        """Publish, schedule, or only keep the old addresses until somebody publishes."""
        post = ready.post
        withdrawn = source is not None and source.article.withdrawn_at is not None
        if post.is_draft or withdrawn or not self._publish:
            self._hold(post, revision, source, former, notes)
        elif post.date and post.date > self._now:
            self._schedule(post.date, revision, source, former)
        else:
            articles.publish(
                revision.article_id,
                now=self._now,
                revision_id=revision.pk,
                published_at=post.date,
                former_paths=former,
            )

    def _hold(
        self,
        post: Post,
        revision: Revision,
        source: ImportedSource | None,
        former: tuple[str, ...],
        notes: list[str],
    ) -> None:
        if not post.is_draft:
            _reserve(revision, former)
        if self._publish and source and source.article.is_live:
            notes.append("The file is a draft now; the article stays public as it was.")
        elif self._publish and source and source.article.withdrawn_at:
            notes.append("The article was withdrawn; the new text waits as a draft.")

    def _schedule(
        self, due_at: dt.datetime, revision: Revision, source: ImportedSource | None, former: tuple[str, ...]
    ) -> None:
        _reserve(revision, former)
        for change in _waiting(source.article, source.revision) if source else ():
            scheduling.cancel(change.pk, now=self._now)
        scheduling.schedule(
            revision.article_id,
            action=ScheduledChange.Action.PUBLISH,
            due_at=due_at,
            zone=settings.TIME_ZONE,
            now=self._now,
            revision_id=revision.pk,
        )


def source_of(key: str) -> ImportedSource | None:
    """What became of a file at an earlier run."""
    if not ImportedSource.objects.filter(pk=key).exists():
        return None  # most files of most runs: the joins below cost more than all else that is read
    found = ImportedSource.objects.select_related("article", "article__latest_revision", "revision")
    return found.filter(pk=key).first()


def _slugs(ready: Ready, source: ImportedSource | None) -> list[str]:
    """The slug that the article should have, and what it has if that is taken."""
    base = ready.post.slug
    if source and re.fullmatch(rf"{re.escape(base)}(-\d|-[0-9a-f]{{8}})?", source.revision.slug):
        latest = source.article.latest_revision
        return [latest.slug if latest else base]  # a writer may have renamed it since
    last = hashlib.sha256(ready.key.encode()).hexdigest()[:8]
    slugs = [base, *(f"{base}-{number}" for number in SUFFIXES), f"{base}-{last}"]
    return [slug for slug in slugs if not slug_problems(slug)] or [base]


def _group(ready: Ready) -> UUID | None:
    """What its translations in the same folder have in common, if it says so."""
    if not ready.post.translation:
        return None
    return translations.group_named(ready.key.removesuffix(ready.post.relative) + ready.post.translation)


def _address(canonical: str, notes: list[str]) -> str:
    """Where the original is, if that can be an address."""
    if problems := address_problems(canonical):
        notes.append(f"The original address “{canonical}” is left out: {' '.join(problems)}")
        return ""
    return canonical


def _free(ready: Ready, taken: set[str], notes: list[str], *, own: str) -> tuple[str, ...]:
    """The old addresses that nobody has. The others are named, but for `own`: that one is no redirect."""
    others = [path for path in ready.post.former_paths if path != own]
    for path in others:
        if path in taken:
            notes.append(f"The old address {path} cannot redirect here: another article or page owns it.")
    return tuple(path for path in others if path not in taken)


def _reserve(revision: Revision, former: tuple[str, ...]) -> None:
    """The old site's readers know these, published or not."""
    paths.reserve(*former, kind=Kind.ARTICLE, key=str(revision.article_id), public=True)


def _remember(ready: Ready, revision: Revision, source: ImportedSource | None) -> None:
    remembered = source or ImportedSource(path=ready.key, article_id=revision.article_id)
    remembered.digest, remembered.revision = ready.digest, revision
    remembered.save(force_insert=source is None)


def _waiting(article: Article, revision: Revision) -> QuerySet[ScheduledChange]:
    return ScheduledChange.objects.filter(
        article=article, revision=revision, done_at=None, cancelled_at=None, failed_at=None
    )
