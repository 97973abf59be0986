"""The head of a post: YAML, TOML or JSON before its text."""

import json
import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_CHARACTERS = 64 * 1024
MAX_OPENINGS = 1000
"""Brackets and dashes that open something. libyaml crashes the process at about twenty times as many."""

YAML_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
TOML_END = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
OPENINGS = re.compile(r"[\[{]|[-?:][ \t]+(?=[-?][ \t])")
TOML_LINE = re.compile(r" ?\(at line (\d+), column \d+\)| ?\(at end of document\)")

# Every scalar stays text: 1.10 is a release, "no" a language, and dates are read where they are needed.
YAML_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Skipped(Exception):
    """The file is not brought in; `line` is where the reason lies."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """A file in two parts. `kind` is yaml, toml, json or empty; `line` is where the text begins."""

    text: str
    kind: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    line: int = 1


def parse(source: str) -> Document:
    """The head and the text of a post. Raises `Skipped` where the head cannot be read."""
    if source.startswith("---") and source[3:].partition("\n")[0].strip() == "":
        return _fenced(source, "yaml", YAML_END)
    if source.startswith("+++") and source[3:].partition("\n")[0].strip() == "":
        return _fenced(source, "toml", TOML_END)
    if source.startswith("{") and re.match(r'\{\s*["}]', source):
        return _json(source)
    return Document(source)


def _fenced(source: str, kind: str, fence: re.Pattern[str]) -> Document:
    start = source.find("\n") + 1
    end = fence.search(source, start) if start else None
    if end is None:
        raise Skipped("The front matter has no end.")
    values = _values(source[start : end.start()], kind)
    line = source.count("\n", 0, end.end()) + 2
    text = source[end.end() + 1 :]
    return Document(text.lstrip("\n"), kind, values, line + len(text) - len(text.lstrip("\n")))


def _values(head: str, kind: str) -> dict[str, Any]:
    _check_size(head)
    try:
        values = yaml.load(head, YAML_LOADER) if kind == "yaml" else tomllib.loads(head)  # noqa: S506  text only
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Skipped(
            f"The YAML cannot be read: {_sentence(error)}.", mark.line + 2 if mark else 1
        ) from error
    except tomllib.TOMLDecodeError as error:
        found = TOML_LINE.search(str(error))
        line = int(found[1]) + 1 if found and found[1] else head.count("\n") + 1
        raise Skipped(f"The TOML cannot be read: {TOML_LINE.sub('', str(error)).lower()}.", line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise Skipped(f"The front matter cannot be read: {error}.") from error
    except RecursionError as error:
        raise Skipped("The front matter is nested too deeply.") from error
    return _mapping(values)


def _json(source: str) -> Document:
    _check_size(source[: MAX_CHARACTERS // 2])
    try:
        values, end = json.JSONDecoder().raw_decode(source)
    except json.JSONDecodeError as error:
        raise Skipped(f"The JSON cannot be read: {error.msg.lower()}.", error.lineno) from error
    except RecursionError as error:
        raise Skipped("The front matter is nested too deeply.") from error
    text = source[end:].lstrip()
    return Document(text, "json", _mapping(values), source.count("\n", 0, len(source) - len(text)) + 1)


def _check_size(head: str) -> None:
    if len(head) > MAX_CHARACTERS:
        raise Skipped(f"The front matter has {len(head):,} characters; {MAX_CHARACTERS:,} is the most.")
    if len(OPENINGS.findall(head)) > MAX_OPENINGS:
        raise Skipped("The front matter is nested too deeply.")


def _mapping(values: object) -> dict[str, Any]:
    if values is None or values == "":
        return {}
    if not isinstance(values, dict):
        raise Skipped("The front matter is no list of names and values.", 2)
    return {str(name).strip().lower(): value for name, value in values.items()}


def _sentence(error: yaml.MarkedYAMLError) -> str:
    return ", ".join(part for part in (error.problem, error.context) if part)
