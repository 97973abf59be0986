"""What writers do to tags and authors. A new name reaches every live article that carries it."""

import datetime as dt
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connections, transaction

from authoring.models import Action, Author, Picture, Restatement, Revision, Tag
from authoring.services import announcing, articles, audit, editions, paths, rights
from authoring.services.refusals import Refusal
from authoring.services.rights import User
from authoring.services.texts import length_problems, line_problems, slug_problems
from cms import rendering
from cms.databases import WRITE
from cms.events import Kind

NAME_LENGTH = 100
FOCUS = ("focus_x", "focus_y")

N = TypeVar("N", Tag, Author)


class InUse(Refusal):
    """Articles carry the tag or author: it cannot be deleted."""


def save_tag(tag: Tag, *, now: dt.datetime, by: User | None = None, began: str | None = None) -> Tag:
    """Save a new or changed tag and tell readers.

    Raises `Overtaken` if it is not what `began` stands for any more, `Forbidden`, and `ValidationError` by field.
    """
    return _save(tag, now=now, by=by, began=began)


def save_author(
    author: Author, *, now: dt.datetime, by: User | None = None, began: str | None = None
) -> Author:
    """Save a new or changed author and tell readers. Raises as `save_tag` does."""
    return _save(author, now=now, by=by, began=began)


def delete_tag(tag_id: UUID, *, now: dt.datetime, by: User | None = None) -> None:
    """Take a tag that no article carries off the site and forget it. Raises `InUse` and `Forbidden`."""
    _delete(Tag, tag_id, now=now, by=by)


def delete_author(author_id: UUID, *, now: dt.datetime, by: User | None = None) -> None:
    """Take an author whom no article names off the site and forget them. Raises `InUse` and `Forbidden`."""
    _delete(Author, author_id, now=now, by=by)


@transaction.atomic(using=WRITE)
def describe(picture: Picture, *, by: User | None = None) -> None:
    """Save what is said about a picture: name, alternative text, credit, focus. Live articles that show it follow.

    The focus is rounded to tenths: style sheets know no finer ones. Raises `Forbidden`, and `ValidationError`
    by field.
    """
    rights.require_describe(by, picture)
    limits = {"name": 200, "alt": 500, "credit": 200}
    errors = {name: length_problems(getattr(picture, name), limit=limit) for name, limit in limits.items()}
    for name in FOCUS:
        if not 0 <= getattr(picture, name) <= 100:
            errors[name] = ["This is a percentage, from 0 to 100."]
        setattr(picture, name, (getattr(picture, name) + 5) // 10 * 10)
    if any(errors.values()):
        raise ValidationError({name: messages for name, messages in errors.items() if messages})
    picture.save(update_fields=[*limits, *FOCUS])
    audit.record(Action.SAVED, kind="picture", key=picture.pk, title=str(picture), by=by)
    with connections[WRITE].cursor() as cursor:
        cursor.execute(RESTATE_SHOWING, [picture.pk, f"/media/{picture.digest}."])


RESTATE_SHOWING = """
INSERT INTO authoring_restatement (article_id)
SELECT revision.article_id FROM authoring_revision AS revision
JOIN authoring_article AS article ON article.live_revision_id = revision.id
WHERE revision.hero_id = %s OR position(%s in revision.body) > 0
"""


def restate_some(*, now: dt.datetime, limit: int = 50) -> int:
    """Tell readers anew of up to `limit` articles whose tags or authors changed. Returns how many it took.

    One transaction: the queue's rows go with the messages that they ask for, or stay.
    """
    with transaction.atomic(using=WRITE):
        rows = list(Restatement.objects.select_for_update(skip_locked=True).order_by("article_id")[:limit])
        for article_id in sorted({row.article_id for row in rows}):
            articles.restate(article_id, now=now)
        Restatement.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


@transaction.atomic(using=WRITE)
def _save(named: N, *, now: dt.datetime, by: User | None, began: str | None) -> N:
    kind, key = _address(named)
    before = type(named).objects.select_for_update().filter(pk=named.pk).first()
    rights.require(by, f"{'change' if before else 'add'}_{named._meta.model_name}")
    editions.require(began, now=before, wanted=named, kind=kind, key=key)
    _check(named)
    path = _path(named)
    paths.reserve(path, kind=kind, key=key, public=True)
    named.version = (before.version if before else 0) + 1
    named.save()
    state = announcing.named_state(named)
    announcing.announce(type(named), kind=kind, key=key, version=named.version, state=state, now=now)
    versions = before.version if before else None, named.version
    note = f"Called “{before.name}” before." if before and before.name != named.name else ""
    action = Action.SAVED if before else Action.CREATED
    audit.record(action, kind=kind, key=key, title=named.name, by=by, versions=versions, note=note)
    if before and (before.name, before.slug) != (named.name, named.slug):
        _restate_carriers(named)
    return named


def _restate_carriers(named: Tag | Author) -> None:
    column = "tags" if isinstance(named, Tag) else "authors"
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO authoring_restatement (article_id)
            SELECT revision.article_id FROM authoring_revision AS revision
            JOIN authoring_article AS article ON article.live_revision_id = revision.id
            WHERE revision.{column} @> ARRAY[%s]::uuid[]
            """,  # noqa: S608  one of two column names
            [named.pk],
        )


@transaction.atomic(using=WRITE)
def _delete(model: type[Tag | Author], pk: UUID, *, now: dt.datetime, by: User | None) -> None:
    rights.require(by, f"delete_{model._meta.model_name}")
    named = model._default_manager.select_for_update().get(pk=pk)
    column = "tags" if model is Tag else "authors"
    if Revision.objects.filter(**{f"{column}__contains": [pk]}).exists():
        raise InUse(f"Articles carry “{named}”.")
    kind, key = _address(named)
    announcing.announce_withdrawal(model, kind=kind, key=key, version=named.version + 1, now=now)
    versions = named.version, named.version + 1
    audit.record(Action.DELETED, kind=kind, key=key, title=named.name, by=by, versions=versions)
    named.delete()


def _check(named: Tag | Author) -> None:
    errors: dict[str, list[str]] = {
        "name": line_problems(named.name, limit=NAME_LENGTH),
        "slug": slug_problems(named.slug, at_root=False, limit=NAME_LENGTH),
        "description": rendering.problems(named.description)
        or length_problems(named.description, limit=20_000),
    }
    if type(named)._default_manager.filter(slug=named.slug).exclude(pk=named.pk).exists():
        errors["slug"].append(f"The slug “{named.slug}” is taken.")
    if any(errors.values()):
        raise ValidationError({name: messages for name, messages in errors.items() if messages})


def _address(named: Tag | Author) -> tuple[Kind, str]:
    return (Kind.TAG if isinstance(named, Tag) else Kind.AUTHOR), str(named.pk)


def _path(named: Tag | Author) -> str:
    return (paths.tag_path if isinstance(named, Tag) else paths.author_path)(named.slug)
