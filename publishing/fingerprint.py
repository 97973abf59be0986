"""What a rendering depends on beside its message: the code, the templates, the style sheet's name, settings."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("cms", "publishing/pages", "publishing/templates")
FILES = ("publishing/projection.py", "publishing/search/texts.py", "publishing/tables.py")
LIBRARIES = ("django", "nh3", "pygments", "pyromark")
STYLE_SHEET = "cms/reader.css"


@cache
def fingerprint() -> str:
    """Equal in two processes if they render every message to the same bytes. SHA-256, in hexadecimal."""
    digest = hashlib.sha256()
    for file in sorted(_files()):
        digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    known = [version(library) for library in LIBRARIES]
    known += [static(STYLE_SHEET), settings.SITE_URL, settings.LANGUAGE_CODE, settings.TIME_ZONE]
    digest.update("\n".join(known).encode())
    return digest.hexdigest()


def _files() -> list[Path]:
    found = [ROOT / file for file in FILES]
    for folder in SOURCES:
        found += [file for file in (ROOT / folder).rglob("*") if file.is_file() and file.suffix != ".pyc"]
    return found
