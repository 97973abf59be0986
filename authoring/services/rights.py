"""Who may do what: authors write what is theirs, editors review anything, publishers put it before readers."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q, QuerySet

from authoring.models import Action, Article, Author, Picture, Review, Revision
from authoring.services import approval, audit
from authoring.services.refusals import Refusal
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
    "review_article", "view_site", "view_scheduledchange", "view_outboxmessage", "change_outboxmessage",
)  # fmt: skip
EVERYTHING = "*"
"""In `ROLES`: all permissions of authoring, and those on accounts and roles."""

ROLES: Mapping[str, tuple[str, ...]] = {
    "author": (*AUTHOR, *AUTHOR_READS),
    "editor": (*EDITOR_OWNS, *EDITOR_ALSO),
    "publisher": (*EDITOR_OWNS, *EDITOR_ALSO, "publish_article"),
    "administrator": (EVERYTHING,),
}
"""The groups that a new installation has, and what each permits."""


PUBLISH = "publish_article"
REVIEW = "review_article"


class Forbidden(Refusal):
    """Somebody may not do what they asked for. The message is a sentence for them."""


def require(by: User | None, permission: str) -> None:
    """Raise `Forbidden` unless `by` has a permission of authoring, as in `add_tag`.

    None is the product itself: the scheduler, an import, a command.
    """
    if by is not None and not may(by, permission):
        verb, model = permission.split("_")
        raise Forbidden(f"You may not {verb} {apps.get_model('authoring', model)._meta.verbose_name_plural}.")


def require_edit(by: User | None, article: Article) -> None:
    """Raise `Forbidden` unless `by` may save drafts of `article`."""
    require(by, "change_article")
    if by is not None and not may_edit(by, article):
        raise Forbidden("You may not change this article: it is somebody else's.")


def require_see(by: User | None, article: Article) -> None:
    """Raise `Forbidden` unless `by` may read drafts of `article` and speak about them."""
    require(by, "view_article")
    if by is not None and not may_see(by, article):
        raise Forbidden("You may not see this article: it is somebody else's.")


def require_share(by: User | None, article: Article) -> None:
    """Raise `Forbidden` unless `by` may say who else writes `article`."""
    require_edit(by, article)
    if by is not None and not may_share(by, article):
        raise Forbidden("You may not share this article: only its author and editors may.")


def require_review(by: User | None) -> None:
    """Raise `Forbidden` unless `by` may decide reviews."""
    if by is not None and not may_review(by):
        raise Forbidden("You may not review articles.")


def require_other(by: User | None, revision: Revision) -> None:
    """Raise `Forbidden` if `by` would approve a revision that they saved, and has no right to."""
    if by is not None and not may_approve(by, revision):
        raise Forbidden("You may not approve what you saved yourself: somebody else has to look at it.")


def require_describe(by: User | None, picture: Picture) -> None:
    """Raise `Forbidden` unless `by` may change what is said about `picture`."""
    require(by, "change_picture")
    if by is not None and not may_describe(by, picture):
        raise Forbidden(
            "You may not describe this picture: it is somebody else's, or readers see it already."
        )


def require_account(by: User | None, account: User) -> None:
    """Raise `Forbidden` unless `by` may change `account`: that of a superuser only a superuser may."""
    if by is not None and not (by.has_perm("auth.change_user") and may_change(by, account)):
        raise Forbidden(f"You may not change the account “{account}”.")


def may_change(user: User, account: User) -> bool:
    """Whether `account` has no more power than who changes it may give: only superusers change superusers."""
    return bool(user.is_superuser or not account.is_superuser)


def may(user: User, permission: str) -> bool:
    """Whether `user` has a permission of authoring."""
    if permission in (PUBLISH, REVIEW):
        return may_publish(user) if permission == PUBLISH else may_review(user)
    return bool(user.has_perm(f"authoring.{permission}"))


def may_publish(user: User) -> bool:
    """Whether `user` may publish and withdraw; without the workflow, whoever reviews may."""
    if user.has_perm(f"authoring.{PUBLISH}"):
        return True
    return may_review(user) and not approval.is_on()


def may_review(user: User) -> bool:
    """Whether `user` may edit, review and approve any article: editors, and all who may publish."""
    return bool(user.has_perm(f"authoring.{REVIEW}") or user.has_perm(f"authoring.{PUBLISH}"))


def may_approve(user: User, revision: Revision) -> bool:
    """Whether `user` may approve `revision`: nobody their own, but who has the right to."""
    is_own = revision.created_by_id == user.pk
    return may_review(user) and (not is_own or bool(user.has_perm("authoring.approve_own_article")))


def may_edit(user: User, article: Article) -> bool:
    """Whether `user` may save drafts of `article`: theirs, signed by or shared with them, or any for editors."""
    return may_review(user) or editable_by(user, Article.with_trash.all()).filter(pk=article.pk).exists()


def may_see(user: User, article: Article) -> bool:
    """Whether `user` may read drafts of `article`."""
    return may_review(user) or visible_to(user).filter(pk=article.pk).exists()


def may_share(user: User, article: Article) -> bool:
    """Whether `user` may say who else writes `article`: who began or signs it, and editors."""
    return may_review(user) or Article.objects.filter(_own(user), pk=article.pk).exists()


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
    return chosen if may_review(user) else chosen.filter(_own(user) | _shared(user))


def visible_to(user: User, articles: QuerySet[Any] | None = None) -> QuerySet[Any]:
    """Those of `articles` (all, unless given) whose drafts `user` may read: also what they were asked to review."""
    chosen: QuerySet[Any] = Article.objects.all() if articles is None else articles
    if may_review(user):
        return chosen
    asked = Review.objects.filter(reviewers=user).exclude(decision=Review.Decision.WITHDRAWN)
    return chosen.filter(_own(user) | _shared(user) | Q(pk__in=asked.values("article")))


def _own(user: User) -> Q:
    own = Q(created_by=user)
    name = Author.objects.filter(user=user).values_list("pk", flat=True).first()
    return own | Q(outline__authors__contains=[name]) if name else own


def _shared(user: User) -> Q:
    return Q(pk__in=Article.shared_with.through.objects.filter(user=user).values("article"))


def may_describe(user: User, picture: Picture) -> bool:
    """Whether `user` may change what is said about `picture`: their own, while readers do not see it yet."""
    if may_review(user):
        return True
    shown = Q(live_revision__hero=picture) | Q(live_revision__body__contains=f"/media/{picture.digest}.")
    return picture.created_by == user and not Article.objects.filter(shown).exists()


def create_missing_roles(using: str = WRITE, **_: object) -> None:
    """Create those of `ROLES` that do not exist. A role that exists is left as its owners made it."""
    if using != WRITE:
        return
    groups = apps.get_model("auth", "Group").objects
    for name in ROLES:
        role, created = groups.get_or_create(name=name)
        if created:
            role.permissions.set(_permissions(name))


@transaction.atomic(using=WRITE)
def renew_role(name: str) -> None:
    """Give a role, made if it is missing, what this release gives a new one, and nothing else. Its members stay.

    Raises `KeyError` for what is none of `ROLES`.
    """
    role, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
    role.permissions.set(_permissions(name))
    audit.record(
        Action.SAVED, kind="role", key=role.pk, title=name, note="permits what this release gives it"
    )


def _permissions(role: str) -> QuerySet[Any]:
    wanted = Q(content_type__app_label="authoring")
    if EVERYTHING in ROLES[role]:
        wanted |= Q(content_type__app_label="auth", content_type__model__in=("user", "group"))
    else:
        wanted &= Q(codename__in=ROLES[role])
    found: QuerySet[Any] = apps.get_model("auth", "Permission").objects.filter(wanted)
    return found
