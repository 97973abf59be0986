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
        raise NoSuchArticle(f"{article} has no revision {number}")
    return found


@transaction.atomic(using=WRITE)
def restore(article_id: UUID, number: int, *, by: User | None) -> Revision:
    """Save the text of an older revision as the newest. Raises `NoSuchArticle`, `Forbidden`, `ValidationError`."""
    article = articles.lock(article_id)
    text = text_of(revision(article, number))
    return articles.save_draft(article_id, text, by=by, action=Action.RESTORED)


def changed(article_id: UUID, numbers: Iterable[int]) -> dict[int, list[str]]:
    """The fields that each of these revisions, which follow one another, changed against the one before."""
    wanted = list(numbers)
    if not wanted:
        return {}
    compared = ", ".join(f"{column} IS DISTINCT FROM lag({column}) OVER told" for column in COLUMNS.values())
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            f"""
            SELECT number, {compared} FROM authoring_revision
            WHERE article_id = %s AND number <= %s AND number >= COALESCE(
                (SELECT max(number) FROM authoring_revision WHERE article_id = %s AND number < %s), 0)
            WINDOW told AS (ORDER BY number)
            """,  # noqa: S608 - columns are our own
            [article_id, max(wanted), article_id, min(wanted)],
        )
        found = {number: flags for number, *flags in cursor.fetchall()}
    return {
        number: [name for name, flag in zip(COLUMNS, found[number], strict=True) if flag]
        for number in wanted
        if number in found and number > 1
    }
