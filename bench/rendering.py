"""Rendering: milliseconds per article over a folder of Markdown files, and the worst hostile input.

Usage: `python -m bench.rendering FOLDER`. The last line is one JSON object.
"""

import json
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import fmean, median

from cms.rendering import Unrenderable, problems, render
from cms.rendering.highlighting import highlighted, language_of
from cms.rendering.parsing import PARSER
from cms.rendering.sanitizing import WITHOUT_PICTURES
from cms.rendering.writer import Writer

FRONT_MATTER = re.compile(r"\A(\+\+\+|---)\n.*?\n\1\n", re.DOTALL)
BYTES = 262_144
HOSTILE = (
    *("[", "![", "*", "*a **b ", "`a``", "[a](", "<", '<a b="', "<div>", "<div></div>", "<ul><li>", "# a\n"),
    *(
        "<table><tr><td>",
        "<table>x<tr></tr>",
        "<i></i>",
        "[^1]: [^2]\n\n[^2]: [^1]\n\n",
        "> a\n\n",
        "- a\n",
        "|a",
    ),
    *("```rust\n" + "a(1);\n" * 900 + "```\n", "```c\n" + ("{" * 400 + "\n") * 14 + "```\n", "a\n\n", "&#1;"),
)


def main(folder: Path) -> None:
    texts = [FRONT_MATTER.sub("", path.read_text(), count=1) for path in sorted(folder.rglob("*.md"))]
    texts = [text for text in texts if not problems(text)]
    for text in texts:
        render(text)  # lexers are loaded
    written = [Writer(text, {}).html() for text in texts]
    highlighted.cache_clear()
    cold = timed(render, texts)
    highlighted.cache_clear()
    stages = {
        "parse": fmean(timed(parse, texts)),
        "parse_write_colour": fmean(timed(write, texts)),
        "colour": sum(timed(colour, blocks(texts))) / len(texts),
        "sanitize": fmean(timed(WITHOUT_PICTURES.clean, written)),
    }
    worst = max(
        zip(timed(render_or_refuse, [(seed * BYTES)[:BYTES] for seed in HOSTILE]), HOSTILE, strict=True)
    )
    result = {
        "articles": len(texts),
        "ms_p50": round(median(cold), 3),
        "ms_mean": round(fmean(cold), 3),
        "ms_max": round(max(cold), 1),
        "articles_per_s_per_core": round(1000 / fmean(cold)),
        "stages_ms_mean": {name: round(value, 3) for name, value in stages.items()},
        "hostile_ms_max": round(worst[0]),
        "hostile_worst": worst[1][:20],
    }
    print(json.dumps(result))


def parse(text: str) -> None:
    for _ in PARSER.events(text):
        pass


def write(text: str) -> None:
    Writer(text, {})


def blocks(texts: list[str]) -> list[str]:
    """Fenced code, each with its language in the first line."""
    found: list[str] = []
    fences = PARSER.__class__(highlight=lambda language, code: found.append(f"{language or ''}\n{code}"))
    for text in texts:
        fences.html(text)
    highlighted.cache_clear()
    return found


def colour(block: str) -> None:
    language, code = block.split("\n", 1)
    highlighted(code, language_of(language))


def render_or_refuse(text: str) -> None:
    with suppress(Unrenderable):
        render(text)


def timed(call: Callable[[str], object], texts: list[str]) -> list[float]:
    """Milliseconds of processor time of each call, so that a busy machine changes little."""
    return [once(call, text) for text in texts]


def once(call: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    call(text)
    return (time.process_time() - start) * 1000


if __name__ == "__main__":
    main(Path(sys.argv[1]))
