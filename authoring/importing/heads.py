"""The values of a front matter, wherever its generator puts them."""

import re
from typing import Any

from authoring.importing.frontmatter import Document

NAMES_APART = re.compile(r",?\s+and\s+|\s+&\s+|\s*[,;]\s*")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
TRUE = {"true", "yes", "on", "1"}
MOST_NAMES = 50


class Head:
    """The values of a front matter, wherever its generator puts them."""

    def __init__(self, document: Document) -> None:
        nested = (document.values.get(name) for name in ("taxonomies", "extra", "params"))
        self._places = [document.values, *(place for place in nested if isinstance(place, dict))]

    def value(self, *names: str) -> Any:
        """The first of `names` that says something, else None."""
        for name in names:
            for place in self._places:
                if place.get(name) not in (None, "", "~", "null", [], {}):
                    return place[name]
        return None

    def line(self, *names: str) -> str:
        """One line of text."""
        value = self.value(*names)
        return "" if isinstance(value, dict | list) else " ".join(str(value or "").split())

    def is_true(self, name: str) -> bool:
        return self.line(name).lower() in TRUE

    def is_false(self, name: str) -> bool:
        return self.line(name).lower() in {"false", "no", "off"}

    def entries(self, *names: str) -> list[str]:
        """Every entry of every one of `names`: of lists, of a line with commas, of one with spaces."""
        found: list[str] = []
        for name in names:
            value = self.value(name)
            if isinstance(value, list):
                found += [str(entry).strip() for entry in value if not isinstance(entry, dict | list)]
            elif isinstance(value, str | int | float):
                text = str(value)
                found += [entry.strip() for entry in (text.split(",") if "," in text else text.split())]
        return [entry for entry in dict.fromkeys(found) if entry][:MOST_NAMES]

    def people(self, *names: str) -> list[str]:
        """Names of people: a line may hold several, an entry may be a mapping with a name."""
        found: list[str] = []
        for name in names:
            value = self.value(name)
            for entry in value if isinstance(value, list) else [value]:
                text = entry.get("name", "") if isinstance(entry, dict) else entry
                if isinstance(text, str):
                    found += NAMES_APART.split(LINK.sub(r"\1", " ".join(text.split())))
        return [person for person in dict.fromkeys(person.strip() for person in found) if person][:MOST_NAMES]
