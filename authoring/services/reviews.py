"""Asking for a review, and deciding it. Each function is one transaction: lock, check, change, tell."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from authoring.models import Action, Article, Review, Revision
from authoring.services import approval, articles, audit, notifying, people, rights
from authoring.services.articles import Conflict
from authoring.services.refusals import Refusal
from authoring.services.rights import User
from authoring.services.texts import length_problems
from cms.databases import WRITE

LONGEST = 2000
"""Characters of a message or an answer."""

MOST_REVIEWERS = 20

Decision = Review.Decision


class NotInReview(Refusal):
    """Nobody asked for a review of this article, or it was decided."""

    def __init__(self) -> None:
        super().__init__("This article is not in review.")


@transaction.atomic(using=WRITE)
def submit(
    article_id: UUID, *, by: User, now: dt.datetime, reviewers: Iterable[str] = (), message: str = ""
) -> Review:
    """Ask for a review of the newest revision; an open one of an older revision ends. `reviewers` are names.

    Raises `ValidationError` on `reviewers` and `message`, and where there is nothing to review.
    """
    article = articles.lock(article_id)
    rights.require_edit(by, article)
    asked = people.named(reviewers, field="reviewers")
    _check(message=message, reviewers=asked)
    revision = _newest(article)
    if revision.pk == article.live_revision_id:
        raise ValidationError("Readers see this text already: there is nothing to review.")
    if approval.is_approved(revision):
        raise ValidationError(f"Revision {revision.number} is approved already.")
    open_reviews(article).update(decision=Decision.WITHDRAWN, decided_by=by, decided_at=now)
    review = Review.objects.create(article=article, revision=revision, requested_by=by, message=message)
    review.reviewers.set(asked)
    _record(Action.SUBMITTED, review, by=by, note=message)
    notifying.tell([user.pk for user in asked], notifying.Kind.ASKED, article, by=by, text=message)
    return review


@transaction.atomic(using=WRITE)
def approve(article_id: UUID, *, by: User, number: int, now: dt.datetime, answer: str = "") -> Review:
    """Let revision `number` go out: the one in review, or the newest, whether somebody asked or not.

    Nobody approves what they saved themselves, unless they have the right to. Raises `Conflict` for any
    other revision, because somebody saved meanwhile.
    """
    article = articles.lock(article_id)
    rights.require_review(by)
    _check(answer=answer)
    revision = _decided(article, number)
    rights.require_other(by, revision)
    if approval.is_approved(revision):
        return Review.objects.filter(revision=revision).latest("pk")
    review = _decide(article, revision, Decision.APPROVED, by=by, now=now, answer=answer)
    _record(Action.APPROVED, review, by=by, note=answer)
    notifying.tell(_concerned(review), notifying.Kind.APPROVED, article, by=by, text=answer)
    return review


@transaction.atomic(using=WRITE)
def request_changes(article_id: UUID, *, by: User, number: int, now: dt.datetime, answer: str) -> Review:
    """Say what revision `number` needs before it can go out; also of one that was approved.

    Raises `NotInReview` where nobody asked, `Conflict` as `approve`, `ValidationError` on `answer`.
    """
    article = articles.lock(article_id)
    rights.require_review(by)
    if not answer.strip():
        raise ValidationError({"answer": "Say what should change."})
    _check(answer=answer)
    revision = _decided(article, number)
    if not open_reviews(article).exists() and not approval.is_approved(revision):
        raise NotInReview
    review = _decide(article, revision, Decision.CHANGES, by=by, now=now, answer=answer)
    _record(Action.RETURNED, review, by=by, note=answer)
    notifying.tell(_concerned(review), notifying.Kind.CHANGES, article, by=by, text=answer)
    return review


@transaction.atomic(using=WRITE)
def withdraw_request(article_id: UUID, *, by: User, now: dt.datetime) -> Review:
    """Take back what was asked. Raises `NotInReview`."""
    article = articles.lock(article_id)
    rights.require_edit(by, article)
    review = open_reviews(article).first()
    if review is None:
        raise NotInReview
    _record(Action.CANCELLED, review, by=by, note="The request for a review")
    return _settle(review, Decision.WITHDRAWN, by=by, now=now)


def open_reviews(article: Article) -> QuerySet[Review]:
    """The review that waits for a decision: one at most."""
    return Review.objects.filter(article=article, decision="")


def waiting_for(user: Any) -> QuerySet[Review]:
    """Open reviews that this user was asked for, and for whom nobody was named if they may review at all."""
    rows = Review.objects.filter(decision="", article__in=rights.visible_to(user).values("pk"))
    asked = rows.filter(reviewers=user)
    anybody = rows.filter(reviewers=None).exclude(requested_by=user)
    found = asked | anybody if rights.may_review(user) else asked
    return found.select_related("article__latest_revision", "requested_by").distinct().order_by("pk")


def newest(article: Article) -> Review | None:
    """The newest review that was not taken back."""
    rows = article.reviews.exclude(decision=Decision.WITHDRAWN)
    found = rows.select_related("revision", "requested_by", "decided_by").prefetch_related("reviewers")
    return found.order_by("-pk").first()


def _decide(
    article: Article, revision: Revision, decision: Decision, *, by: User, now: dt.datetime, answer: str
) -> Review:
    review = open_reviews(article).first() or Review(article=article, requested_by=revision.created_by)
    review.revision = revision
    return _settle(review, decision, by=by, now=now, answer=answer)


def _settle(review: Review, decision: Decision, *, by: User, now: dt.datetime, answer: str = "") -> Review:
    review.decision, review.answer = decision, answer
    review.decided_by, review.decided_at = by, now
    review.save()
    return review


def _record(action: Action, review: Review, *, by: User, note: str) -> None:
    audit.record_article(action, review.article, by=by, revisions=(None, review.revision.number), note=note)


def _newest(article: Article) -> Revision:
    if article.latest_revision is None:
        raise articles.NoSuchArticle
    return article.latest_revision


def _decided(article: Article, number: int) -> Revision:
    """The revision of that number, if it is the newest or the one in review."""
    latest, waits = _newest(article), open_reviews(article).select_related("revision").first()
    for revision in (latest, waits and waits.revision):
        if revision and revision.number == number:
            return revision
    raise Conflict(latest.number)


def _concerned(review: Review) -> list[int | None]:
    """Whose text it is, and who asked."""
    return [review.requested_by_id, review.article.created_by_id, review.revision.created_by_id]


def _check(*, message: str = "", answer: str = "", reviewers: list[Any] | None = None) -> None:
    errors = {
        "message": length_problems(message, limit=LONGEST),
        "answer": length_problems(answer, limit=LONGEST),
        "reviewers": [f"At most {MOST_REVIEWERS} can be asked."]
        if len(reviewers or []) > MOST_REVIEWERS
        else [],
    }
    if any(errors.values()):
        raise ValidationError({name: found for name, found in errors.items() if found})
