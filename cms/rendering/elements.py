"""Elements in good order: whatever raw HTML stands in a text, a parser of HTML finds nothing to repair.

Repairs are what hostile input lives on: a hundred unclosed `<b>` are reopened in each of ten thousand
paragraphs, ten thousand nested `<div>` take quadratic time. Here every element is closed inside the one that
holds it, and depth is bounded, before any parser of HTML sees the text.
"""

MAX_DEPTH = 50

_BLOCKS = """
    aside blockquote details div dl dt dd figcaption figure hr li ol p pre section summary
    table ul
"""
_PHRASES = """
    a abbr b bdi bdo cite code del dfn em i ins kbd mark q rp rt ruby s samp small span strong
    sub sup time u var
"""

HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
BLOCKS = HEADINGS | frozenset(_BLOCKS.split())
PHRASES = frozenset(_PHRASES.split())
# Where parts of tables, lists and ruby may stand: elsewhere a parser drops them, moves them or ends others.
PARENTS = {
    "dd": frozenset({"dl"}),
    "dt": frozenset({"dl"}),
    "li": frozenset({"ol", "ul"}),
    "rp": frozenset({"ruby"}),
    "rt": frozenset({"ruby"}),
    "caption": frozenset({"table"}),
    "thead": frozenset({"table"}),
    "tbody": frozenset({"table"}),
    "tfoot": frozenset({"table"}),
    "tr": frozenset({"table", "thead", "tbody", "tfoot"}),
    "td": frozenset({"tr"}),
    "th": frozenset({"tr"}),
}
FRAMES = frozenset({"table", "thead", "tbody", "tfoot", "tr"})
"""Elements that hold only parts of tables, never text."""
VOID = frozenset({"br", "hr", "wbr"})
ALLOWED = BLOCKS | PHRASES | VOID | PARENTS.keys()

# Start tag: the open elements that it closes, and those that it cannot see beyond.
IMPLIED_ENDS = (
    {name: (frozenset({"p"}), frozenset[str]()) for name in BLOCKS - HEADINGS}
    | {name: (HEADINGS | {"p"}, frozenset[str]()) for name in HEADINGS}
    | {"li": (frozenset({"li"}), frozenset({"ul", "ol"}))}
    | {name: (frozenset({"dt", "dd"}), frozenset({"dl"})) for name in ("dt", "dd")}
    | {name: (frozenset({"rp", "rt"}), frozenset({"ruby"})) for name in ("rp", "rt")}
    | {name: (frozenset({"td", "th"}), frozenset({"table"})) for name in ("td", "th")}
    | {"tr": (frozenset({"tr", "caption"}), frozenset({"table"}))}
    | {
        name: (frozenset({"thead", "tbody", "tfoot", "caption"}), frozenset({"table"}))
        for name in ("thead", "tbody", "tfoot")
    }
)


class Unrenderable(ValueError):
    """The text cannot be rendered; the message says why and where."""


class Elements:
    """HTML being written: `begin` and `finish` for Markdown's own, `start` and `end` for tags as typed.

    A typed tag never ends an element of Markdown's, and never outlives it.
    """

    def __init__(self) -> None:
        self.out: list[str] = []
        self._open: list[str] = []
        # For each of Markdown's open elements its place in `_open`.
        self._own: list[int] = [-1]

    def begin(self, name: str, attributes: str = "") -> None:
        """Open `name`; typed elements that cannot hold it end here."""
        self._make_room(name)
        self._own.append(len(self._open))
        self._push(name, attributes)

    def finish(self) -> None:
        """Close what was begun last, and what was left open inside."""
        self._close(self._own.pop())

    def put(self, html: str) -> None:
        """Finished HTML: escaped text, or elements closed in themselves."""
        if self._in_frame():
            self._leave_table()
        self.out.append(html)

    def start(self, name: str, attributes: str = "") -> None:
        """A typed start tag; where it cannot stand it is dropped, and what it holds stays."""
        if not self._may_stand(name):
            return
        self._make_room(name)
        if name in VOID:
            self.out.append(f"<{name}>")
        elif name not in PARENTS or (self._typed() and self._open[-1] in PARENTS[name]):
            self._push(name, attributes)

    def end(self, name: str) -> None:
        """A typed end tag; without its start tag it is dropped."""
        for place in range(len(self._open) - 1, self._own[-1], -1):
            if self._open[place] == name:
                return self._close(place)

    def space(self, text: str) -> None:
        """White space between elements, which may stand anywhere."""
        self.out.append(text)

    def has_open(self, name: str) -> bool:
        """Whether `name` is open anywhere."""
        return name in self._open

    def html(self) -> str:
        """All of it; what is still open is closed."""
        self._close(0)
        return "".join(self.out)

    def _may_stand(self, name: str) -> bool:
        if name == "a":
            return "a" not in self._open
        return name in PHRASES or (name in VOID and name != "hr") or not self._only_phrases()

    def _push(self, name: str, attributes: str) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise Unrenderable(f"nests elements more than {MAX_DEPTH} deep")
        self._open.append(name)
        self.out.append(f"<{name}{attributes}>")

    def _close(self, depth: int) -> None:
        while len(self._open) > depth:
            self.out.append(f"</{self._open.pop()}>")

    def _typed(self) -> bool:
        return len(self._open) - 1 > self._own[-1]

    def _in_frame(self) -> bool:
        return self._typed() and self._open[-1] in FRAMES

    def _make_room(self, name: str) -> None:
        if not self._typed():
            return
        if name in IMPLIED_ENDS:
            self._imply(*IMPLIED_ENDS[name])
        if name not in PARENTS and self._in_frame():
            self._leave_table()

    def _imply(self, ends: frozenset[str], barriers: frozenset[str]) -> None:
        for place in range(len(self._open) - 1, self._own[-1], -1):
            if self._open[place] in ends:
                self._close(place)
            elif self._open[place] in barriers:
                return

    def _leave_table(self) -> None:
        """What is no part of a table ends it: a parser would carry it out, one search for each."""
        while self._in_frame():
            self._close(len(self._open) - 1)

    def _only_phrases(self) -> bool:
        """Whether Markdown's innermost element holds nothing but a line of text."""
        name = self._open[self._own[-1]] if self._own[-1] >= 0 else ""
        return name == "p" or name in HEADINGS or name in PHRASES
