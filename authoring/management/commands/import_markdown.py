"""Bring in a folder of posts from Jekyll, Hugo or Zola."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from authoring.importing import languages
from authoring.importing.importer import Importer
from authoring.importing.sources import Root


class Command(BaseCommand):
    help = (
        "Bring in a folder of Markdown posts, as Jekyll, Hugo and Zola know them, with their pictures and old"
        " addresses. A second run brings in what is new or was edited; a stopped one goes on."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", metavar="DIR")
        parser.add_argument("--publish", action="store_true", help="publish posts that are no drafts")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen; change nothing")
        parser.add_argument(
            "--language", default=settings.LANGUAGE_CODE, metavar="CODE", help="of posts that do not say"
        )
        parser.add_argument(
            "--path-prefix", default="/", metavar="PATH", help="where the old site's addresses began"
        )
        parser.add_argument(
            "--name", default="", help="what the folder is remembered by, should it move (its full path)"
        )

    def handle(
        self,
        *args: Any,
        folder: str,
        publish: bool,
        dry_run: bool,
        language: str,
        path_prefix: str,
        name: str,
        **options: Any,
    ) -> None:
        root = Root(*_place(folder, name))
        if not languages.known(language):
            raise CommandError(f"Unknown language “{language}”.")
        importer = Importer(
            root, now=timezone.now(), language=languages.known(language), publish=publish, dry_run=dry_run,
            prefix=path_prefix,
        )  # fmt: skip
        try:
            with tqdm(total=_count(root), unit="post", file=sys.stderr, disable=None) as bar:
                importer.run(bar.update)
        except KeyboardInterrupt:
            raise CommandError("Stopped; the same command goes on from here.", returncode=130) from None
        finally:
            self.stdout.write("\n".join(importer.report.lines()))
        if dry_run:
            self.stdout.write("Nothing was changed.")


def _place(folder: str, name: str) -> tuple[Path, str]:
    place = Path(folder).resolve()
    if not place.is_dir():
        raise CommandError(f"{folder} is no folder.")
    try:
        next(place.iterdir(), None)
    except OSError as error:
        raise CommandError(f"{folder} cannot be read: {error.strerror}.") from error
    return place, name or place.as_posix()


def _count(root: Root) -> int | None:
    """How many files there are; not worth counting when nobody watches."""
    return sum(1 for _ in root.files()) if sys.stderr.isatty() else None
