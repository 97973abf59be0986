"""Saving what began with an older revision: merged where that is possible, told and kept where it is not."""

from uuid import UUID

from django.db import transaction

from authoring.models import Revision
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
    theirs, base = found[numbers[0]], found.get(based_on)
    merged = merge(text_of(base) if base else None, ours=text, theirs=text_of(theirs))
    if merged.clashes:
        check(text)  # what is told to be kept must be fit to be kept
        raise Clash(merged, ours=text, theirs=theirs, base=base)
    return articles.save_draft(article_id, merged.text, by=by, expected_revision=theirs.number)


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
