"""What generators understand beyond Markdown: Liquid, shortcodes, kramdown's attributes."""

import re
from collections.abc import Callable

from authoring.importing.code import substitute

Notes = list[str]

# Liquid. Lengths are bounded: a text of opening braces alone must not take minutes.
RAW = (re.compile(r"\{%-?\s{0,9}raw\s{0,9}-?%\}"), re.compile(r"\{%-?\s{0,9}endraw\s{0,9}-?%\}"))
COMMENT = (re.compile(r"\{%-?\s{0,9}comment\s{0,9}-?%\}"), re.compile(r"\{%-?\s{0,9}endcomment\s{0,9}-?%\}"))
HIGHLIGHT = (
    re.compile(
        r"^([ \t]{0,40})\{%-?\s{0,9}(?:highlight|codeblock)\s{0,9}([\w+#-]*)[^%\n]{0,200}%\}[ \t]*\n?", re.M
    ),
    re.compile(r"\n?[ \t]*\{%-?\s{0,9}end(?:highlight|codeblock)\s{0,9}-?%\}"),
)
SITE = re.compile(r"\{\{-?\s{0,9}site\.(?:url|baseurl)\s{0,9}-?\}\}")
ADDRESS = re.compile(
    r"\{\{-?\s{0,9}[\"']([^\"'\n]{1,300})[\"']\s{0,9}\|\s{0,9}(?:relative|absolute)_url\s{0,9}-?\}\}"
)
LINK = re.compile(r"\{%-?\s{0,9}link\s{0,9}([^\s%]{1,300})\s{0,9}-?%\}")
POST_URL = re.compile(r"\{%-?\s{0,9}post_url\s{1,9}([^\s%]{1,300})\s{0,9}-?%\}")
ASSIGNED = re.compile(r"\{%-?\s{0,9}assign\s{1,9}(\w{1,50})\s{0,9}=([^%\n]{1,300}?)-?%\}[ \t]*\n?")
CHOSEN = re.compile(r"\|\s*where:\s*[\"'](\w+)[\"'],\s*[\"']([^\"']*)[\"']\s*\|\s*first\s*$")
LITERAL = re.compile(r"\s*[\"']([^\"']*)[\"']\s*$")
VALUE = re.compile(r"\{\{-?\s{0,9}([\w.]{1,100})\s{0,9}-?\}\}")
ANY_VALUE = re.compile(r"\{\{[^{}\n]{1,300}\}\}")
ANY_TAG = re.compile(r"\{%[^\n]{1,300}?%\}")
KEPT = "{\ue000"

# Hugo and Zola.
HUGO_CODE = (
    re.compile(r"^([ \t]{0,40})\{\{<\s{0,9}highlight\s{0,9}([\w+#-]*)[^>\n]{0,200}>\}\}[ \t]*\n?", re.M),
    re.compile(r"\n?[ \t]*\{\{<\s{0,9}/\s{0,9}highlight\s{0,9}>\}\}"),
)
HUGO = re.compile(r"\{\{[<%]\s{0,9}(/?[A-Za-z][\w./-]{0,60})((?:[^{}\n]|\n(?!\n)){0,500}?)/?\s{0,9}[>%]\}\}")
HUGO_QUOTED = re.compile(r"\{\{([<%])/\*(.{0,300}?)\*/([>%])\}\}")
ZOLA = re.compile(r"\{\{\s{0,9}(\w{1,60})\(([^{}\n]{0,500}?)\)\s{0,9}\}\}")
ZOLA_BLOCK = re.compile(r"\{%\s{0,9}(?:\w{1,60}\([^{}\n]{0,500}?\)|end)\s{0,9}%\}[ \t]*\n?")
ARGUMENT = re.compile(r"(?:(\w+)\s*=\s*)?(?:\"([^\"\n]*)\"|'([^'\n]*)'|`([^`\n]*)`|([^\s,\"'=]+))")
PLAYERS = {
    "youtube": "https://www.youtube.com/watch?v=",
    "vimeo": "https://vimeo.com/",
    "gist": "https://gist.github.com/",
}

# kramdown.
CONTENTS = re.compile(r"^[*+-][ \t][^\n]*\n[ \t]*\{:[ ]?toc[^}\n]*\}[ \t]*$", re.MULTILINE)
HEADING_ID = re.compile(
    r"^(#{1,6}[ \t][^\n]*)\n[ \t]*\{:[^}\n#]{0,100}#([\w-]{1,100})[^}\n]{0,100}\}[ \t]*$", re.M
)
BLOCK_ATTRIBUTES = re.compile(r"^[ \t]{0,40}\{:[^}\n]{0,300}\}[ \t]*(?:\n|\Z)", re.MULTILINE)
ATTRIBUTES = re.compile(r"(?<=[)\]*_`\"'>])\{:[^}]{0,300}\}|\{:{1,2}/?\w{0,30}[^}\n]{0,100}/?\}")


def liquid(text: str, notes: Notes, *, line: int, find_post: Callable[[str], str]) -> str:
    """`text` without Liquid, as far as it can be told what it would have made.

    `find_post` gives the file of a post by what `post_url` says, or nothing. What only the old site knew
    stays as text for values and goes for tags, with a note.
    """
    if "{%" not in text and "{{" not in text:
        return text
    before = text
    text = _blocks(text, RAW, lambda _, inner: inner.replace("{", KEPT))
    text = _blocks(text, COMMENT, lambda *_: "")
    text = _blocks(text, HIGHLIGHT, _fence)
    text = ADDRESS.sub(r"\1", SITE.sub("", text))
    text = LINK.sub(lambda found: f"@/{found[1].lstrip('/')}", text)
    text = POST_URL.sub(lambda found: f"@/{name}" if (name := find_post(found[1])) else found[0], text)
    text = _known_values(text)
    return _leftovers(text, before, notes, line).replace(KEPT, "{")


def shortcodes(text: str, notes: Notes, *, line: int) -> str:
    """`text` with Hugo's and Zola's shortcodes as Markdown; unknown ones stay, with a note."""
    if "{{" not in text and "{%" not in text:
        return text
    before, unknown = text, []

    def known(found: re.Match[str]) -> str:
        if (made := _shortcode(found[1].lower(), found[2])) is not None:
            return made
        unknown.append(found[0])
        return found[0]

    text = _blocks(text, HUGO_CODE, _fence)
    text = substitute(ZOLA, known, substitute(HUGO, known, text))
    text = substitute(ZOLA_BLOCK, "", text)
    _note(notes, before, line, unknown, "shortcode", "stays as text", "stay as text")
    return HUGO_QUOTED.sub(r"{{\1\2\3}}", text)


def kramdown(text: str) -> str:
    """`text` without kramdown's attributes; ids of headings stay, because addresses may name them."""
    if "{:" not in text:
        return text
    text = substitute(CONTENTS, "", text)
    text = substitute(HEADING_ID, lambda found: f"{found[1].rstrip(' #')} {{#{found[2]}}}", text)
    return substitute(ATTRIBUTES, "", substitute(BLOCK_ATTRIBUTES, "", text))


def _blocks(
    text: str, fences: tuple[re.Pattern[str], re.Pattern[str]], made: Callable[[re.Match[str], str], str]
) -> str:
    """Each stretch between an opening and the next closing replaced; an opening without an end stays."""
    opening, closing = fences
    parts, position = [], 0
    while (start := opening.search(text, position)) and (end := closing.search(text, start.end())):
        parts += [text[position : start.start()], made(start, text[start.end() : end.start()])]
        position = end.end()
    return "".join([*parts, text[position:]])


def _fence(opening: re.Match[str], code: str) -> str:
    """A fenced block, where the opening stood; its fence is longer than any in the code."""
    indent = opening[1]
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    lines = [line if not line or line.startswith(indent) else indent + line for line in code.split("\n")]
    fence = "`" * (longest + 1)
    return "\n".join([f"{indent}{fence}{opening[2]}", *lines, indent + fence])


def _known_values(text: str) -> str:
    """Values that the text itself assigns: a literal, or the property by which a record was chosen."""
    known: dict[str, str] = {}
    for found in ASSIGNED.finditer(text):
        if chosen := CHOSEN.search(found[2]):
            known[f"{found[1]}.{chosen[1]}"] = chosen[2]
        elif literal := LITERAL.match(found[2]):
            known[found[1]] = literal[1]
    return VALUE.sub(lambda found: known.get(found[1], found[0]), ASSIGNED.sub("", text)) if known else text


def _leftovers(text: str, before: str, notes: Notes, line: int) -> str:
    gone: list[str] = []

    def drop(found: re.Match[str]) -> str:
        gone.append(found[0])
        return ""

    text = substitute(ANY_TAG, drop, text)
    _note(notes, before, line, gone, "Liquid tag", "is left out", "are left out")
    _note(notes, before, line, ANY_VALUE.findall(text), "Liquid value", "stays as text", "stay as text")
    return text


def _note(notes: Notes, before: str, line: int, found: list[str], what: str, one: str, many: str) -> None:
    if found:
        where = line + before.count("\n", 0, max(before.find(found[0]), 0))
        said = f"1 {what} {one}" if len(found) == 1 else f"{len(found)} {what}s {many}"
        notes.append(
            f"Line {where}: {said}, {'' if len(found) == 1 else 'the first of them '}{found[0][:80]}"
        )


def _shortcode(name: str, given: str) -> str | None:
    """The Markdown that a shortcode stands for; None if it is unknown."""
    named: dict[str, str] = {}
    plain: list[str] = []
    for key, *values in ARGUMENT.findall(given):
        value = next((value for value in values if value), "")
        named[key.lower()] = value
        if not key:
            plain.append(value)
    if name in PLAYERS:
        identity = named.get("id") or "/".join(plain)
        return f"<{PLAYERS[name]}{identity}>" if re.fullmatch(r"[\w/-]+", identity) else None
    if name in ("ref", "relref") and plain:
        return f"@/{plain[0].lstrip('/')}"
    if name == "figure" and (source := named.get("src") or "".join(plain[:1])):
        caption = (named.get("caption") or named.get("title") or "").replace('"', "”")
        words = (named.get("alt") or caption).replace("]", "\\]")
        return f'![{words}]({source} "{caption}")' if caption else f"![{words}]({source})"
    return None
