"""Whether a revision may go out: where the workflow is on, somebody must have approved it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from authoring.models import Article, Review, Revision, Site
from authoring.services.refusals import Refusal


class NotApproved(Refusal):
    """The workflow is on, and nobody approved that revision."""

    def __init__(self, revision: Revision) -> None:
        super().__init__(
            f"Revision {revision.number} is not approved: it needs a review before it can be published."
        )


def is_on() -> bool:
    """Whether articles are reviewed before they are published."""
    return Site.objects.filter(workflow=True).exists()


def is_approved(revision: Revision) -> bool:
    """Whether the newest decision on `revision` approves it."""
    newest = _decided().filter(revision=revision).order_by("-pk").values_list("decision", flat=True).first()
    return newest == Review.Decision.APPROVED


def missing(revisions: Iterable[Revision]) -> set[int]:
    """The keys of those that lack an approval: none where the workflow is off. At most two queries."""
    keys = {revision.pk for revision in revisions}
    if not keys or not is_on():
        return set()
    newest = _decided().filter(revision__in=keys).order_by("revision", "-pk").distinct("revision")
    approved = {review.revision_id for review in newest if review.decision == Review.Decision.APPROVED}
    return keys - approved


def require(article: Article, revision: Revision, *, by: Any) -> None:
    """Raise `NotApproved` if `by` may not put this revision before readers.

    Asked when a person publishes or schedules, and again when a change is due, in the name of who planned it:
    an approval may have been taken back. The product itself (None) needs none, nor does what readers see.
    """
    if by is None or revision.pk == article.live_revision_id:
        return
    if is_on() and not is_approved(revision):
        raise NotApproved(revision)


def _decided() -> QuerySet[Review]:
    return Review.objects.exclude(decision__in=("", Review.Decision.WITHDRAWN))
