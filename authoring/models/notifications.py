"""What people are told: in their inbox, and by mail."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from authoring.models.articles import Article
from authoring.models.planning import Release
from authoring.models.reviews import Comment


class Notification(models.Model):
    """One thing that somebody is told. The row is what is true; the mail follows it."""

    class Kind(models.TextChoices):
        ASKED = "asked", "asked for your review"
        APPROVED = "approved", "approved"
        CHANGES = "changes", "asked for changes"
        COMMENT = "comment", "commented"
        REPLY = "reply", "replied"
        MENTION = "mention", "mentioned you"
        SHARED = "shared", "shared with you"
        PUBLISHED = "published", "published"
        FAILED = "failed", "could not be published"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=9, choices=Kind)
    article = models.ForeignKey(Article, models.CASCADE, null=True, related_name="+")
    release = models.ForeignKey(Release, models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(
        null=True, help_text="When its mail is due; lease and back-off in one. Empty: there is none to send."
    )
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(article__isnull=False, release__isnull=True)
                | Q(article__isnull=True, comment__isnull=True, release__isnull=False),
                name="notification_is_of_one_thing",
            )
        ]
        indexes = [
            models.Index("user", F("id").desc(), name="notification_newest"),
            models.Index("user", name="notification_unread", condition=Q(read_at__isnull=True)),
            models.Index(
                "next_attempt_at", name="notification_mail", condition=Q(next_attempt_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"


class MailPreference(models.Model):
    """Whether somebody wants mail about what their inbox says; without a row they do."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    is_wanted = models.BooleanField(default=True, db_default=True)

    def __str__(self) -> str:
        return f"{self.user}: {'mail' if self.is_wanted else 'no mail'}"
