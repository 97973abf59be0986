"""What people are told: rows of their inbox, written with the change that they tell of."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from authoring.models import Article, Comment, MailPreference, Notification, Release
from authoring.services import people, rights
from cms.databases import WRITE

Kind = Notification.Kind

GATHERED = dt.timedelta(minutes=1)
"""How long the mail about a comment waits for the next, so that ten comments are one mail."""

TALK = (Kind.COMMENT, Kind.REPLY, Kind.MENTION)

SENTENCES = {
    Kind.ASKED: "{who} asked for your review of “{title}”",
    Kind.APPROVED: "{who} approved “{title}”",
    Kind.CHANGES: "{who} asked for changes to “{title}”",
    Kind.COMMENT: "{who} commented on “{title}”",
    Kind.REPLY: "{who} replied to a comment on “{title}”",
    Kind.MENTION: "{who} mentioned you in a comment on “{title}”",
    Kind.SHARED: "{who} shared “{title}” with you",
    Kind.PUBLISHED: "{who} published “{title}”",
    Kind.FAILED: "A scheduled change of “{title}” failed",
}


def tell(
    keys: Iterable[int | None],
    kind: Kind,
    article: Article,
    *,
    by: Any,
    text: str = "",
    comment: Comment | None = None,
) -> None:
    """Tell the users of these keys (None is nobody), each once, but not who did it, nor who may not see it.

    Belongs into the transaction of what it tells of. Mail goes out later, from these rows.
    """
    told = [user for user in _others(keys, by) if rights.may_see(user, article)]
    _write(told, kind=kind, article=article, comment=comment, actor=by, text=text)


def tell_of_release(keys: Iterable[int | None], release: Release, *, by: Any, text: str) -> None:
    """Tell the users of these keys that a release did not go out, as `tell` does: those who may publish."""
    told = [user for user in _others(keys, by) if rights.may_publish(user)]
    _write(told, kind=Kind.FAILED, release=release, actor=by, text=text)


def inbox(user: Any) -> QuerySet[Notification]:
    """What `user` was told of articles and releases that they may see today, newest first."""
    seen = Q(article__in=rights.visible_to(user).values("pk"))
    # Whoever is told of releases, without asking whether the workflow is on: every page counts what is unread.
    if user.has_perm(f"authoring.{rights.PUBLISH}") or rights.may_review(user):
        seen |= Q(release__isnull=False)
    rows = Notification.objects.filter(seen, user=user)
    return rows.select_related("article__latest_revision", "release", "actor").order_by("-pk")


def unread(user: Any) -> int:
    """How many rows of the inbox nobody has looked at."""
    return inbox(user).filter(read_at=None).count()


@transaction.atomic(using=WRITE)
def mark_read(user: Any, *, now: dt.datetime, keys: Iterable[int] | None = None) -> int:
    """Note that `user` has read these rows (all, unless named). No mail is sent of what was read. How many."""
    rows = Notification.objects.filter(user=user, read_at=None)
    if keys is not None:
        rows = rows.filter(pk__in=list(keys))
    return rows.update(read_at=now, next_attempt_at=None)


def sentence(row: Notification) -> str:
    """What happened, as of today's title."""
    if row.release:
        return f"The release “{row.release.name}” did not go out"
    title = row.article.latest_revision.title if row.article and row.article.latest_revision else ""
    return SENTENCES[Kind(row.kind)].format(who=people.name_of(row.actor) or "The schedule", title=title)


def address(row: Notification) -> str:
    """Where the admin shows what it is about."""
    if row.release_id:
        return reverse("admin:authoring_release_change", args=[row.release_id])
    plain = row.kind in (Kind.SHARED, Kind.PUBLISHED, Kind.FAILED)
    page = reverse(f"admin:authoring_article_{'change' if plain else 'review'}", args=[row.article_id])
    return f"{page}#comment-{row.comment_id}" if row.comment_id else page


def wants_mail(user: Any) -> bool:
    """Whether `user` gets mail about what the inbox says."""
    return not MailPreference.objects.filter(user=user, is_wanted=False).exists()


@transaction.atomic(using=WRITE)
def choose_mail(user: Any, *, wanted: bool) -> None:
    """Send `user` mail or none; what waits for them is not sent any more."""
    MailPreference.objects.update_or_create(user=user, defaults={"is_wanted": wanted})
    if not wanted:
        Notification.objects.filter(user=user, mailed_at=None).update(next_attempt_at=None)


def _others(keys: Iterable[int | None], by: Any) -> QuerySet[Any]:
    """The users of these keys who can be told something, but not who did it."""
    others = set(keys) - {None, by.pk if by else None}
    return get_user_model()._default_manager.filter(pk__in=[key for key in others if key], is_active=True)


def _write(told: list[Any], *, kind: Kind, **fields: Any) -> None:
    if not told:
        return
    unwilling = set(
        MailPreference.objects.filter(user__in=told, is_wanted=False).values_list("user_id", flat=True)
    )
    due = _now() + (GATHERED if kind in TALK else dt.timedelta())
    Notification.objects.bulk_create(
        Notification(
            user=user,
            kind=kind,
            next_attempt_at=due if settings.EMAIL_HOST and user.email and user.pk not in unwilling else None,
            **fields,
        )
        for user in told
    )


def _now() -> dt.datetime:
    with connections[WRITE].cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: dt.datetime = cursor.fetchone()[0]
        return moment
