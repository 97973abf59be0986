"""Tags and authors as their pages and feeds need them: a name, their own row, their articles."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from publishing.models import PublishedArticle, PublishedAuthor, PublishedSubject, PublishedTag

MODELS: dict[str, type[PublishedSubject]] = {"tag": PublishedTag, "author": PublishedAuthor}


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A tag or an author. `row` is None as long as its own message is still to come."""

    name: str
    row: PublishedSubject | None
    articles: QuerySet[PublishedArticle]


def find(kind: str, path: str) -> Subject | None:
    """The tag or author at `path`: known by its own message, or by the articles that carry it."""
    row: Any = MODELS[kind]._default_manager.filter(path=path).first()
    if row:
        carrying = PublishedArticle.objects.filter(**{f"{kind}_keys__contains": [row.key]})
        return Subject(name=row.name, row=row, articles=carrying)
    carrying = PublishedArticle.objects.filter(**{f"{kind}s__contains": [{"path": path}]})
    newest = carrying.only(f"{kind}s").order_by("-published_at", "-key").first()
    return Subject(name=_name(newest, kind, path), row=None, articles=carrying) if newest else None


def _name(article: PublishedArticle, kind: str, path: str) -> str:
    return next(
        str(reference["name"]) for reference in getattr(article, f"{kind}s") if reference["path"] == path
    )
