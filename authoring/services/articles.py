"""What writers do to articles. Each function is one transaction: lock, check, change, announce."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from authoring.models import Action, Article, Revision
from authoring.services import announcing, approval, audit, notifying, paths, rights, translations
from authoring.services.refusals import Refusal
from authoring.services.rights import User
from authoring.services.texts import Text, check, text_of
from cms.databases import WRITE
from cms.events import Kind


class NoSuchArticle(Refusal, LookupError):
    """There is no article, or no revision of it, with that key; what is in the trash is not there."""

    def __init__(self, sentence: str = "This article is not there any more. It may be in the trash.") -> None:
        super().__init__(sentence)


class NotPublished(Refusal):
    """The article is not live: there is nothing to withdraw."""

    def __init__(self) -> None:
        super().__init__("It is not on the public site: there is nothing to unpublish.")


class Conflict(Refusal):
    """Somebody saved another revision meanwhile. `current` is its number."""

    def __init__(self, current: int) -> None:
        super().__init__(f"Somebody saved revision {current} meanwhile.")
        self.current = current


@transaction.atomic(using=WRITE)
def create(text: Text, *, by: User | None = None) -> Article:
    """A new article with `text` as its first revision. Raises `Forbidden`, and `ValidationError` by field."""
    rights.require(by, "add_article")
    check(text)
    translations.check(text)
    article = Article.objects.create(created_by=by)
    lead(article, text, by=by)
    audit.record_article(Action.CREATED, article, by=by, revisions=(None, 1))
    return article


@transaction.atomic(using=WRITE)
def save_draft(
    article_id: UUID,
    text: Text,
    *,
    by: User | None = None,
    expected_revision: int | None = None,
    action: Action = Action.SAVED,
) -> Revision:
    """Save `text` as the newest revision; an unchanged text makes none. Readers see nothing of it.

    The audit log calls it `action`. Raises `Conflict` if somebody saved after `expected_revision`, `Forbidden`,
    and `ValidationError` by field. What the editor saves by itself is no edit: it conflicts with nothing.
    """
    article = lock(article_id)
    rights.require_edit(by, article)
    latest = article.latest_revision
    if expected_revision is not None and (newest := _saved_after(article, expected_revision)):
        raise Conflict(newest)
    if latest and not latest.autosaved and text_of(latest) == text:
        return latest
    check(text)
    translations.check(text, of=article.pk)
    saved = lead(article, text, by=by, based_on=expected_revision)
    audit.record_article(action, article, by=by, revisions=(latest.number if latest else None, saved.number))
    return saved


@transaction.atomic(using=WRITE)
def publish(
    article_id: UUID,
    *,
    now: dt.datetime,
    by: User | None = None,
    revision_id: int | None = None,
    published_at: dt.datetime | None = None,
    former_paths: tuple[str, ...] = (),
) -> int:
    """Make a revision (the newest, unless named) what readers see. Returns the version that says so.

    `published_at` dates a first publish back; `former_paths` are addresses on a former site that
    redirect here. Raises `Forbidden`, `NotApproved`, and `ValidationError` for a path that another owns.
    """
    rights.require(by, rights.PUBLISH)
    article = lock(article_id)
    revision = _revision(article, revision_id)
    return publish_locked(
        article, revision, now=now, by=by, published_at=published_at, former_paths=former_paths
    )


def publish_locked(
    article: Article,
    revision: Revision,
    *,
    now: dt.datetime,
    by: User | None,
    published_at: dt.datetime | None = None,
    former_paths: tuple[str, ...] = (),
) -> int:
    """As `publish`, in the caller's transaction, which has locked the article and checked the right of `by`."""
    approval.require(article, revision, by=by)
    check(text_of(revision))
    was = article.live_revision
    article.path = paths.article_path(revision.language, revision.slug)
    paths.reserve(article.path, *former_paths, kind=Kind.ARTICLE, key=str(article.id), public=True)
    article.live_revision = revision
    article.withdrawn_at = None
    article.published_at = article.published_at or published_at or now
    article.changed_at = published_at if published_at and article.changed_at is None else now
    notifying.tell([article.created_by_id], notifying.Kind.PUBLISHED, article, by=by)
    version = _announce(article, now=now)
    numbers = was.number if was else None, revision.number
    audit.record_article(Action.PUBLISHED, article, by=by, revisions=numbers, versions=(version - 1, version))
    return version


@transaction.atomic(using=WRITE)
def withdraw(article_id: UUID, *, now: dt.datetime, by: User | None = None) -> int:
    """Take the article off the public site. Returns the version that says so.

    Raises `NotPublished` and `Forbidden`.
    """
    rights.require(by, rights.PUBLISH)
    return withdraw_locked(lock(article_id), now=now, by=by)


def withdraw_locked(article: Article, *, now: dt.datetime, by: User | None) -> int:
    """As `withdraw`, in the caller's transaction, which has locked the article and checked the right of `by`."""
    was = article.live_revision
    if was is None:
        raise NotPublished
    article.live_revision = None
    article.withdrawn_at = now
    article.version += 1
    article.save(update_fields=["live_revision", "withdrawn_at", "version"])
    announcing.announce_withdrawal(
        Article, kind=Kind.ARTICLE, key=str(article.id), version=article.version, now=now
    )
    versions = article.version - 1, article.version
    audit.record_article(Action.WITHDRAWN, article, by=by, revisions=(was.number, None), versions=versions)
    return article.version


@transaction.atomic(using=WRITE)
def restate(article_id: UUID, *, now: dt.datetime) -> int | None:
    """Tell readers the live revision anew, with today's names of its tags and authors. None if not live."""
    article = Article.objects.select_for_update(no_key=True, of=("self",)).filter(pk=article_id).first()
    if article is None or not article.is_live:
        return None
    return _announce(article, now=now)


def lock(article_id: UUID) -> Article:
    """The article, locked until the end of the transaction. Raises `NoSuchArticle`."""
    try:
        return lockable().get(pk=article_id)
    except Article.DoesNotExist as error:
        raise NoSuchArticle from error


def lockable(*, skip_locked: bool = False) -> QuerySet[Article]:
    """Articles, locked as they are read.

    Their revisions are read in later statements: in a join, whoever waited for the lock would not find
    the revision that was saved meanwhile.
    """
    return Article.objects.select_for_update(no_key=True, of=("self",), skip_locked=skip_locked)


def _announce(article: Article, *, now: dt.datetime) -> int:
    revision = article.live_revision
    if revision is None:
        raise NotPublished
    article.version += 1
    article.save(
        update_fields=["version", "live_revision", "path", "published_at", "changed_at", "withdrawn_at"]
    )
    announcing.announce(
        Article,
        kind=Kind.ARTICLE,
        key=str(article.id),
        version=article.version,
        state=announcing.article_state(article, revision),
        now=now,
    )
    return article.version


def _revision(article: Article, revision_id: int | None) -> Revision:
    if article.latest_revision and revision_id in (None, article.latest_revision.pk):
        return article.latest_revision
    try:
        return article.revisions.get(pk=revision_id or 0)
    except Revision.DoesNotExist as error:
        raise NoSuchArticle(f"“{article}” has no such revision.") from error


def lead(
    article: Article, text: Text, *, by: User | None, autosaved: bool = False, based_on: int | None = None
) -> Revision:
    """A checked `text` as the newest revision of a locked article, its path reserved. Raises `SlugTaken`."""
    path = paths.article_path(text.language, text.slug)
    paths.reserve(path, kind=Kind.ARTICLE, key=str(article.id))
    is_first = article.latest_revision is None
    revision = add_revision(article, text, by=by, autosaved=autosaved, based_on=based_on)
    article.latest_revision = revision
    article.save(update_fields=["latest_revision"])
    if not is_first:
        paths.release(kind=Kind.ARTICLE, key=str(article.id), keep={path, *paths.planned(article)})
    return revision


def add_revision(
    article: Article,
    text: Text,
    *,
    by: User | None,
    autosaved: bool = False,
    based_on: int | None,
    set_aside: bool = False,
) -> Revision:
    """One more revision of a locked article. That it is the newest is for the caller to say."""
    number = (article.revisions.aggregate(last=Max("number"))["last"] or 0) + 1
    return Revision.objects.create(
        article=article,
        number=number,
        title=text.title,
        slug=text.slug,
        summary=text.summary,
        body=text.body,
        language=text.language,
        tags=list(text.tags),
        authors=list(text.authors),
        hero_id=text.hero,
        translation=text.translation,
        canonical=text.canonical,
        social_title=text.social_title,
        noindex=text.noindex,
        autosaved=autosaved,
        based_on=based_on,
        set_aside=set_aside,
        created_by=by,
    )


def _saved_after(article: Article, number: int) -> int | None:
    later = article.revisions.filter(autosaved=False, set_aside=False, number__gt=number)
    newest: int | None = later.aggregate(last=Max("number"))["last"]
    return newest
