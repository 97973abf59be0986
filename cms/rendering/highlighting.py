"""Code in colours: Pygments' lexers with few classes, for readers tell ten kinds of token apart, not eighty.

Some patterns of the lexers take quadratic time or worse on input made for it. Hence a list of languages that
were measured, and bounds on the shape of a block; what lies beyond stays plain. (Under a time limit the
same text would render differently on a busy machine.)
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html import escape

from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String, _TokenType  # type: ignore[import-untyped]

MAX_CHARACTERS = 6_000
MAX_LINE = 400
MAX_BLANK_LINES = 3

CLASSES: dict[_TokenType, str] = {
    Comment: "c",
    Generic.Deleted: "gd",
    Generic.Heading: "gh",
    Generic.Inserted: "gi",
    Generic.Output: "go",
    Generic.Prompt: "gp",
    Generic.Subheading: "gh",
    Keyword: "k",
    Keyword.Type: "kt",
    Name.Attribute: "na",
    Name.Builtin: "nb",
    Name.Class: "nc",
    Name.Constant: "no",
    Name.Decorator: "nd",
    Name.Exception: "nc",
    Name.Function: "nf",
    Name.Tag: "nt",
    Name.Variable: "nv",
    Number: "m",
    Operator.Word: "k",
    String: "s",
    String.Escape: "se",
}
"""The class of a kind of token and of all below it; other tokens have none."""

ALIASES = {
    alias: names.split()[0]
    for names in (
        "bash sh shell zsh",
        "c h",
        "clojure clj",
        "cmake",
        "console shell-session terminal",
        "cpp c++ cc cxx hpp",
        "css",
        "diff patch",
        "django jinja",
        "docker dockerfile",
        "elixir ex exs",
        "erlang erl",
        "go golang",
        "graphql",
        "haskell hs",
        "html",
        "http",
        "ini cfg conf",
        "javascript js mjs",
        "json",
        "jsx",
        "julia jl",
        "kotlin kt",
        "lua",
        "nasm asm",
        "nginx",
        "ocaml ml",
        "perl pl",
        "php",
        "powershell ps1 pwsh",
        "protobuf proto",
        "pycon",
        "python py python3",
        "r",
        "rbcon irb",
        "ruby rb",
        "rust rs",
        "scheme scm",
        "scss",
        "sql",
        "swift",
        "tex latex",
        "toml cargo",
        "tsx",
        "typescript ts",
        "xml",
        "yaml yml",
        "zig",
    )
    for alias in names.split()
}
"""What writers put behind the fence, and the lexer that it means."""

LANGUAGES = frozenset(ALIASES.values())


def language_of(info: str) -> str:
    """The language that the words behind a code fence name: `rust` for `rs,ignore`, nothing if unknown."""
    word = re.split(r"[\s,{}:]", info.strip(" {.").lower(), maxsplit=1)[0]
    return ALIASES.get(word, "")


@lru_cache(maxsize=256)
def highlighted(code: str, language: str) -> str:
    """`code` as HTML, with spans of `CLASSES` if `language` is in `LANGUAGES` and the block of sane shape."""
    if not language or not _sane(code):
        return escape(code, quote=False)
    return "".join(_spans(code, language))


def _sane(code: str) -> bool:
    lines = [line.rstrip() for line in code.split("\n")] if len(code) <= MAX_CHARACTERS else []
    return max(map(len, lines), default=MAX_LINE + 1) <= MAX_LINE and "\n" * (
        MAX_BLANK_LINES + 2
    ) not in "\n".join(lines)


def _spans(code: str, language: str) -> Iterator[str]:
    before, text = "", ""
    for _, kind, value in _lexer(language).get_tokens_unprocessed(code):
        css = _class(kind)
        if css != before:
            yield _span(before, text)
            before, text = css, ""
        text += value
    yield _span(before, text)


def _span(css: str, text: str) -> str:
    text = escape(text, quote=False)
    return f'<span class="{css}">{text}</span>' if css and text else text


@cache
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(language)


@cache
def _class(kind: _TokenType) -> str:
    return next((CLASSES[ancestor] for ancestor in reversed(kind.split()) if ancestor in CLASSES), "")
