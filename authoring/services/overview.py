"""Articles as writers see them in lists: their state, and how long readers waited for it."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import (
    Case,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast

from authoring.models import (
    Article,
    Author,
    OutboxMessage,
    PlainPage,
    Release,
    ReleaseChange,
    Review,
    ScheduledChange,
    Site,
    Tag,
)
from authoring.services import paths, releases, scheduling
from cms.events import Kind


class Status(models.TextChoices):
    """Where an article stands. The first that applies, from the top, in `STATUS`."""

    DRAFT = "draft", "Draft"
    FUTURE = "future", "Scheduled"
    LIVE = "live", "Live"
    CHANGED = "changed", "Live, newer draft"
    WITHDRAWN = "withdrawn", "Unpublished"
    OVERDUE = "overdue", "Overdue"
    FAILED = "failed", "Change failed"
    REFUSED = "refused", "Refused"
    IN_REVIEW = "in_review", "In review"
    CHANGES = "changes", "Changes requested"
    APPROVED = "approved", "Approved"


REVIEWED = (Status.IN_REVIEW, Status.CHANGES, Status.APPROVED)
"""What an article can only be where the workflow is on."""


def overview(articles: QuerySet[Article] | None = None) -> QuerySet[Any]:
    """Articles with `status`, `refusal`, `is_owed`, `is_spreading`, `visible_after`,
    `everywhere_after` and `next_publish_at`, in one query.

    `visible_after` is the time from the commit of the newest applied change until readers could see it,
    `everywhere_after` until every replica was seen to show it; `is_owed` says that the newest change is still
    on its way, `is_spreading` that a replica does not show it yet.
    """
    chosen = Article.objects.all() if articles is None else articles
    newest = messages(OuterRef("pk"))
    applied = newest.filter(applied_at__isnull=False).annotate(took=F("applied_at") - F("created_at"))
    owed = newest.annotate(
        is_owed=Case(When(_OWED, then=True), default=False, output_field=models.BooleanField())
    )
    spread = applied.annotate(
        spread=F("replicated_at") - F("created_at"),
        is_spreading=Case(When(_SPREADING, then=True), default=False, output_field=models.BooleanField()),
    )
    chosen = chosen.alias(as_key=Cast("pk", models.TextField()))
    return chosen.select_related("latest_revision", "latest_revision__created_by").annotate(
        refusal=Subquery(newest.values("refusal")[:1]),
        is_owed=Subquery(owed.values("is_owed")[:1]),
        visible_after=Subquery(applied.values("took")[:1], output_field=models.DurationField()),
        everywhere_after=Subquery(spread.values("spread")[:1], output_field=models.DurationField()),
        is_spreading=Subquery(spread.values("is_spreading")[:1]),
        next_publish_at=Subquery(_next_publish()),
        has_failed=_in_trouble(scheduling.failed(), releases.failed()),
        is_overdue=_in_trouble(scheduling.overdue(), releases.overdue()),
        is_refused=_is_refused(),
        is_planned=_is_planned(),
        is_in_review=_flag(Q(pk__in=_reviewed(decision="").values("article"))),
        needs_changes=_flag(Q(pk__in=_reviewed(decision=Review.Decision.CHANGES).values("article"))),
        is_approved=_flag(
            Q(latest_revision__in=_reviewed(decision=Review.Decision.APPROVED).values("revision"))
        ),
        status=STATUS,
    )


def messages(article: Any) -> QuerySet[OutboxMessage]:
    """The messages about an article (its key, or a reference to it), newest first."""
    key = Cast(article, models.TextField())
    return OutboxMessage.objects.filter(kind=Kind.ARTICLE, key=key).order_by("-version")


def newest_messages(keys: Iterable[str]) -> dict[str, OutboxMessage]:
    """By key, the newest message about each of these articles, without its text."""
    told = OutboxMessage.objects.filter(kind=Kind.ARTICLE, key__in=list(keys)).defer("message")
    return {message.key: message for message in told.order_by("key", "-version").distinct("key")}


def drafts_of(user: Any, articles: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `articles` that `user` began or signs, and that say something which readers do not see."""
    name = Author.objects.filter(user=user).values_list("pk", flat=True).first()
    own = Q(created_by=user) | (Q(outline__authors__contains=[name]) if name else Q())
    return articles.filter(own).exclude(live_revision=F("latest_revision"), live_revision__isnull=False)


def public_url(article: Article) -> str | None:
    """Where readers find an article; None if they do not."""
    return settings.SITE_URL + article.path if article.is_live else None


def newest_url(article: Any) -> str | None:
    """Where readers find the newest version of an article of `overview`: the site says that it is on its way.

    A version that was refused will not come: then it is where they find the one before.
    """
    url = public_url(article)
    return url if url is None or article.refusal else f"{url}?min_version={article.version}"


def named_url(row: Tag | Author) -> str:
    """Where readers find a tag or an author: they are public from their first save."""
    path_of = paths.tag_path if isinstance(row, Tag) else paths.author_path
    return settings.SITE_URL + path_of(row.slug)


def page_url(page: PlainPage) -> str | None:
    """Where readers find a plain page; None if they do not."""
    return settings.SITE_URL + paths.page_path(page.slug) if page.is_live else None


def _in_trouble(changes: QuerySet[ScheduledChange], bundles: QuerySet[Release]) -> Any:
    """Whether an article is among those of `changes`, or of these releases."""
    parts = ReleaseChange.objects.filter(release__in=bundles, article__isnull=False)
    return ExpressionWrapper(
        Q(pk__in=changes.values("article")) | Q(pk__in=parts.values("article")),
        output_field=models.BooleanField(),
    )


def _next_publish() -> QuerySet[Any]:
    publishes = scheduling.waiting().filter(article=OuterRef("pk"), action=ScheduledChange.Action.PUBLISH)
    return publishes.order_by().values("article").annotate(first=Min("due_at")).values("first")


def _is_refused() -> Any:
    """The same as `refusal` being there, asked of all messages at once: a list is filtered by it."""
    newer = OutboxMessage.objects.filter(
        kind=Kind.ARTICLE, key=OuterRef("key"), version__gt=OuterRef("version")
    )
    refused = OutboxMessage.objects.exclude(refusal="").filter(~Exists(newer), kind=Kind.ARTICLE)
    return _flag(Q(as_key__in=refused.values("key")))


def _is_planned() -> Any:
    """The same of `next_publish_at`."""
    return _flag(
        Q(pk__in=scheduling.waiting().filter(action=ScheduledChange.Action.PUBLISH).values("article"))
    )


def _flag(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=models.BooleanField())


def _reviewed(**wanted: Any) -> QuerySet[Review]:
    """Where the workflow is on: the newest review of each article, if it is so."""
    counted = Review.objects.exclude(decision=Review.Decision.WITHDRAWN)
    newer = counted.filter(article=OuterRef("article"), pk__gt=OuterRef("pk"))
    return counted.filter(~Exists(newer), Exists(Site.objects.filter(workflow=True)), **wanted)


_SPREADING = Q(log_position__isnull=False, replicated_at=None)

_OWED = Q(acknowledged_at=None, applied_at=None, refusal="")

STATUS = Case(
    When(is_refused=True, then=Value(Status.REFUSED)),
    When(has_failed=True, then=Value(Status.FAILED)),
    When(is_overdue=True, then=Value(Status.OVERDUE)),
    When(live_revision__isnull=False, live_revision=F("latest_revision"), then=Value(Status.LIVE)),
    When(is_in_review=True, then=Value(Status.IN_REVIEW)),
    When(needs_changes=True, then=Value(Status.CHANGES)),
    When(is_approved=True, is_planned=False, then=Value(Status.APPROVED)),
    When(live_revision__isnull=False, then=Value(Status.CHANGED)),
    When(is_planned=True, then=Value(Status.FUTURE)),
    When(withdrawn_at__isnull=False, then=Value(Status.WITHDRAWN)),
    default=Value(Status.DRAFT),
    output_field=models.CharField(),
)
