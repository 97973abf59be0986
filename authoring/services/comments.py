"""What is said about a revision: threads on a passage or on the whole, replies, resolving."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from authoring.models import Article, Comment, Revision
from authoring.services import anchoring, articles, history, notifying, passages, people, reviews, rights
from authoring.services.anchoring import Haystack, Passage, Span
from authoring.services.refusals import Refusal
from authoring.services.rights import User
from authoring.services.texts import length_problems, text_of
from cms.databases import WRITE

LONGEST = 4000
"""Characters of a comment."""

MOST = 1000
"""Comments on one article."""

RATE, WINDOW = 30, dt.timedelta(minutes=5)
"""So many comments of one person in such a time: more is a runaway script."""

MOST_SEARCHED = 100_000
"""Words that are looked at for passages that changed, each time a text is shown: about a second's work."""

MENTION = re.compile(r"(?<![\w@])@([\w.@+-]{1,150})")
MOST_MENTIONS = 10


class TooMany(Refusal):
    """More comments than anybody writes, or reads."""


@dataclass(slots=True)
class Thread:
    """A comment and its replies, and where its passage stands in the text that is looked at."""

    first: Comment
    replies: list[Comment] = field(default_factory=list)
    span: Span | None = None

    @property
    def is_lost(self) -> bool:
        """Whether it is about a passage that this text does not have."""
        return bool(self.first.quote) and self.span is None


@transaction.atomic(using=WRITE)
def comment(
    article_id: UUID,
    *,
    by: User,
    body: str,
    number: int,
    quote: str = "",
    before: str = "",
    after: str = "",
) -> Comment:
    """Say something about revision `number`: of the passage `quote`, or of the whole.

    `before` and `after` tell a passage from another that says the same. Raises `ValidationError` by field,
    `TooMany`, and `NoSuchArticle`.
    """
    article = articles.lock(article_id)
    rights.require_see(by, article)
    revision = history.revision(article, number)
    _check(body, quote=quote, before=before, after=after)
    _check_rate(article, by)
    passage = _passage(revision, Passage(quote, before, after)) if quote.strip() else Passage("")
    made = Comment.objects.create(
        article=article,
        revision=revision,
        body=body,
        quote=passage.quote,
        before=passage.before,
        after=passage.after,
        position=passage.position,
        created_by=by,
    )
    _tell(made, notifying.Kind.COMMENT, _concerned(article), by=by)
    return made


@transaction.atomic(using=WRITE)
def reply(article_id: UUID, thread_id: int, *, by: User, body: str) -> Comment:
    """Answer a comment. Raises `ValidationError` on `body`, `TooMany`, and `Comment.DoesNotExist`."""
    article = articles.lock(article_id)
    rights.require_see(by, article)
    first = article.comments.get(pk=thread_id, thread=None)
    _check(body)
    _check_rate(article, by)
    made = Comment.objects.create(
        article=article, revision=first.revision, thread=first, body=body, created_by=by
    )
    talking = [first.created_by_id, *first.replies.values_list("created_by", flat=True)]
    _tell(made, notifying.Kind.REPLY, [*talking, *_concerned(article)], by=by)
    return made


@transaction.atomic(using=WRITE)
def resolve(article_id: UUID, thread_id: int, *, by: User, now: dt.datetime) -> bool:
    """Close a thread. False if somebody did before. Raises `Comment.DoesNotExist`."""
    return _set_resolved(article_id, thread_id, by=by, now=now)


@transaction.atomic(using=WRITE)
def reopen(article_id: UUID, thread_id: int, *, by: User) -> bool:
    """Open a thread again. False if it is open. Raises `Comment.DoesNotExist`."""
    return _set_resolved(article_id, thread_id, by=by, now=None)


def threads(article: Article) -> list[Thread]:
    """All threads of an article, oldest first. Two statements."""
    rows = article.comments.select_related("created_by", "resolved_by", "revision").order_by("pk")
    found: dict[int, Thread] = {}
    for row in rows:
        if row.thread_id is None:
            found[row.pk] = Thread(row)
        else:
            found[row.thread_id].replies.append(row)
    return list(found.values())


def place(found: list[Thread], text: Haystack) -> list[Thread]:
    """The same threads, each with where its passage stands in `text`, in the order of the text.

    Where very many passages changed, only the first of them are looked for, open threads before resolved ones.
    """
    searched = 0
    for thread in sorted(found, key=lambda one: one.first.resolved_at is not None):
        if thread.first.quote:
            passage = passage_of(thread.first)
            thread.span = text.exact(passage)
            if thread.span is None and searched < MOST_SEARCHED:
                searched += len(text.words) + len(passage.quote) ** 2 // 100
                thread.span = text.near(passage)
    return sorted(found, key=lambda one: (one.span or (len(text.text), 0), one.first.pk))


def passage_of(row: Comment) -> Passage:
    """The passage that a comment is about."""
    return Passage(row.quote, row.before, row.after, row.position)


def unresolved(article: Article) -> QuerySet[Comment]:
    """Threads that wait for somebody."""
    return article.comments.filter(thread=None, resolved_at=None)


def _passage(revision: Revision, wanted: Passage) -> Passage:
    """The passage as the revision has it. Raises `ValidationError` on `quote`."""
    text = passages.shown(text_of(revision))
    span = text.exact(wanted)
    if span is None:
        raise ValidationError({"quote": f"Revision {revision.number} does not say this."})
    return text.around(span)


def _set_resolved(article_id: UUID, thread_id: int, *, by: User, now: dt.datetime | None) -> bool:
    article = articles.lock(article_id)
    rights.require_see(by, article)
    first = article.comments.get(pk=thread_id, thread=None)
    if (first.resolved_at is None) == (now is None):
        return False
    first.resolved_at, first.resolved_by = now, by if now else None
    first.save(update_fields=["resolved_at", "resolved_by"])
    return True


def _check(body: str, *, quote: str = "", before: str = "", after: str = "") -> None:
    errors = {
        "body": length_problems(body, limit=LONGEST) if body.strip() else ["This must not be empty."],
        "quote": length_problems(quote, limit=anchoring.LONGEST),
        "before": length_problems(before, limit=2 * anchoring.CONTEXT),
        "after": length_problems(after, limit=2 * anchoring.CONTEXT),
    }
    if any(errors.values()):
        raise ValidationError({name: found for name, found in errors.items() if found})


def _check_rate(article: Article, by: User) -> None:
    if Comment.objects.filter(created_by=by, created_at__gt=Now() - WINDOW).count() >= RATE:
        raise TooMany(f"That were {RATE} comments within five minutes: wait a little.")
    if article.comments.count() >= MOST:
        raise TooMany(f"This article has {MOST} comments: that is the most.")


def _concerned(article: Article) -> list[int | None]:
    """Whose text it is, who asked for a review, and who was asked."""
    review = reviews.open_reviews(article).first()
    asked = [review.requested_by_id, *review.reviewers.values_list("pk", flat=True)] if review else []
    latest = article.latest_revision
    return [article.created_by_id, latest.created_by_id if latest else None, *asked]


def _tell(made: Comment, kind: notifying.Kind, concerned: list[int | None], *, by: User) -> None:
    names = list(dict.fromkeys(name.rstrip(".") for name in MENTION.findall(made.body)))[:MOST_MENTIONS]
    mentioned = {user.pk for user in people.colleagues().filter(username__in=names)} if names else set()
    others = set(concerned) - mentioned
    about: dict[str, Any] = {"by": by, "text": made.body, "comment": made}
    notifying.tell(mentioned, notifying.Kind.MENTION, made.article, **about)
    notifying.tell(others, kind, made.article, **about)
