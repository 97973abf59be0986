"""What the editor saves by itself: nothing that readers, publishing or another writer's save depend on."""

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from authoring.models import (
    Action,
    Article,
    Comment,
    Picture,
    PreviewLink,
    ReleaseChange,
    Review,
    Revision,
    ScheduledChange,
)
from authoring.services import audit, rights, translations
from authoring.services.articles import add_revision, lead, lock
from authoring.services.rights import User
from authoring.services.texts import (
    ADDRESS_LENGTH,
    SLUG_LENGTH,
    SUMMARY_LENGTH,
    TITLE_LENGTH,
    Text,
    check,
    length_problems,
    text_of,
)
from cms import rendering
from cms.databases import WRITE

SLOT = dt.timedelta(minutes=5)
"""Of what one tab saves by itself, this often one stays."""

SUPERSEDED_AFTER = dt.timedelta(days=1)
FORGOTTEN_AFTER = dt.timedelta(days=30)


@transaction.atomic(using=WRITE)
def begin(text: Text, *, by: User) -> Article:
    """A new article of which nothing was saved by hand. Raises `Forbidden`, and `ValidationError` by field."""
    rights.require(by, "add_article")
    check(text)
    translations.check(text)
    article = Article.objects.create(created_by=by)
    lead(article, text, by=by, autosaved=True)
    audit.record_article(Action.CREATED, article, by=by, revisions=(None, 1))
    return article


@transaction.atomic(using=WRITE)
def autosave(
    article_id: UUID, text: Text, *, by: User, based_on: int | None, replaces: int | None = None
) -> Revision:
    """Keep an unfinished text beside the article's revisions. Only its writer is offered it again.

    `based_on` is the number of the revision that the writer began with, `replaces` that of what the same
    tab saved before. Raises `NoSuchArticle`, `Forbidden`, and `ValidationError` by field for what no
    table can hold.
    """
    check_storable(text)
    article = lock(article_id)
    rights.require_edit(by, article)
    revision = _kept(article, text, by=by) or _keep(article, text, by=by, based_on=based_on)
    if replaces is not None and replaces != revision.number:
        _replace(article, replaces, by=by, now=revision.created_at)
    return revision


def unsaved(article: Article, *, by: User) -> Revision | None:
    """What `by` typed and never saved by hand; None if that is what the article says."""
    by_hand = article.revisions.filter(created_by=by, autosaved=False).aggregate(last=Max("number"))["last"]
    kept = _own(article, by).filter(number__gt=by_hand or 0).first()
    if kept is None or article.latest_revision is None or text_of(kept) == text_of(article.latest_revision):
        return None
    return kept


@transaction.atomic(using=WRITE)
def discard(article_id: UUID, *, by: User) -> None:
    """Forget what `by` typed into the article and never saved by hand."""
    loose().filter(article=article_id, created_by=by).delete()


def thin(*, limit: int = 500) -> int:
    """Delete up to `limit` autosaved revisions that nobody needs any more. Returns how many."""
    with transaction.atomic(using=WRITE):
        later = Revision.objects.filter(
            article=OuterRef("article"), created_by=OuterRef("created_by"), number__gt=OuterRef("number")
        )
        superseded = Q(Exists(later), created_at__lt=Now() - SUPERSEDED_AFTER)
        old = loose().filter(superseded | Q(created_at__lt=Now() - FORGOTTEN_AFTER))
        # Whoever schedules one meanwhile holds its row, and it is left alone.
        rows = old.select_for_update(of=("self",), skip_locked=True).order_by("pk")
        chosen = list(rows.values_list("pk", flat=True)[:limit])
        Revision.objects.filter(pk__in=chosen).delete()
    return len(chosen)


def loose() -> QuerySet[Revision]:
    """Autosaved revisions that nothing refers to."""
    article = Article.with_trash.filter(pk=OuterRef("article"))
    in_use = article.filter(Q(latest_revision=OuterRef("pk")) | Q(live_revision=OuterRef("pk")))
    referring = (ScheduledChange, ReleaseChange, PreviewLink, Review, Comment)
    named = [Exists(model._default_manager.filter(revision=OuterRef("pk"))) for model in referring]
    return Revision.objects.filter(~Exists(in_use), *(~known for known in named), autosaved=True)


def check_storable(text: Text) -> None:
    """Raise `ValidationError` by field for what no revision can hold, however unfinished."""
    limits = {
        "title": TITLE_LENGTH,
        "social_title": TITLE_LENGTH,
        "slug": SLUG_LENGTH,
        "summary": SUMMARY_LENGTH,
        "canonical": ADDRESS_LENGTH,
        "language": 16,
    }
    errors = {name: length_problems(getattr(text, name), limit=limit) for name, limit in limits.items()}
    errors["body"] = rendering.problems(text.body)
    if text.hero and not Picture.objects.filter(pk=text.hero).exists():
        errors["hero"] = ["There is no such picture."]
    if any(errors.values()):
        raise ValidationError({name: messages for name, messages in errors.items() if messages})


def _kept(article: Article, text: Text, *, by: User) -> Revision | None:
    """The revision that says the same already."""
    candidates = (_own(article, by).first(), article.latest_revision)
    return next((one for one in candidates if one and text_of(one) == text), None)


def _keep(article: Article, text: Text, *, by: User, based_on: int | None) -> Revision:
    latest = article.latest_revision
    if latest and latest.autosaved and latest.created_by_id == by.pk:
        # Nothing was ever saved by hand: this draft is nobody else's, and may lead if it is fit to.
        try:
            with transaction.atomic(using=WRITE):
                check(text)
                translations.check(text, of=article.pk)
                return lead(article, text, by=by, autosaved=True, based_on=based_on)
        except ValidationError:
            pass
    return add_revision(article, text, by=by, autosaved=True, based_on=based_on)


def _replace(article: Article, number: int, *, by: User, now: dt.datetime) -> None:
    """Forget what the same tab saved before, unless it is the last of its slot."""
    mine = loose().filter(article=article, created_by=by, number=number).first()
    if (
        mine
        and mine.created_at.timestamp() // SLOT.total_seconds() == now.timestamp() // SLOT.total_seconds()
    ):
        mine.delete()


def _own(article: Article, by: User) -> QuerySet[Revision]:
    own = article.revisions.filter(created_by=by, autosaved=True)
    return own.order_by(F("number").desc())
