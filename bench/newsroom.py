"""A newsroom of some years for the benchmark of the desk: deterministic, straight into the tables."""

import datetime as dt
import hashlib
import itertools
import json
import random
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import connections

from cms.databases import WRITE

SYLLABLES = [first + last for first in "bdfghjklmnprstvz" for last in ("a", "e", "i", "o", "u", "an", "or")]
VOCABULARY = 20_000
PARAGRAPHS, WORDS = 12, 40
TAGS, AUTHORS, USERS, PICTURES = 60, 40, 30, 2_000
LONG = 1_000
"""Revisions of the first article: somebody never stops."""
LANGUAGES = ("en", "en", "en", "de", "fr")
NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)

REVISION = (
    "id", "article_id", "number", "title", "slug", "summary", "body", "language", "tags", "authors", "hero_id",
    "autosaved", "created_at", "created_by_id",
)  # fmt: skip
ARTICLE = (
    "id",
    "version",
    "path",
    "published_at",
    "changed_at",
    "withdrawn_at",
    "created_at",
    "created_by_id",
)
MESSAGE = (
    "kind", "key", "version", "type", "schema", "message", "digest", "created_at", "next_attempt_at", "attempts",
    "again", "acknowledged_at", "applied_at", "refusal",
)  # fmt: skip
CHANGE = (
    "article_id", "action", "revision_id", "due_at", "zone", "created_at", "created_by_id", "done_at", "cancelled_at",
    "failed_at", "failure",
)  # fmt: skip


class Newsroom(NamedTuple):
    """Keys of what was made."""

    users: list[int]
    tags: list[uuid.UUID]
    authors: list[uuid.UUID]
    pictures: list[uuid.UUID]


def build(articles: int, revisions: int) -> None:
    """Fill empty tables with so many articles, and about so many revisions of them."""
    room = _people_and_things()
    numbers = [LONG, *([max(2, revisions // articles)] * (articles - 1))]
    rows = list(_articles(numbers, room))
    _copy("authoring_article", ARTICLE, (row["article"] for row in rows))
    _copy("authoring_revision", REVISION, _revisions(rows, room))
    _copy("authoring_outboxmessage", MESSAGE, itertools.chain.from_iterable(map(_messages, rows)))
    _copy("authoring_scheduledchange", CHANGE, itertools.chain.from_iterable(map(_changes, rows)))
    _point_at_revisions(rows)


def vocabulary() -> list[str]:
    """Words of two to four syllables, the frequent ones first."""
    chance = random.Random(1)
    found = dict.fromkeys(
        "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(VOCABULARY * 2)
    )
    return list(found)[:VOCABULARY]


def _people_and_things() -> Newsroom:
    from django.contrib.auth.models import Group, User

    from authoring.models import Author, Picture, Site, Tag

    Site.objects.create(name="The Bench")
    users = User.objects.bulk_create(User(username=f"writer{n}", is_staff=True) for n in range(USERS))
    Group.objects.get(name="author").user_set.add(*users)
    User.objects.create_superuser("chief")
    tags = Tag.objects.bulk_create(
        Tag(id=_key("tag", n), name=f"Tag {n}", slug=f"tag-{n}", version=1) for n in range(TAGS)
    )
    authors = Author.objects.bulk_create(
        Author(
            id=_key("author", n),
            name=f"Author {n}",
            slug=f"author-{n}",
            version=1,
            user=users[n] if n < USERS else None,
        )
        for n in range(AUTHORS)
    )
    pictures = Picture.objects.bulk_create(
        Picture(
            id=_key("picture", n),
            digest=f"{n:064x}",
            name=f"{n}.webp",
            width=1600,
            height=900,
            widths=[640, 1600],
        )
        for n in range(PICTURES)
    )
    return Newsroom(
        [one.pk for one in users],
        [one.pk for one in tags],
        [one.pk for one in authors],
        [one.pk for one in pictures],
    )


def _articles(numbers: list[int], room: Newsroom) -> Iterator[dict[str, Any]]:
    """What is known of each article before it has a text: one in ten is a draft, one in twenty withdrawn."""
    first, total = 1, len(numbers)
    for number, revisions in enumerate(numbers):
        created = NOON - dt.timedelta(hours=2 * (total - number))
        state = "draft" if number % 10 == 9 else "withdrawn" if number % 20 == 4 else "live"
        version = {"draft": 0, "withdrawn": 4, "live": 3}[state]
        published = created + dt.timedelta(hours=1) if version else None
        withdrawn = created + dt.timedelta(days=9) if state == "withdrawn" else None
        key = _key("article", number)
        by = room.users[number % USERS]
        path = f"/article-{number}/" if version else ""
        yield {
            "number": number,
            "key": key,
            "state": state,
            "version": version,
            "first": first,
            "revisions": revisions,
            "created": created,
            "by": by,
            "article": (key, version, path, published, published, withdrawn, created, by),
        }
        first += revisions


def _revisions(rows: list[dict[str, Any]], room: Newsroom) -> Iterator[tuple[Any, ...]]:
    """Each revision changes one paragraph of the one before."""
    chance, words = random.Random(2), vocabulary()
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))

    def sentence(length: int) -> str:
        return " ".join(chance.choices(words, cum_weights=weights, k=length)).capitalize() + "."

    for row in rows:
        number = row["number"]
        paragraphs = [sentence(WORDS) for _ in range(PARAGRAPHS)]
        title = f"{sentence(5)[:-1]} {number}"
        tags, authors = _some(room.tags, number, 2), _some(room.authors, number, 1)
        hero = room.pictures[number % PICTURES] if number % 3 == 0 else None
        for at in range(1, row["revisions"] + 1):
            paragraphs[at % PARAGRAPHS] = sentence(WORDS)
            yield (
                row["first"] + at - 1, row["key"], at, title, f"article-{number}", paragraphs[0][:140],
                "\n\n".join(paragraphs), LANGUAGES[number % 5], tags, authors, hero, at % 7 == 6,
                row["created"] + dt.timedelta(minutes=at), row["by"],
            )  # fmt: skip


def _messages(row: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """What readers were told; one in 500 was refused, and what came last of some is still on its way."""
    for version in range(1, row["version"] + 1):
        at = row["created"] + dt.timedelta(hours=version)
        kind = "article.withdrawn" if row["state"] == "withdrawn" and version == 4 else "article.published"
        message = json.dumps({"type": kind, "state": {"body": "words " * 400}})
        is_last = version == row["version"]
        refusal = "It cannot be rendered." if is_last and row["number"] % 500 == 0 else ""
        owed = is_last and row["number"] % 500 == 1
        done = None if refusal or owed else at + dt.timedelta(milliseconds=84)
        yield (
            "article", str(row["key"]), version, kind, 1, message, hashlib.sha256(message.encode()).hexdigest(), at,
            at, 1, 0, done, done, refusal,
        )  # fmt: skip


def _changes(row: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """One in five was scheduled once; one draft in ten waits for next year, and a few failed."""
    latest = row["first"] + row["revisions"] - 1
    common = ("UTC", row["created"], row["by"])
    if row["number"] % 5 == 0 and row["version"]:
        at = row["created"] + dt.timedelta(hours=1)
        yield (row["key"], "publish", latest, at, *common, at, None, None, "")
    if row["number"] % 100 == 99:
        yield (row["key"], "publish", latest, NOON + dt.timedelta(days=365), *common, None, None, None, "")
    if row["number"] % 1000 == 19:
        yield (row["key"], "publish", latest, NOON, *common, None, None, NOON, "The path is taken.")


def _point_at_revisions(rows: list[dict[str, Any]]) -> None:
    """The newest revision of each article leads; readers see it, or of one in eight the one before."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('authoring_revision', 'id'), max(id)) FROM authoring_revision"
        )
        cursor.execute(
            """
            UPDATE authoring_article SET latest_revision_id = newest.id,
                live_revision_id = CASE WHEN version > 0 AND withdrawn_at IS NULL
                    THEN newest.id - CASE WHEN newest.id % 8 = 0 THEN 1 ELSE 0 END END
            FROM (SELECT article_id, max(id) AS id FROM authoring_revision GROUP BY 1) newest
            WHERE newest.article_id = authoring_article.id
            """
        )
        cursor.execute("VACUUM ANALYZE")


def _copy(table: str, columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
    with (
        connections[WRITE].cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _some(keys: list[uuid.UUID], number: int, count: int) -> list[uuid.UUID]:
    return [keys[(number * 7 + step * 13) % len(keys)] for step in range(count)]


def _key(kind: str, number: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{kind} {number}")
