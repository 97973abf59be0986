"""Which articles an API request means, and what is answered about them."""

import datetime as dt
import json
from typing import Any

from django.conf import settings

from publishing import listed, reading
from publishing.listed import Listed
from publishing.models import PublishedAuthor, PublishedSubject, PublishedTag
from publishing.pages import lists

SUBJECTS: dict[str, type[PublishedSubject]] = {"tag": PublishedTag, "author": PublishedAuthor}


def articles(
    given: dict[str, str],
    *,
    since: dt.datetime | None,
    until: dt.datetime | None,
    after: tuple[dt.datetime, str] | None,
    limit: int,
) -> list[Listed]:
    """Articles by tag, author, language and time of publication, newest first: those that come `after` a place."""
    conditions = [_carries(kind, given[kind]) for kind in SUBJECTS if kind in given]
    if "language" in given:
        conditions.append(("language = %s", [given["language"]]))
    if since:
        conditions.append(("published_at >= %s", [since]))
    if until:
        conditions.append(("published_at < %s", [until]))
    if after:
        conditions.append(("(published_at, key) < (%s, %s)", list(after)))
    where = " AND ".join(condition for condition, _ in conditions) or "true"
    return listed.newest(where, [one for _, values in conditions for one in values], limit=limit)


def subjects(kind: str) -> list[dict[str, Any]]:
    """Tags or authors with the number of their articles, by name."""
    return [
        {
            "slug": entry["path"].rstrip("/").rpartition("/")[2],
            "name": entry["name"],
            "url": settings.SITE_URL + entry["path"],
            "articles": entry["count"],
        }
        for entry in lists.entries(kind)
    ]


def article_path(path: str) -> str | None:
    """The path of the stored JSON of the article whose page, now or formerly, is at `path`."""
    with reading.cursor() as cursor:
        cursor.execute("SELECT key FROM publishing_page WHERE path = %s AND kind = 'article'", [path])
        row = cursor.fetchone()
    return f"/api/v1/articles/{row[0]}/" if row else None


def _carries(kind: str, slug: str) -> tuple[str, list[Any]]:
    """The condition that an article carries a tag or an author, and its parameters."""
    path = f"/{kind}s/{slug}/"
    subject = SUBJECTS[kind]._default_manager.filter(path=path).values_list("key", flat=True).first()
    if subject is None:
        return f"{kind}s @> %s::jsonb", [json.dumps([{"path": path}])]
    return f"{kind}_keys @> %s::text[]", [[subject]]
