"""Pictures of imported posts: found beside them, kept by the service, named by their new addresses."""

import hashlib
from pathlib import Path
from uuid import UUID

from django.core.exceptions import ValidationError

from authoring.importing.sources import Root
from authoring.models import Picture
from authoring.services import picture_files, pictures
from cms.pictures import MEDIA, name

MOST_REMEMBERED = 10_000


class Refused(Exception):
    """The picture does not come along; the text says why."""


class Gallery:
    """Keeps each picture once, however many posts show it. `dry_run`: looks at it, and keeps nothing.

    Nothing outside of `root` is ever read, whatever a text names.
    """

    def __init__(self, root: Root, *, dry_run: bool = False) -> None:
        self._root = root
        self._dry_run = dry_run
        self._known: dict[str, tuple[UUID | None, str]] = {}

    def address(self, file: Path) -> str:
        """Where readers will find the picture. Raises `Refused`."""
        return self._kept(file, "")[1]

    def key(self, file: Path, *, alt: str = "") -> UUID | None:
        """The picture's row. Raises `Refused`."""
        return self._kept(file, alt)[0]

    def digest(self, file: Path) -> str:
        """SHA-256 of a picture's file, or why it cannot come along."""
        try:
            return hashlib.sha256(self._content(file)).hexdigest()
        except Refused as error:
            return str(error)

    def _content(self, file: Path) -> bytes:
        if not self._root.holds(file):
            raise Refused("There is no such file in the folder.")
        try:
            if (size := file.stat().st_size) > picture_files.MAX_BYTES:
                raise Refused(f"This file has {size / 1e6:.1f} MB; 20 MB is the most.")
            return file.read_bytes()
        except OSError as error:
            raise Refused(f"It cannot be read: {error.strerror}.") from error

    def _kept(self, file: Path, alt: str) -> tuple[UUID | None, str]:
        content = self._content(file)
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self._known or alt:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[digest] = self._keep(content, file.name, alt)
        return self._known[digest]

    def _keep(self, content: bytes, file_name: str, alt: str) -> tuple[UUID | None, str]:
        try:
            if self._dry_run:
                return None, MEDIA + name(pictures.read(content).digest, 0)
            picture = pictures.add(content, name=file_name, alt=alt[:500])
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        return picture.pk, address_of(picture)


def address_of(picture: Picture) -> str:
    """The address under which a text shows the picture."""
    return MEDIA + name(picture.digest, picture.widths[-1])
