"""Saving what began with an older revision: merged where that is possible, told and kept where it is not."""

from uuid import UUID

from django.db import transaction
from django.db.models import Max

from authoring.models import Article, Revision
from authoring.services import articles, rights
from authoring.services.articles import Conflict
from authoring.services.merging import Merge, merge
from authoring.services.rights import User
from authoring.services.texts import Text, check, text_of
from cms.databases import WRITE


class Clash(Exception):
    """Somebody changed the same meanwhile. `base` is None where the common ancestor is not known."""

    def __init__(self, merged: Merge, *, ours: Text, theirs: Revision, base: Revision | None) -> None:
        super().__init__(f"Revision {theirs.number} changed the same: {', '.join(merged.clashes)}.")
        self.merged, self.ours, self.theirs, self.base = merged, ours, theirs, base


@transaction.atomic(using=WRITE)
def save(article_id: UUID, text: Text, *, by: User, based_on: int) -> Revision:
    """Save a text that began with revision `based_on`, merged with what others saved since.

    Raises `Clash` if both changed the same, `Forbidden`, and `ValidationError` by field. Nothing is overwritten.
    """
    article = articles.lock(article_id)
    rights.require_edit(by, article)
    try:
        return articles.save_draft(article_id, text, by=by, expected_revision=based_on)
    except Conflict as conflict:
        numbers = (conflict.current, based_on)
        found = {row.number: row for row in article.revisions.filter(number__in=numbers)}
    met = _meet(text, theirs=found[numbers[0]], base=found.get(based_on))
    if met.merged.clashes:
        check(text)  # what is told to be kept must be fit to be kept
        raise met
    return articles.save_draft(article_id, met.merged.text, by=by, expected_revision=met.theirs.number)


@transaction.atomic(using=WRITE)
def set_aside(article_id: UUID, text: Text, *, by: User, based_on: int | None = None) -> Revision:
    """Keep a text that clashed as a revision that does not lead. Kept once, however often it is sent."""
    check(text)
    article = articles.lock(article_id)
    rights.require_edit(by, article)
    last = article.revisions.filter(set_aside=True, created_by=by).order_by("-number").first()
    if last and text_of(last) == text:
        return last
    return articles.add_revision(article, text, by=by, based_on=based_on, set_aside=True)


def unsettled(article: Article, *, by: User) -> Revision | None:
    """What `by` wrote that clashed and is set aside since; None once they saved by hand again."""
    own = article.revisions.filter(created_by=by)
    by_hand = own.filter(autosaved=False, set_aside=False).aggregate(last=Max("number"))["last"]
    return own.filter(set_aside=True, number__gt=by_hand or 0).order_by("-number").first()


def reopened(kept: Revision) -> Clash:
    """A text that was set aside beside what the article says now."""
    article = Article.objects.filter(pk=kept.article_id).first()
    if article is None or article.latest_revision is None:
        raise articles.NoSuchArticle
    base = article.revisions.filter(number=kept.based_on or 0).first()
    return _meet(text_of(kept), theirs=article.latest_revision, base=base)


def _meet(text: Text, *, theirs: Revision, base: Revision | None) -> Clash:
    merged = merge(text_of(base) if base else None, ours=text, theirs=text_of(theirs))
    return Clash(merged, ours=text, theirs=theirs, base=base)
