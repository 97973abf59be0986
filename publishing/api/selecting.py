"""Which articles an API request means, and what is answered about them."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from publishing import reading
from publishing.models import PublishedArticle, PublishedAuthor, PublishedSubject, PublishedTag
from publishing.pages import lists

SUBJECTS: dict[str, type[PublishedSubject]] = {"tag": PublishedTag, "author": PublishedAuthor}


def articles(
    given: dict[str, str], *, since: dt.datetime | None, until: dt.datetime | None
) -> QuerySet[PublishedArticle]:
    """Articles by tag, author, language and time of publication, newest first, without their bodies."""
    found = lists.cards()
    for kind in SUBJECTS:
        if kind in given:
            found = found.filter(_carries(kind, given[kind]))
    if "language" in given:
        found = found.filter(language=given["language"])
    if since:
        found = found.filter(published_at__gte=since)
    if until:
        found = found.filter(published_at__lt=until)
    return found


def after(
    found: QuerySet[PublishedArticle], cursor: tuple[dt.datetime, str] | None
) -> QuerySet[PublishedArticle]:
    """What comes after the place that `cursor` names."""
    if cursor is None:
        return found
    when, key = cursor
    older = Q(published_at__lt=when) | Q(published_at=when, key__lt=key)
    return found.filter(older, published_at__lte=when)


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


def _carries(kind: str, slug: str) -> Q:
    path = f"/{kind}s/{slug}/"
    subject = SUBJECTS[kind]._default_manager.filter(path=path).values_list("key", flat=True).first()
    if subject is None:
        return Q(**{f"{kind}s__contains": [{"path": path}]})
    return Q(**{f"{kind}_keys__contains": [subject]})
