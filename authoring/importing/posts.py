"""What a post says about itself: in its head, its name, its folder."""

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.utils import timezone
from django.utils.text import slugify

from authoring.importing import addresses, dates, languages
from authoring.importing.frontmatter import Document, Skipped
from authoring.importing.heads import Head
from authoring.importing.sources import JEKYLL_FOLDERS, Root

HEADING = re.compile(r"^#{1,6}[ \t]+(\S[^\n]*)$|^([^\s#>*+-][^\n]*)\n(?:=+|-{2,})[ \t]*$", re.MULTILINE)
ABOUT = re.compile(r"(?i)(?:readme|contributing|changelog|license|code_of_conduct|security)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post as the old site knew it. `slug` may be taken here, `former_paths` too."""

    relative: str
    title: str
    slug: str
    language: str
    summary: str
    date: dt.datetime | None
    is_draft: bool
    tags: list[str]
    authors: list[str]
    hero: str
    hero_alt: str
    translation: str
    canonical: str
    social_title: str
    noindex: bool
    former_paths: tuple[str, ...]
    is_jekyll: bool
    body: str
    line: int
    notes: list[str] = field(default_factory=list)


def understand(
    document: Document, *, root: Root, relative: str, language: str, prefix: str, style: str
) -> Post:
    """The post in `document`. Raises `Skipped` if it is none."""
    head, path = Head(document), PurePosixPath(relative)
    is_jekyll = bool(JEKYLL_FOLDERS & {*path.parts, root.folder.name})
    name = languages.without(path.stem)
    day, stem = dates.in_name(path.parent.name if name == "index" else name)
    _check(document, head, path, is_page=root.is_jekyll and not is_jekyll and day is None)
    title, body = _title(document, head, stem)
    slug = slug_of(head.line("slug")) or slug_of(stem) or slug_of(title)
    if not slug:
        raise Skipped("No address can be made of its name: it has neither letters nor digits.")
    notes: list[str] = []
    date = _date(head, day, notes)
    known, wrong = languages.find(head.line("lang", "language", "locale"), path, language)
    if wrong:
        notes.append(f"The language “{wrong}” is unknown; {known} is assumed.")
    old = addresses.Old(
        relative=path, prefix=prefix, style=style, slug=head.line("slug"), stem=stem, is_jekyll=is_jekyll,
        days=tuple(moment for moment in (date, day) if moment),
        categories=tuple(head.entries("categories", "category")),
    )  # fmt: skip
    paths, refused = old.paths(
        head.line("permalink", "url", "path"), head.entries("aliases", "redirect_from")
    )
    notes += [f"The old address “{address}” cannot redirect here: {reason}" for address, reason in refused]
    return Post(
        relative=relative,
        title=title,
        slug=slug[:110],
        language=known,
        summary=_summary(head),
        date=date or _default_date(head, path),
        is_draft=_is_draft(head, path),
        tags=head.entries("tags", "tag", "categories", "category"),
        authors=head.people("authors", "author"),
        hero=head.line("hero", "image", "cover", "featured_image", "thumbnail"),
        hero_alt=head.line("hero_alt", "image_alt", "cover_alt"),
        translation=head.line("translationkey", "translation_key"),
        canonical=head.line("canonical"),
        social_title=head.line("social_title")[:200],
        noindex=head.is_true("noindex"),
        former_paths=paths,
        is_jekyll=is_jekyll,
        body=body,
        line=document.line,
        notes=notes,
    )


def slug_of(text: str) -> str:
    """A slug that keeps numbers and names of languages apart: `1.12` and `112`, `C`, `C++` and `C#`."""
    spoken = text.replace("++", "pp").replace("#", "-sharp") if "#" in text or "++" in text else text
    return slugify(re.sub(r"(?<=\w)[.@/:]+(?=\w)", "-", spoken), allow_unicode=True).strip("-_")


def _check(document: Document, head: Head, path: PurePosixPath, *, is_page: bool) -> None:
    if path.stem == "_index" or path.stem.startswith("_index."):
        raise Skipped("This is the page of a section, not a post.")
    if not document.kind and ABOUT.match(path.stem):
        raise Skipped("It has no front matter: a note about the folder, not a post.")
    if languages.without(path.stem) == "index" and not head.line("title"):
        raise Skipped("This is an index page without a title, not a post.")
    if is_page:
        raise Skipped("It has no date and lies outside of _posts: a page of the old site, not a post.", 1)
    if not document.text.strip() and not head.line("title"):
        raise Skipped("It has neither a title nor a text.")


def _title(document: Document, head: Head, stem: str) -> tuple[str, str]:
    """The title, and the text without the heading that says the same."""
    if title := head.line("title"):
        return title, document.text
    if found := HEADING.search(document.text):
        title = " ".join((found[1] or found[2]).partition(" {#")[0].split()).rstrip(" #")
        begins = not document.text[: found.start()].strip()
        return title, document.text[found.end() :].lstrip("\n") if begins else document.text
    words = re.sub(r"[-_]+", " ", stem).strip()
    return words[:1].upper() + words[1:], document.text


def _date(head: Head, day: dt.datetime | None, notes: list[str]) -> dt.datetime | None:
    written = head.value("date", "publishdate", "published_at", "pubdate")
    if isinstance(written, list | dict):
        written = None
    date = dates.parse(written, zone=timezone.get_default_timezone()) if written is not None else None
    if written is not None and date is None:
        notes.append(f"The date “{written}” was not understood.")
    return date or (day.replace(tzinfo=timezone.get_default_timezone()) if day else None)


def _default_date(head: Head, path: PurePosixPath) -> dt.datetime | None:
    day = dates.in_path(head.line("permalink", "url", "path")) or dates.in_path(str(path))
    return day.replace(tzinfo=timezone.get_default_timezone()) if day else None


def _summary(head: Head) -> str:
    text = re.sub(r"<[a-zA-Z/][^<>]*>", "", head.line("description", "summary", "excerpt", "subtitle"))
    return text if len(text) <= 1000 else text[:999] + "…"


def _is_draft(head: Head, path: PurePosixPath) -> bool:
    expired = dates.parse(head.value("expirydate") or "", zone=dt.UTC)
    return (
        head.is_true("draft")
        or head.is_false("published")
        or "_drafts" in path.parts
        or (expired is not None and expired <= timezone.now())
    )
