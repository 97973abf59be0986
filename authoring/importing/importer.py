"""A folder of posts, file by file: each is a transaction of its own, and a stop loses nothing."""

import datetime as dt
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction

from authoring.importing import bodies, frontmatter, posts, sources, storing
from authoring.importing.frontmatter import Skipped
from authoring.importing.gallery import Gallery, Refused
from authoring.importing.posts import Post
from authoring.importing.report import Outcome, Report
from authoring.importing.sources import Root
from authoring.importing.storing import Ready, Store
from authoring.models import ImportedSource
from authoring.services import audit, paths
from cms.databases import WRITE

EDITION = 2
"""Rises when the same file would become another text: then the next run makes new revisions."""


class Importer:
    """Brings posts in. `language` is that of posts that name none, `prefix` where the old site began."""

    def __init__(
        self,
        root: Root,
        *,
        now: dt.datetime,
        language: str,
        publish: bool = False,
        dry_run: bool = False,
        prefix: str = "/",
    ) -> None:
        self._root = root
        self._language = language
        self._prefix = prefix
        self._dry_run = dry_run
        self._gallery = Gallery(root, dry_run=dry_run)
        self._store = Store(publish=publish, now=now)
        self._style = root.permalink_style()
        self._waiting: list[Path] = []
        self.report = Report()

    def run(self, progress: Callable[[], object] = lambda: None) -> Report:
        """Every file once; then those again that name a post which came after them."""
        with audit.through("import"):
            for file in self._root.files():
                self._bring(file, self.report)
                progress()
            late, self._waiting = self._waiting, []
            for file in [] if self._dry_run else late:
                self._bring(file, Report(), is_last=True)
        return self.report

    def _bring(self, file: Path, report: Report, *, is_last: bool = False) -> None:
        relative, notes = self._root.relative(file), list[str]()
        line = 1
        try:
            content, text = sources.read(self._root, file)
            document = frontmatter.parse(text)
            line = document.line
            post = posts.understand(
                document, root=self._root, relative=relative, language=self._language, prefix=self._prefix,
                style=self._style,
            )  # fmt: skip
            notes += post.notes
            report.outcomes[self._become(post, content, notes, is_last=is_last)] += 1
            report.note(relative, notes)
        except Skipped as error:
            report.skip(relative, error.line, error.reason)
        except ValidationError as error:
            report.skip(relative, line, _sentence(error))
        except (OperationalError, InterfaceError):
            raise  # the database, not the file
        except OSError as error:
            report.skip(relative, 1, f"The file cannot be read: {error.strerror}.")
        except (
            Exception
        ) as error:  # whatever a file can do: the others still come, and its text goes into no log
            report.skip(relative, line, f"It cannot be understood ({type(error).__name__}).")

    def _become(self, post: Post, content: bytes, notes: list[str], *, is_last: bool) -> Outcome:
        """What the post becomes: the article is kept with all that it says, or not at all."""
        body, summary = bodies.plain(post, self._root, notes)
        names = bodies.names(body, self._root, post.relative)
        links = self._links(post, names, notes, is_last=is_last)
        key = self._root.key(post.relative)
        source = storing.source_of(key)
        digest = self._digest(post, content, names, links)
        if source and source.digest == digest:
            notes.clear()
            ready = Ready(post=post, body="", summary="", hero=None, key=key, digest=digest)
            return self._kept(lambda: self._store.publish_kept(ready, source, notes))
        changes = links | self._pictures(names, notes)
        ready = Ready(
            post=post,
            body=bodies.rewrite(body, changes),
            summary=summary,
            hero=self._hero(post, notes),
            key=key,
            digest=digest,
        )
        return self._kept(lambda: self._store.keep(ready, source, notes))

    def _kept(self, write: Callable[[], Outcome]) -> Outcome:
        try:
            with transaction.atomic(using=WRITE):
                outcome = write()
                transaction.set_rollback(self._dry_run, using=WRITE)
        except BaseException:
            self._store.subjects.forget()
            raise
        if self._dry_run:
            self._store.subjects.forget()
            self._store.claim()
        else:
            self._store.subjects.keep()
        return outcome

    def _pictures(self, names: list[bodies.Name], notes: list[str]) -> dict[bodies.Name, str]:
        found = {}
        for name in names:
            if not name.is_picture:
                continue
            try:
                found[name] = self._gallery.address(name.file)
            except Refused as error:
                notes.append(f"The picture {name.address} is left out: {error}")
        return found

    def _hero(self, post: Post, notes: list[str]) -> UUID | None:
        if not post.hero or "://" in post.hero:
            return None
        try:
            return self._gallery.key(
                bodies.picture_file(self._root, post.relative, post.hero), alt=post.hero_alt
            )
        except Refused as error:
            notes.append(f"The picture {post.hero} is left out: {error}")
            return None

    def _links(
        self, post: Post, names: list[bodies.Name], notes: list[str], *, is_last: bool
    ) -> dict[bodies.Name, str]:
        """Where links to other posts lead now. One to a post that is still to come waits for it."""
        linked = {name: self._relative(name.file) for name in names if not name.is_picture}
        if not linked:
            return {}
        keys = {self._root.key(relative) for relative in linked.values()}
        known = {
            source.path: _address(source)
            for source in ImportedSource.objects.filter(path__in=keys).select_related(
                "article__latest_revision"
            )
        }
        found = {}
        for name, relative in linked.items():
            if address := known.get(self._root.key(relative)):
                found[name] = f"{address}#h-{name.fragment}" if name.fragment else address
            elif (
                is_last or not self._root.holds(name.file) or name.file.suffix.lower() not in sources.MARKDOWN
            ):
                notes.append(f"The link to {name.address} leads nowhere: that file is not brought in.")
            else:
                self._waiting.append(self._root.folder / post.relative)
        return found

    def _relative(self, file: Path) -> str:
        return os.path.relpath(file, self._root.folder).replace(os.sep, "/")

    def _digest(
        self, post: Post, content: bytes, names: list[bodies.Name], links: dict[bodies.Name, str]
    ) -> str:
        """What the article depends on: the file, its pictures, the posts that it names, and the options."""
        hero = (
            self._gallery.digest(bodies.picture_file(self._root, post.relative, post.hero))
            if post.hero
            else ""
        )
        parts = [EDITION, hashlib.sha256(content).hexdigest(), post.language, post.former_paths, hero]
        parts += [(name.address, self._gallery.digest(name.file)) for name in names if name.is_picture]
        parts += [(name.address, address) for name, address in links.items()]
        parts += [post.translation] if post.translation else []
        return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _address(source: ImportedSource) -> str:
    article, latest = source.article, source.article.latest_revision
    if article.is_live or latest is None:
        return article.path
    return paths.article_path(latest.language, latest.slug)


def _sentence(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(f"{name.capitalize()}: {' '.join(said)}" for name, said in error.message_dict.items())
