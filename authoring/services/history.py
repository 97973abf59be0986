"""The revisions of an article: what each changed, how two differ, and going back to one."""

from collections.abc import Iterable
from dataclasses import fields
from uuid import UUID

from django.db import connections, transaction

from authoring.models import Action, Article, Revision
from authoring.services import articles
from authoring.services.articles import NoSuchArticle
from authoring.services.rights import User
from authoring.services.texts import Text, text_of
from cms.databases import WRITE

COLUMNS = {field.name: "hero_id" if field.name == "hero" else field.name for field in fields(Text)}


def revision(article: Article, number: int) -> Revision:
    """The revision of that number. Raises `NoSuchArticle`."""
    found = article.revisions.select_related("created_by").filter(number=number).first()
    if found is None:
        raise NoSuchArticle(f"“{article}” has no revision {number}.")
    return found


@transaction.atomic(using=WRITE)
def restore(article_id: UUID, number: int, *, by: User | None) -> Revision:
    """Save the text of an older revision as the newest. Raises `NoSuchArticle`, `Forbidden`, `ValidationError`."""
    article = articles.lock(article_id)
    text = text_of(revision(article, number))
    return articles.save_draft(article_id, text, by=by, action=Action.RESTORED)


def changed(article_id: UUID, numbers: Iterable[int]) -> dict[int, tuple[int, list[str]]]:
    """The revision that each of these began with, and the fields that it changed. The first began with none.

    A text that was saved by hand began with the one before it that was; what the editor kept, or what was set
    aside, with the revision that its writer had before them.
    """
    wanted = list(numbers)
    differs = ", ".join(f"mine.{column} IS DISTINCT FROM base.{column}" for column in COLUMNS.values())
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            f"""
            SELECT mine.number, base.number, {differs}
            FROM authoring_revision AS mine JOIN authoring_revision AS base
            ON base.article_id = mine.article_id AND base.number = COALESCE(
                CASE WHEN mine.autosaved OR mine.set_aside THEN mine.based_on END,
                (SELECT number FROM authoring_revision AS earlier
                 WHERE article_id = mine.article_id AND number < mine.number AND NOT autosaved AND NOT set_aside
                 ORDER BY number DESC LIMIT 1),
                (SELECT max(number) FROM authoring_revision
                 WHERE article_id = mine.article_id AND number < mine.number)
            )
            WHERE mine.article_id = %s AND mine.number = ANY(%s)
            """,  # noqa: S608 - columns are our own
            [article_id, wanted],
        )
        rows = cursor.fetchall()
    return {
        number: (base, [name for name, differs in zip(COLUMNS, flags, strict=True) if differs])
        for number, base, *flags in rows
    }
