"""Who may do what: authors write what is theirs, editors publish anything."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from authoring.models import Article, Author, Picture
from cms.databases import WRITE

User = Any

AUTHOR = ("add_article", "change_article", "view_article", "add_picture", "change_picture", "view_picture")
AUTHOR_READS = ("view_tag", "view_author")
EDITOR_OWNS = tuple(
    f"{verb}_{model}"
    for model in ("article", "tag", "author", "plainpage", "picture")
    for verb in ("add", "change", "delete", "view")
)
EDITOR_ALSO = (
    "publish_article", "view_site", "add_site", "change_site", "view_scheduledchange", "view_outboxmessage",
    "change_outboxmessage",
)  # fmt: skip

ROLES: Mapping[str, tuple[str, ...]] = {
    "author": (*AUTHOR, *AUTHOR_READS),
    "editor": (*EDITOR_OWNS, *EDITOR_ALSO),
}
"""The groups that a new installation has, and what each permits."""


PUBLISH = "publish_article"


class Forbidden(Exception):
    """Somebody may not do what they asked for. The message is a sentence for them."""


def require(by: User | None, permission: str) -> None:
    """Raise `Forbidden` unless `by` has a permission of authoring, as in `add_tag`.

    None is the product itself: the scheduler, an import, a command.
    """
    if by is not None and not by.has_perm(f"authoring.{permission}"):
        verb, model = permission.split("_")
        raise Forbidden(f"You may not {verb} {apps.get_model('authoring', model)._meta.verbose_name_plural}.")


def require_edit(by: User | None, article: Article) -> None:
    """Raise `Forbidden` unless `by` may save drafts of `article`."""
    require(by, "change_article")
    if by is not None and not may_edit(by, article):
        raise Forbidden("You may not change this article: it is somebody else's.")


def require_describe(by: User | None, picture: Picture) -> None:
    """Raise `Forbidden` unless `by` may change what is said about `picture`."""
    require(by, "change_picture")
    if by is not None and not may_describe(by, picture):
        raise Forbidden(
            "You may not describe this picture: it is somebody else's, or readers see it already."
        )


def require_account(by: User | None, account: User) -> None:
    """Raise `Forbidden` unless `by` may change `account`: that of a superuser only a superuser may."""
    if by is not None and not (
        by.has_perm("auth.change_user") and (by.is_superuser or not account.is_superuser)
    ):
        raise Forbidden(f"You may not change the account “{account}”.")


def may_publish(user: User) -> bool:
    """Whether `user` may publish and withdraw."""
    return bool(user.has_perm(f"authoring.{PUBLISH}"))


def may_edit(user: User, article: Article) -> bool:
    """Whether `user` may save drafts of `article`: theirs, signed by them, or any for who may publish."""
    return may_publish(user) or editable_by(user, Article.with_trash.all()).filter(pk=article.pk).exists()


def may_trash(user: User, article: Article) -> bool:
    """Whether `user` may put `article` into the trash and bring it back: what readers saw is for publishers."""
    return may_publish(user) or (article.published_at is None and may_edit(user, article))


def require_trash(by: User | None, article: Article) -> None:
    """Raise `Forbidden` unless `by` may put `article` into the trash and bring it back."""
    require(by, "change_article")
    if by is not None and not may_trash(by, article):
        raise Forbidden("You may not delete or restore this article.")


def may_purge(user: User) -> bool:
    """Whether `user` may delete articles of the trash for ever."""
    return bool(user.has_perm("authoring.purge_article"))


def require_purge(by: User | None) -> None:
    """Raise `Forbidden` unless `by` may delete articles of the trash for ever."""
    if by is not None and not may_purge(by):
        raise Forbidden("You may not delete articles for ever.")


def editable_by(user: User, articles: QuerySet[Any] | None = None) -> QuerySet[Any]:
    """Those of `articles` (all, unless given) whose drafts `user` may save."""
    chosen: QuerySet[Any] = Article.objects.all() if articles is None else articles
    if may_publish(user):
        return chosen
    own = Q(created_by=user)
    name = Author.objects.filter(user=user).values_list("pk", flat=True).first()
    return chosen.filter(own | Q(outline__authors__contains=[name]) if name else own)


def may_describe(user: User, picture: Picture) -> bool:
    """Whether `user` may change what is said about `picture`: their own, while readers do not see it yet."""
    if may_publish(user):
        return True
    shown = Q(live_revision__hero=picture) | Q(live_revision__body__contains=f"/media/{picture.digest}.")
    return picture.created_by == user and not Article.objects.filter(shown).exists()


def create_missing_roles(using: str = WRITE, **_: object) -> None:
    """Create those of `ROLES` that do not exist. A role that exists is left as its owners made it."""
    if using != WRITE:
        return
    group, permission = (apps.get_model("auth", name) for name in ("Group", "Permission"))
    for name, codenames in ROLES.items():
        role, created = group.objects.get_or_create(name=name)
        if created:
            role.permissions.set(
                permission.objects.filter(content_type__app_label="authoring", codename__in=codenames)
            )
