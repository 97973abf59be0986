"""What a reader typed, taken apart: words, phrases, alternatives, what to leave out."""

import re
from dataclasses import dataclass

from publishing.search.texts import UNSPACED, without_tags

LENGTH = 200
TOKEN = re.compile(r'-?"[^"]*"?|[^\s"]+')
ALTERNATIVE = re.compile(r"(?i)or|\|")
PIECE = re.compile(f"{UNSPACED.pattern}|[^\\s]+?(?={UNSPACED.pattern}|\\s|$)")


class BadQuery(ValueError):
    """The query cannot be searched for; the message says why, to the reader."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A word or a phrase as it was typed; with `is_prefix`, the beginning of a word.

    A compound, or a run of a script without spaces, is a phrase too, but not one that was quoted.
    """

    text: str
    is_phrase: bool = False
    is_quoted: bool = False
    is_prefix: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Each group must match by one of its terms, and none of `without` may."""

    text: str
    groups: tuple[tuple[Term, ...], ...] = ()
    without: tuple[Term, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        return (*(term for group in self.groups for term in group), *self.without)


def clean(text: str) -> str:
    """`text` as it may be shown and asked: in one line, without what no text can hold."""
    text = text.encode("utf-8", "ignore").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def parse(text: str, *, longest: int = LENGTH) -> Query:
    """Take a query in websearch syntax apart. Whatever is typed means something. Raises `BadQuery`."""
    text = clean(text)
    if len(text) > longest:
        raise BadQuery(f"Please search for at most {longest} characters.")
    groups: list[tuple[Term, ...]] = []
    without: list[Term] = []
    joining = False
    for token in TOKEN.findall(without_tags(text)):
        if ALTERNATIVE.fullmatch(token):
            joining = bool(groups)
            continue
        negative, token = token.startswith("-") and len(token) > 1, token.removeprefix("-")
        found = _terms(token)
        if negative:
            without += found
        elif joining and found:
            groups[-1] += found[:1]
            groups += [(term,) for term in found[1:]]
        else:
            groups += [(term,) for term in found]
        joining = False
    return Query(text=text, groups=tuple(groups), without=tuple(without))


def _terms(token: str) -> tuple[Term, ...]:
    if token.startswith('"'):
        inner = token.strip('"')
        return (Term(text=inner, is_phrase=True, is_quoted=True),) if _speaks(inner) else ()
    # A word and a script without spaces may stand together, as in Rubyの本.
    return tuple(term for piece in PIECE.findall(token) if (term := _term(piece)))


def _term(piece: str) -> Term | None:
    if not _speaks(piece):
        return None
    if UNSPACED.match(piece):
        return Term(text=piece, is_phrase=len(piece) > 1, is_prefix=len(piece) == 1)
    stem = piece.rstrip("*")
    is_prefix = stem != piece and len(stem) > 1 and stem.isalnum()
    # Both halves of a compound follow one another in the index, however it is written.
    parts = stem.replace("-", " ").replace("/", " ").strip()
    return Term(text=parts, is_phrase=" " in parts, is_prefix=is_prefix)


def _speaks(text: str) -> bool:
    return any(character.isalnum() for character in text)
