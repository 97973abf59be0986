"""Which language a post is in."""

from pathlib import PurePosixPath

from django.conf.locale import LANG_INFO

OTHER_NAMES = {
    "zh": "zh-hans", "zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant",
    "no": "nb", "jp": "ja", "cz": "cs", "ua": "uk", "kr": "ko",
}  # fmt: skip


def known(code: str) -> str:
    """The code under which a language is known here, as in `pt_BR` or `en-US`; empty if it is not."""
    wanted = code.strip().lower().replace("_", "-")
    wanted = OTHER_NAMES.get(wanted, wanted)
    for candidate in (wanted, wanted.partition("-")[0]):
        if candidate in LANG_INFO:
            return candidate
    return ""


def find(said: str, path: PurePosixPath, default: str) -> tuple[str, str]:
    """The language that the head names, else file or folder, else `default`; and what was not understood."""
    if said:
        return known(said) or default, "" if known(said) else said
    return of_name(path.stem) or of_folder(path) or default, ""


def of_name(stem: str) -> str:
    """`fr` for Hugo's `post.fr.md`."""
    _, dot, code = stem.rpartition(".")
    return code if dot and code in LANG_INFO else ""


def without(stem: str) -> str:
    """A file's name without its language."""
    return stem.rpartition(".")[0] if of_name(stem) else stem


def of_folder(path: PurePosixPath) -> str:
    """The first folder's name, where that is a language: `fr/news/…`, `content/fr/…`."""
    parts = path.parts[1:] if path.parts[0] == "content" else path.parts
    return known(parts[0]) if len(parts) > 1 and len(parts[0]) in (2, 5, 7) else ""
