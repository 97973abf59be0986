"""Articles as files: a table, JSON, or Markdown with the front matter that the import reads back."""

import csv
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import yaml
from django.core.files.storage import default_storage
from django.db import transaction

from authoring.models import Action, Article, Author, Picture, ReservedPath, Revision, Tag
from authoring.services import audit, rights
from authoring.services.announcing import MEDIA_NAME
from authoring.services.overview import overview, public_url
from authoring.services.rights import User
from cms import pictures
from cms.databases import WRITE
from cms.events import Kind

CHUNK = 200
"""So many articles are read at a time, however many are taken along."""

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json", "zip": "application/zip"}
COLUMNS = (
    "id", "title", "slug", "language", "status", "version", "url", "published_at", "tags", "authors", "summary",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the beginning of a cell."""


def export(keys: list[UUID], form: str, *, by: User) -> Iterator[bytes]:
    """The articles that `by` may change among `keys`, as `csv`, `json` or `zip`, piece by piece.

    That somebody took them along is recorded. Raises `KeyError` for another form.
    """
    writer = {"csv": _as_csv, "json": _as_json, "zip": _as_zip}[form]
    with transaction.atomic(using=WRITE):
        audit.record(
            Action.EXPORTED, kind="article", key="", title=f"{len(keys)} articles", by=by, note=f"As {form}"
        )
    return writer(_rows(keys, by))


def cell(value: Any) -> str:
    """A value for a spreadsheet, which must not take it for a formula."""
    text = value.isoformat() if hasattr(value, "isoformat") else "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def lines(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """CSV, line by line."""
    writer = csv.writer(_Echo())
    yield str(writer.writerow(columns))
    for row in rows:
        yield str(writer.writerow([cell(value) for value in row]))


def front_matter(article: Any, facts: dict[str, Any]) -> dict[str, Any]:
    """What stands above the text in a file; the import reads all of it."""
    latest = article.latest_revision
    known = {
        "title": latest.title,
        "slug": latest.slug,
        "lang": latest.language,
        "description": latest.summary,
        "date": article.published_at.isoformat() if article.published_at else "",
        "draft": not article.is_live,
        "tags": facts["tags"],
        "authors": facts["authors"],
        "hero": facts["hero"],
        "hero_alt": latest.hero.alt if latest.hero else "",
        "translationkey": str(latest.translation or ""),
        "canonical": latest.canonical,
        "social_title": latest.social_title,
        "noindex": latest.noindex,
        "aliases": facts["aliases"],
    }
    return {name: value for name, value in known.items() if value}


def _rows(keys: list[UUID], by: User) -> Iterator[tuple[Any, dict[str, Any]]]:
    for start in range(0, len(keys), CHUNK):
        wanted = keys[start : start + CHUNK]
        chosen = rights.editable_by(by, overview(Article.objects.filter(pk__in=wanted)))
        found = {article.pk: article for article in chosen.select_related("latest_revision__hero")}
        facts = _facts(list(found.values()))
        yield from ((found[key], facts[key]) for key in wanted if key in found)


def _facts(found: list[Any]) -> dict[UUID, dict[str, Any]]:
    """By key of an article, the names that its text has only as keys; one query for each kind of them."""
    tags = _names(Tag, found, "tags")
    authors = _names(Author, found, "authors")
    owned = ReservedPath.objects.filter(
        kind=Kind.ARTICLE, key__in=[str(row.pk) for row in found], is_public=True
    )
    paths: dict[str, list[str]] = {}
    for key, path in owned.order_by("path").values_list("key", "path"):
        paths.setdefault(key, []).append(path)
    return {
        row.pk: {
            "tags": [tags[key] for key in row.latest_revision.tags if key in tags],
            "authors": [authors[key] for key in row.latest_revision.authors if key in authors],
            "hero": _file(row.latest_revision.hero),
            "aliases": [path for path in paths.get(str(row.pk), []) if path != row.path],
        }
        for row in found
    }


def _names(model: type[Tag | Author], found: list[Any], field: str) -> dict[UUID, str]:
    keys = {key for row in found for key in getattr(row.latest_revision, field)}
    return dict(model._default_manager.filter(pk__in=keys).values_list("pk", "name"))


def _file(picture: Picture | None) -> str:
    """Where a picture lies in the archive: at the address that texts name."""
    return pictures.MEDIA + pictures.name(picture.digest, max(picture.widths)) if picture else ""


def _table(rows: Iterable[tuple[Any, dict[str, Any]]]) -> Iterator[list[Any]]:
    for article, facts in rows:
        latest = article.latest_revision
        yield [
            article.pk, latest.title, latest.slug, latest.language, article.status, article.version,
            public_url(article) or "", article.published_at, ", ".join(facts["tags"]), ", ".join(facts["authors"]),
            latest.summary,
        ]  # fmt: skip


def _as_csv(rows: Iterable[tuple[Any, dict[str, Any]]]) -> Iterator[bytes]:
    return (line.encode() for line in lines(COLUMNS, _table(rows)))


def _as_json(rows: Iterable[tuple[Any, dict[str, Any]]]) -> Iterator[bytes]:
    before = "[\n"
    for article, facts in rows:
        known = {
            "id": str(article.pk),
            "status": article.status,
            "version": article.version,
            "url": public_url(article) or "",
            **front_matter(article, facts),
            "body": article.latest_revision.body,
        }
        yield (before + json.dumps(known, ensure_ascii=False)).encode()
        before = ",\n"
    yield b"\n]\n" if before == ",\n" else b"[]\n"


def _as_zip(rows: Iterable[tuple[Any, dict[str, Any]]]) -> Iterator[bytes]:
    """An archive as it grows: nothing is written to a disk, and no more than an article is held at a time."""
    sink: Any = _Sink()
    shown: set[str] = set()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for article, facts in rows:
            latest = article.latest_revision
            head = yaml.safe_dump(
                front_matter(article, facts), allow_unicode=True, sort_keys=False, width=1000
            )
            archive.writestr(_name(latest), f"---\n{head}---\n\n{latest.body}")
            yield sink.take()
            for name in _pictures(latest, shown):
                _add_picture(archive, name)
                yield sink.take()
    yield sink.take()


def _name(revision: Revision) -> str:
    return f"{revision.language}/{revision.slug}.md"


def _pictures(revision: Revision, shown: set[str]) -> list[str]:
    """The files of pictures that a text shows, each once in an archive."""
    named = {match[0] for match in MEDIA_NAME.finditer(revision.body)} | {_file(revision.hero)} - {""}
    found = sorted(name for name in named if name and name not in shown)
    shown.update(found)
    return found


def _add_picture(archive: zipfile.ZipFile, name: str) -> None:
    try:
        with default_storage.open(name.removeprefix(pictures.MEDIA)) as file:
            archive.writestr(zipfile.ZipInfo(name.lstrip("/")), file.read())
    except OSError:
        return  # the text is worth taking along without it


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


class _Sink:
    """A file that cannot be wound back, and whose content is taken from time to time."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes, /) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """What was written since the last time."""
        taken, self._held = bytes(self._held), bytearray()
        return taken
