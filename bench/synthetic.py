"""A synthetic publication for the benchmark of search: deterministic, with Zipf words, straight into the tables."""

import datetime as dt
import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from typing import Any

from django.db import connections

from cms.databases import READ

SYLLABLES = [
    first + last for first in "bdfghjklmnprstvz" for last in ("a", "e", "i", "o", "u", "an", "or", "il")
]
VOCABULARY = 100_000
WORDS = 250
TAGS, AUTHORS = 60, 40
CHUNK = 5_000
NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)

# Words of known frequency: the share of articles that each stands in.
CLASSES = {"all": (6, 1.0), "tenth": (30, 0.1), "hundredth": (100, 0.01), "rare": (400, 0.0001)}


def word(number: int) -> str:
    """The word of a number: syllables, so that it looks and stems like one."""
    parts = []
    number += len(SYLLABLES)
    while number:
        number, rest = divmod(number, len(SYLLABLES))
        parts.append(SYLLABLES[rest])
    return "".join(parts)


def known(kind: str) -> list[str]:
    """The words of one class of frequency."""
    return [f"{kind}{word(number)}k" for number in range(CLASSES[kind][0])]


def build(size: int) -> None:
    """Fill the empty tables with `size` articles; their indexes are made at the end."""
    with connections[READ].cursor() as cursor:
        indexes = _drop_indexes(cursor)
        cursor.execute("SET synchronous_commit = off; SET maintenance_work_mem = '1GB'")
        _subjects(cursor)
        # Two at once: while one makes up articles, the server indexes those of the other.
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda start: _chunk(start, min(CHUNK, size - start), size), range(0, size, CHUNK)))
        for statement in indexes:
            cursor.execute(statement)
        cursor.execute("VACUUM (ANALYZE) publishing_searchentry")
        cursor.execute("VACUUM (ANALYZE) publishing_publishedarticle")
        cursor.execute("ANALYZE")


def _drop_indexes(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN"
        " ('publishing_searchentry', 'publishing_publishedarticle') AND indexdef NOT LIKE '%UNIQUE%'"
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]


def _subjects(cursor: Any) -> None:
    for kind, number in (("tag", TAGS), ("author", AUTHORS)):
        cursor.executemany(
            f"INSERT INTO publishing_published{kind} (key, version, path, name, html) VALUES (%s, 1, %s, %s, '')",
            [(str(n), f"/{kind}s/{kind}-{n}/", f"{kind.title()} {word(n)}") for n in range(number)],
        )


def _chunk(start: int, number: int, size: int) -> None:
    from publishing import tables
    from publishing.models import PublishedArticle

    cursor = connections[READ].cursor()
    names = [field.column for field in PublishedArticle._meta.concrete_fields if not field.has_db_default()]
    rows = list(articles(start, number, size))
    with cursor.copy(f"COPY publishing_publishedarticle ({', '.join(names)}) FROM STDIN") as copy:
        for article in rows:
            copy.write_row([_plain(getattr(article, name)) for name in names])
    tables.write_vectors(rows)


def _plain(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return json.dumps(value)
    return value


def articles(start: int, number: int, size: int) -> Iterator[Any]:
    """Articles from the oldest on: each chunk has its own seed, so that sizes share their beginning."""
    from publishing.models import PublishedArticle

    chance = random.Random(start)
    step = dt.timedelta(days=3650) / size
    for place in range(start, start + number):
        words = chance.choices(vocabulary, cum_weights=weights, k=WORDS)
        for kind, (count, share) in CLASSES.items():
            chosen = known_words[kind]
            times = count if share == 1 else sum(chance.random() < share for _ in range(count))
            for one in chosen if share == 1 else chance.sample(chosen, times):
                words[chance.randrange(WORDS)] = one
        title = " ".join(chance.sample(words, 6)).capitalize()
        tag_keys = sorted({str(int(TAGS * chance.random() ** 2)) for _ in range(2)})
        author = str(int(AUTHORS * chance.random() ** 2))
        published_at = NOON - step * (size - place)
        yield PublishedArticle(
            key=str(place), version=1, path=f"/{place}/", language="en", title=title,
            summary="", html="", text=_sentences(words), minutes=1, published_at=published_at,
            updated_at=published_at,
            tags=[{"key": key, "name": f"Tag {word(int(key))}", "path": f"/tags/tag-{key}/"} for key in tag_keys],
            authors=[{"key": author, "name": f"Author {word(int(author))}", "path": f"/authors/author-{author}/"}],
            tag_keys=tag_keys, author_keys=[author], hero=None,
        )  # fmt: skip


vocabulary = [word(n) for n in range(VOCABULARY)]
weights = list(accumulate(1 / (n + 10) for n in range(VOCABULARY)))
known_words = {kind: known(kind) for kind in CLASSES}


def _sentences(words: list[str]) -> str:
    return " ".join(" ".join(words[n : n + 15]).capitalize() + "." for n in range(0, len(words), 15))
