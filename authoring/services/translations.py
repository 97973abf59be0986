"""Which articles are translations of each other: they have a key in common, that of one of them or of none."""

from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from authoring.models import Article, Revision
from authoring.services import rights
from authoring.services.rights import User
from authoring.services.texts import Text


def group_of(key: UUID, *, by: User | None = None) -> UUID:
    """What the translations of an article have in common; `key` is the article's, or that already.

    Raises `ValidationError` where nothing has this key that `by` may know of: what readers or they can see.
    """
    known = known_to(by)
    article = known.select_related("latest_revision").filter(pk=key).first()
    if article and article.latest_revision:
        return article.latest_revision.translation or article.pk
    if not Revision.objects.filter(translation=key, article__in=known).exists():
        raise ValidationError({"translation": [f"There is no such article: {key}."]})
    return key


def known_to(by: User | None) -> QuerySet[Article]:
    """What `by` may call their text a translation of: another's draft is not theirs to know."""
    if by is None:
        return Article.objects.all()
    return Article.objects.filter(
        Q(live_revision__isnull=False) | Q(pk__in=rights.visible_to(by).values("pk"))
    )


def group_named(name: str) -> UUID:
    """The key of a group that a former site calls `name`: the same at every import."""
    return uuid5(NAMESPACE_URL, f"translations of {name}")


def check(text: Text, *, of: UUID | None = None) -> None:
    """Raise `ValidationError` if another article of the group is in the same language. `of`: its own key.

    The message names it only by a title that readers see: a draft's may not be the writer's to know.
    """
    if text.translation is None:
        return
    others = Article.objects.filter(Q(latest_revision__translation=text.translation) | Q(pk=text.translation))
    if of:
        others = others.exclude(pk=of)
    others = others.filter(latest_revision__language=text.language)
    if clash := others.select_related("live_revision").order_by("created_at", "pk").first():
        name = f"“{clash.live_revision.title}”" if clash.live_revision else "Another of its translations"
        raise ValidationError({"translation": [f"{name} is in this language already."]})


def original(revision: Revision, *, by: User | None = None) -> Article | None:
    """The article that this is a translation of: the one whose key they share, else the oldest of them.

    None also where `by` may know of none of them.
    """
    if revision.translation is None:
        return None
    named = Q(pk=revision.translation) | Q(latest_revision__translation=revision.translation)
    others = list(known_to(by).filter(named).exclude(pk=revision.article_id).order_by("created_at", "pk"))
    return next(
        (other for other in others if other.pk == revision.translation), others[0] if others else None
    )
