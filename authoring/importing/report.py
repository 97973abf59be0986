"""What an import did, file by file where it matters."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a file that is a post."""

    IMPORTED = "imported"
    UPDATED = "updated"
    PUBLISHED = "published now"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class Report:
    """Counts, and a line for every file that was skipped or is worth a look."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def files(self) -> int:
        return self.outcomes.total() + len(self.skipped)

    def skip(self, relative: str, line: int, reason: str) -> None:
        self.skipped.append(f"{relative}:{line}: {reason}")

    def note(self, relative: str, sentences: list[str]) -> None:
        self.notes += [f"{relative}: {sentence}" for sentence in sentences]

    def lines(self) -> Iterator[str]:
        """The report as people read it: what is to do first, the sum at the end."""
        for heading, lines in (("Notes", self.notes), ("Skipped", self.skipped)):
            if lines:
                yield f"{heading} ({len(lines)}):"
                yield from (f"  {line}" for line in lines)
        always = (Outcome.IMPORTED, Outcome.UPDATED, Outcome.UNCHANGED)
        shown = [outcome for outcome in Outcome if outcome in always or self.outcomes[outcome]]
        counts = ", ".join(f"{self.outcomes[outcome]} {outcome}" for outcome in shown)
        yield f"{self.files} files: {counts}, {len(self.skipped)} skipped."
