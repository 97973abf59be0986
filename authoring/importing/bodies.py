"""The text of a post, and the pictures and posts that it names."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from authoring.importing import templates
from authoring.importing.code import Code
from authoring.importing.frontmatter import Skipped
from authoring.importing.posts import Post
from authoring.importing.sources import JEKYLL_FOLDERS, MARKDOWN, Root
from cms import rendering
from cms.rendering.article import MAX_BYTES

PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg", ".avif", ".bmp", ".tif", ".tiff"}
NAMES = (
    re.compile(r"\]\(\s{0,99}(?P<address><[^<>\n]{1,999}>|[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)"),
    re.compile(r"^[ ]{0,3}\[[^\]\n]{1,999}\]:[ \t]*(?P<address><[^<>\n]{1,999}>|\S+)", re.MULTILINE),
    re.compile(
        r"<(?:img|a|source)\b[^<>]{0,500}?\s(?:src|href)\s{0,9}=\s{0,9}"
        r"(?P<address>\"[^\"\n]{1,999}\"|'[^'\n]{1,999}'|[^\s<>\"']{1,999})",
        re.IGNORECASE,
    ),
)
ELSEWHERE = re.compile(r"[a-zA-Z][\w+.-]*:|//|#|\?")
MORE = re.compile(
    r"^[ \t]*<!--[ \t]*more[ \t]*-->[ \t]*$\n?|<!--[ \t]*more[ \t]*-->", re.MULTILINE | re.IGNORECASE
)
STATIC = ("", "static", "assets", "public", "src", "source")


@dataclass(frozen=True, slots=True)
class Name:
    """An address in a text: where it stands, and what it means below the imported folder."""

    start: int
    end: int
    address: str
    file: Path
    fragment: str = ""

    @property
    def is_picture(self) -> bool:
        return self.file.suffix.lower() in PICTURES


def plain(post: Post, root: Root, notes: list[str]) -> tuple[str, str]:
    """The text of `post` as Markdown that knows no generator, and its summary. Raises `Skipped`."""
    size = len(post.body.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise Skipped(f"The text has {size:,} bytes; {MAX_BYTES:,} is the most.", post.line)
    if post.is_jekyll:
        found = _post_finder(root, post.relative)
        body = templates.kramdown(templates.liquid(post.body, notes, line=post.line, find_post=found))
    else:
        body = templates.shortcodes(post.body, notes, line=post.line)
    if (more := MORE.search(body)) is None:
        return body, post.summary
    beginning = body[: more.start()]
    return MORE.sub("", body), post.summary or _said(beginning)


def names(body: str, root: Root, relative: str) -> list[Name]:
    """The files that `body` names outside of code, in order. Whether they exist is another question."""
    found = {
        match.start("address"): name
        for pattern in NAMES
        for match in pattern.finditer(body)
        if (name := _name(match, root, relative))
    }
    if not found:
        return []
    code = Code(body)
    return [found[start] for start in sorted(found) if start not in code]


def rewrite(body: str, changes: Mapping[Name, str]) -> str:
    """`body` with other addresses."""
    parts, position = [], 0
    for name, address in sorted(changes.items(), key=lambda change: change[0].start):
        parts += [body[position : name.start], address]
        position = name.end
    return "".join([*parts, body[position:]])


def picture_file(root: Root, relative: str, address: str) -> Path:
    """Where the picture `address` of a post lies: beside it, or below one of the root's usual folders."""
    clean = unquote(re.split(r"[?#]", address)[0])
    here = root.folder / PurePosixPath(relative).parent
    if not clean.startswith("/"):
        candidates = [here / clean, *(root.folder / folder / clean for folder in STATIC)]
    else:
        candidates = [root.folder / folder / clean.lstrip("/") for folder in STATIC]
    return next((file for file in candidates if root.holds(file)), candidates[0])


def _name(match: re.Match[str], root: Root, relative: str) -> Name | None:
    start, end = match.span("address")
    written = match["address"]
    if written[0] in "<\"'" and len(written) > 2:
        start, end, written = start + 1, end - 1, written[1:-1]
    address, _, fragment = written.partition("#")
    address = address.partition("?")[0]
    if not address or ELSEWHERE.match(written) or len(address) > 900:
        return None
    suffix = PurePosixPath(address).suffix.lower()
    if written.startswith("@/"):
        return Name(start, end, written, _post_file(root, relative, unquote(address[2:])), fragment)
    if suffix in PICTURES:
        return Name(start, end, written, picture_file(root, relative, address))
    file = root.folder / PurePosixPath(relative).parent / unquote(address)
    if address[0] != "/" and suffix in MARKDOWN:
        return Name(start, end, written, file, fragment)
    return Name(start, end, written, file) if address[0] != "/" and suffix and root.holds(file) else None


def _post_file(root: Root, relative: str, wanted: str) -> Path:
    """The file of a post that is named from the root, or, as Hugo also does, from beside it."""
    here = root.folder / PurePosixPath(relative).parent
    names = (wanted, f"{wanted}.md", f"{wanted.rstrip('/')}/index.md")
    candidates = [folder / name for folder in (root.folder, root.folder / "content", here) for name in names]
    return next((file for file in candidates if root.holds(file)), candidates[0])


def _post_finder(root: Root, relative: str) -> Callable[[str], str]:
    """What finds the file that `post_url` means: in the same folder of posts, or the root's."""
    parts = PurePosixPath(relative).parts
    depth = next((number for number, part in enumerate(parts, 1) if part in JEKYLL_FOLDERS), len(parts) - 1)
    folders = [root.folder.joinpath(*parts[:depth]), root.folder / "_posts", root.folder]

    def find(name: str) -> str:
        files = (
            folder / f"{name.strip('/')}{suffix}" for folder in folders for suffix in (".md", ".markdown")
        )
        return next((root.relative(file) for file in files if root.holds(file)), "")

    return find


def _said(beginning: str) -> str:
    try:
        return rendering.excerpt(rendering.render(beginning).text, 300)
    except rendering.Unrenderable:
        return ""
