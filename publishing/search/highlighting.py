"""What of an article is shown for a query: its title and its best passage, with the words marked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import escape

from publishing import reading as databases
from publishing.search.reading import Reading, Word
from publishing.search.texts import UNSPACED, fold

PASSAGE = 240
"""About so many characters are shown of a text."""

READ_FOR_IT = 40_000
"""So many characters of a text are looked through for the best passage."""

TIMES = 40
"""So often one word is looked for in one text."""

SENTENCE = re.compile(r"[.!?…:]\s+|[。！？]|\n+")
WORD = re.compile(r"\w+")
LINE_END = re.compile(r"(?<![\s.!?…:;,。！？、])\s*\n\s*")
"""Where a heading, or an entry of a list, ends without a stop."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a word of the query stands in a text."""

    start: int
    end: int
    word: str


class Marker:
    """Finds a query's words in texts of one configuration, as their stems say, in one question for all texts."""

    def __init__(self, reading: Reading, texts: Iterable[str]) -> None:
        words = reading.words
        self.weights = {word.lexeme: reading.rarity(word) for word in words}
        self.runs = [word.lexeme for word in words if UNSPACED.match(word.lexeme)]
        self.words = [word for word in words if not UNSPACED.match(word.lexeme)]
        self.candidates = {text: list(_beginnings(text, self.words)) for text in dict.fromkeys(texts)}
        self.stems = _stems(reading.figures.config, self.words, self._surfaces())

    def _surfaces(self) -> list[str]:
        return sorted({text[start:end] for text, spans in self.candidates.items() for start, end in spans})

    def marks(self, text: str) -> list[Mark]:
        """In order, none within another."""
        found = [
            Mark(start, end, lexeme)
            for start, end in self.candidates[text]
            if (lexeme := self.stems.get(text[start:end]))
        ]
        for run in self.runs:
            found += [Mark(start, start + len(run), run) for start in _places(text, run)]
        return sorted(found, key=lambda mark: (mark.start, mark.end))

    def title(self, text: str) -> str:
        """All of `text` as HTML."""
        return _html(text, 0, len(text), self.marks(text))

    def passage(self, text: str, otherwise: str) -> str:
        """The passage of `text` that has most of the query, as HTML; the beginning of `otherwise` if none has any."""
        marks = self.marks(text)
        if not marks:
            return escape(_cut(otherwise, 0, min(len(otherwise), PASSAGE))[2])
        first = max(range(len(marks)), key=lambda number: (self._weight(marks, number), -number))
        start, end, _ = _cut(text, marks[first].start, marks[first].start + PASSAGE)
        before, after = "… " if start else "", " …" if end < len(text.rstrip()) else ""
        return before + _html(text, start, end, marks) + after

    def _weight(self, marks: Sequence[Mark], first: int) -> float:
        """How much of the query stands in a passage that begins with a mark; a repeated word counts a little."""
        reach = marks[first].start + PASSAGE * 3 // 4
        within: dict[str, int] = {}
        for mark in marks[first:]:
            if mark.end > reach:
                break
            within[mark.word] = within.get(mark.word, 0) + 1
        return sum(self.weights[word] * (1 + 0.1 * min(times - 1, 3)) for word, times in within.items())


def _beginnings(text: str, words: Sequence[Word]) -> Iterable[tuple[int, int]]:
    """Where a word of `text` begins as a stem does. Stemming changes no more than a stem's last letter."""
    folded = fold(text[:READ_FOR_IT])
    for beginning in {word.lexeme[:-1] if len(word.lexeme) > 3 else word.lexeme for word in words}:
        for start in _places(folded, beginning):
            if start == 0 or not (folded[start - 1].isalnum() or folded[start - 1] == "_"):
                match = WORD.match(text, start)
                yield start, match.end() if match else start + len(beginning)


def _places(text: str, part: str) -> Iterable[int]:
    place = text.find(part)
    for _ in range(TIMES):
        if place < 0:
            return
        yield place
        place = text.find(part, place + 1)


def _stems(config: str, words: Sequence[Word], surfaces: Sequence[str]) -> dict[str, str]:
    """Which of the words each of these is a form of, if of any."""
    if not words or not surfaces:
        return {}
    with databases.cursor() as cursor:
        cursor.execute(
            STEMS,
            [list(surfaces), [word.lexeme for word in words], [word.tsquery for word in words], config],
        )
        return dict(cursor.fetchall())


STEMS = """
SELECT DISTINCT ON (surface) surface, lexeme
FROM unnest(%s::text[]) AS surface, unnest(%s::text[], %s::tsquery[]) AS word (lexeme, query)
WHERE to_tsvector(%s::regconfig, surface) @@ query
"""


def _cut(text: str, start: int, end: int) -> tuple[int, int, str]:
    """A passage between two places, moved to where a sentence or a word begins and ends."""
    if start:
        sentences = [match.end() for match in SENTENCE.finditer(text, max(0, start - 80), start)]
        start = sentences[-1] if sentences else _word_start(text, max(0, start - 40), start)
    end = min(len(text), max(end - 40, start + PASSAGE))
    if end < len(text) and not UNSPACED.match(text[end]):
        end = (
            max(text.rfind(" ", start, end), text.rfind("\n", start, end)) if " " in text[start:end] else end
        )
    return start, end, text[start:end].strip()


def _word_start(text: str, place: int, latest: int) -> int:
    if place == 0 or UNSPACED.match(text[place]):
        return place
    space = text.find(" ", place, latest)
    return space + 1 if space >= 0 else latest


def _html(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    parts: list[str] = []
    place = start
    for mark in marks:
        if mark.end <= place or mark.start >= end:
            continue
        if mark.start < place and parts:
            # Pairs of a script without spaces overlap: one mark for the whole run.
            parts[-1] = parts[-1].removesuffix("</mark>") + escape(text[place : mark.end]) + "</mark>"
        else:
            begin = max(mark.start, start)
            parts += [escape(text[place:begin]), f"<mark>{escape(text[begin : mark.end])}</mark>"]
        place = mark.end
    return " ".join(LINE_END.sub(" · ", "".join([*parts, escape(text[place:end])]).strip()).split())
