"""Reviews of revisions, and what is said about their passages."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from authoring.models.articles import Article, Revision


class Review(models.Model):
    """Somebody asked whether a revision may go out. Open until it is decided or taken back."""

    class Decision(models.TextChoices):
        APPROVED = "approved", "Approved"
        CHANGES = "changes", "Changes requested"
        WITHDRAWN = "withdrawn", "Taken back"

    article = models.ForeignKey(Article, models.CASCADE, related_name="reviews")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    reviewers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    decision = models.CharField(max_length=9, choices=Decision, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("article", name="one_open_review", condition=Q(decision="")),
            models.CheckConstraint(
                name="decided_review_has_a_time",
                condition=Q(decision="", decided_at__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index("article", F("id").desc(), name="review_newest"),
            models.Index("created_at", name="review_open", condition=Q(decision="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display() or 'Open'}: {self.revision}"

    @property
    def is_open(self) -> bool:
        return self.decision == ""


class Comment(models.Model):
    """What somebody says about a revision, of one passage or of the whole; replies hang below the first."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="comments")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+")
    thread = models.ForeignKey("self", models.CASCADE, null=True, related_name="replies")
    body = models.TextField()
    quote = models.TextField(blank=True, help_text="The passage as the revision says it; empty: the whole.")
    before = models.CharField(max_length=100, blank=True)
    after = models.CharField(max_length=100, blank=True)
    position = models.PositiveIntegerField(default=0, help_text="Where the passage begins in the plain text.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, editable=False)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reply_has_no_passage",
                condition=Q(thread__isnull=True) | Q(quote="", resolved_at__isnull=True),
            )
        ]
        indexes = [
            models.Index("article", "id", name="comment_of_article"),
            models.Index("created_by", "created_at", name="comment_rate"),
        ]

    def __str__(self) -> str:
        return self.body[:60]
