"""The folder that is imported: which files are posts, and what their names say."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from authoring.importing.frontmatter import Skipped

MARKDOWN = {".md", ".markdown", ".mdown", ".mkd", ".mkdn"}
OTHER_MARKUP = {".adoc", ".asciidoc", ".org", ".rst", ".textile"}
# What generators keep beside posts: layouts, data, their output. Hidden folders too.
NO_POSTS = {"_layouts", "_includes", "_sass", "_data", "_site", "_plugins", "node_modules", "__pycache__"}
MAX_BYTES = 2 * 1024 * 1024
# Form feeds come from pasted PDFs, and cannot be published.
LINE_ENDS = re.compile(r"(?:\r\n?|\n)?[\f\v](?:\r\n?|\n)?|\r\n?")
JEKYLL_FOLDERS = {"_posts", "_drafts"}


@dataclass(frozen=True, slots=True)
class Root:
    """A folder of posts. `name` tells its files from those of another folder, import after import."""

    folder: Path
    name: str

    def files(self) -> Iterator[Path]:
        """What may be posts, in order; one folder's names are held at a time."""
        for folder, folders, names in os.walk(self.folder):
            folders[:] = sorted(name for name in folders if name not in NO_POSTS and name[0] != ".")
            for name in sorted(names):
                if name[0] != "." and Path(name).suffix.lower() in MARKDOWN | OTHER_MARKUP:
                    yield Path(folder, name)

    def relative(self, file: Path) -> str:
        return file.relative_to(self.folder).as_posix()

    def key(self, relative: str) -> str:
        """What an imported file is remembered by."""
        return f"{self.name}:{relative}"

    def holds(self, file: Path) -> bool:
        """Whether `file` is a file below the folder, links followed."""
        try:
            return file.is_file() and file.resolve().is_relative_to(self.folder)
        except (OSError, ValueError, RuntimeError):  # names that no file system knows; circles of links
            return False

    @property
    def is_jekyll(self) -> bool:
        return (self.folder / "_config.yml").is_file()

    def permalink_style(self) -> str:
        """What a Jekyll site's configuration says about addresses, or nothing."""
        file = self.folder / "_config.yml"
        if not self.holds(file) or file.stat().st_size > MAX_BYTES:
            return ""
        found = re.search(r"^permalink:[ \t]*(\S+)", file.read_text("utf-8", "replace"), re.MULTILINE)
        return found[1].strip("\"'") if found else ""


def read(root: Root, file: Path) -> tuple[bytes, str]:
    """The bytes of a post, and its text. Raises `Skipped`."""
    if any("\ud800" <= character <= "\udfff" for character in file.name):
        raise Skipped("Its name is not UTF-8.")
    if file.suffix.lower() in OTHER_MARKUP:
        raise Skipped(f"This is {file.suffix[1:]}; only Markdown is understood.")
    if not root.holds(file):
        raise Skipped("This is a link to a file outside of the folder, or to none.")
    if (size := file.stat().st_size) > MAX_BYTES:
        raise Skipped(f"The file has {size:,} bytes; {MAX_BYTES:,} is the most.")
    content = file.read_bytes()
    if (nul := content.find(b"\0")) >= 0:
        raise Skipped("The file is binary: it contains a NUL.", content.count(b"\n", 0, nul) + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Skipped("The file is not UTF-8.", content.count(b"\n", 0, error.start) + 1) from error
    return content, LINE_ENDS.sub("\n", text)
