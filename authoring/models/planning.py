"""What is planned together, by which clock, and when somebody last looked for what is due."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from authoring.models.articles import Article, Revision, ScheduledChange

UNSETTLED = Q(done_at__isnull=True, cancelled_at__isnull=True)


class Release(models.Model):
    """A named bundle of changes to many articles. They go out together, all or none."""

    name = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it goes when somebody says so.")
    zone = models.CharField(
        max_length=64, blank=True, help_text="The time zone in which the time was chosen."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text="Who gave it its time.",
    )
    done_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    failed_at = models.DateTimeField(null=True, editable=False)
    failure = models.TextField(blank=True, editable=False)

    class Meta:
        indexes = [
            models.Index("due_at", name="release_due"),
            models.Index("id", name="release_unsettled", condition=UNSETTLED),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether it can still change and go: it did not go out, and nobody cancelled it."""
        return self.done_at is None and self.cancelled_at is None

    @property
    def is_waiting(self) -> bool:
        return self.is_open and self.failed_at is None and self.due_at is not None


class ReleaseChange(models.Model):
    """What a release does to one article: publish the revision that was chosen, or withdraw."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="changes")
    article = models.ForeignKey(Article, models.SET_NULL, null=True, related_name="release_changes")
    title = models.CharField(max_length=200, help_text="What the article was called, should it be deleted.")
    action = models.CharField(max_length=8, choices=ScheduledChange.Action)
    revision = models.ForeignKey(Revision, models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(null=True, editable=False, help_text="The version that it made.")
    failure = models.TextField(blank=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint("release", "article", name="article_is_once_in_a_release")]

    def __str__(self) -> str:
        return f"{self.get_action_display()} “{self.title}”"


class WriterZone(models.Model):
    """The time zone in which a writer reads and plans."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="writer_zone"
    )
    zone = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.zone


class SchedulerTurn(models.Model):
    """When something last looked for what is due. One row: it says whether anything looks at all."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    looked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.looked_at:%Y-%m-%d %H:%M:%S} UTC"
