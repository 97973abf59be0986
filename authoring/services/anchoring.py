"""Where a quoted passage stands in a text: exactly, or as near as words tell after the text has changed."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

CONTEXT = 60
"""Characters before and after a passage that are kept to tell it from its like."""

LONGEST = 2000
"""Characters of a passage."""

FEWEST = 4
"""Words that a passage must have to be looked for by its words; of fewer, chance finds the same."""

LIKE = 0.6
"""How much of a passage must be left for the rest to be the same passage."""

MOST_PLACES = 500

WORD = re.compile(r"\w+")
GAP = re.compile(r"\s+")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A quotation, what stood around it, and where it began."""

    quote: str
    before: str = ""
    after: str = ""
    position: int = 0


class Haystack:
    """A text in which passages are looked for. White space does not count: browsers copy it as they like."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def letters(self) -> str:
        return GAP.sub("", self.text)

    @cached_property
    def places(self) -> list[int]:
        """Where in the text each of `letters` stands."""
        return [place for place, letter in enumerate(self.text) if not letter.isspace()]

    @cached_property
    def words(self) -> list[tuple[str, int, int]]:
        return [(word.group().casefold(), *word.span()) for word in WORD.finditer(self.text)]

    def exact(self, passage: Passage) -> Span | None:
        """Where the very words stand; of several places the one whose surroundings are most alike."""
        wanted = GAP.sub("", passage.quote)
        before, after = GAP.sub("", passage.before), GAP.sub("", passage.after)
        starts = self._starts(wanted)
        if not starts:
            return None

        def likeness(start: int) -> tuple[int, int]:
            left = _common(self.letters[max(0, start - len(before)) : start][::-1], before[::-1])
            end = start + len(wanted)
            right = _common(self.letters[end : end + len(after)], after)
            return left + right, -abs(self.places[start] - passage.position)

        best = max(starts, key=likeness)
        return self.places[best], self.places[best + len(wanted) - 1] + 1

    def near(self, passage: Passage) -> Span | None:
        """Where most of the words stand close together; None where too few are left."""
        wanted = [word.casefold() for word in WORD.findall(passage.quote)]
        if len(wanted) < FEWEST or not self.words:
            return None
        start = self._densest(wanted, passage.position)
        window = self.words[start : start + len(wanted)]
        matcher = SequenceMatcher(None, wanted, [word for word, _, _ in window], autojunk=False)
        blocks = [block for block in matcher.get_matching_blocks() if block.size]
        if sum(block.size for block in blocks) < LIKE * len(wanted):
            return None
        return window[blocks[0].b][1], window[blocks[-1].b + blocks[-1].size - 1][2]

    def around(self, span: Span) -> Passage:
        """The passage that stands there, with its surroundings."""
        start, end = span
        return Passage(
            quote=self.text[start:end],
            before=self.text[max(0, start - CONTEXT) : start],
            after=self.text[end : end + CONTEXT],
            position=start,
        )

    def _starts(self, wanted: str) -> list[int]:
        found: list[int] = []
        start = self.letters.find(wanted) if wanted else -1
        while start >= 0 and len(found) < MOST_PLACES:
            found.append(start)
            start = self.letters.find(wanted, start + 1)
        return found

    def _densest(self, wanted: list[str], position: int) -> int:
        """The window as long as the passage that has most of its words; of several, the nearest."""
        missing, size = Counter(wanted), len(wanted)
        hits, best = 0, (-1, 0, 0)
        for end, (word, _, _) in enumerate(self.words):
            missing[word] -= 1
            hits += missing[word] >= 0
            if end >= size:
                gone = self.words[end - size][0]
                hits -= missing[gone] >= 0
                missing[gone] += 1
            start = max(0, end - size + 1)
            best = max(best, (hits, -abs(self.words[start][1] - position), start))
        return best[2]


def _common(one: str, other: str) -> int:
    """How many letters both begin with."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
