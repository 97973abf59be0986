"""One thing done to many articles: a job, and what became of each."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class BulkJob(models.Model):
    """Articles that somebody chose, and what is done to each of them once it is started."""

    class Action(models.TextChoices):
        PUBLISH = "publish", "Publish"
        WITHDRAW = "withdraw", "Unpublish"
        SCHEDULE = "schedule", "Schedule"
        ADD_TAG = "add_tag", "Add a tag"
        REMOVE_TAG = "remove_tag", "Remove a tag"
        SIGN = "sign", "Change the author"

    action = models.CharField(max_length=16, choices=Action, blank=True)
    options = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True, help_text="When somebody wanted no more of it.")

    class Meta:
        indexes = [
            models.Index(
                "id",
                name="bulk_job_running",
                condition=Q(started_at__isnull=False, finished_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display() or 'Chosen articles'} ({self.pk})"

    @property
    def is_running(self) -> bool:
        return self.started_at is not None and self.finished_at is None


class BulkItem(models.Model):
    """One article of a job and its outcome. The article may be gone by now: the key is no foreign key."""

    class Outcome(models.TextChoices):
        WAITING = "", "Waiting"
        DONE = "done", "Done"
        UNCHANGED = "unchanged", "Nothing to do"
        REFUSED = "refused", "Refused"

    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="items")
    article_id = models.UUIDField()
    title = models.CharField(max_length=200)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True, default=Outcome.WAITING)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("job", "article_id", name="bulk_item_is_one_row")]
        indexes = [
            models.Index("job", "id", name="bulk_item_waiting", condition=Q(outcome="")),
            models.Index("job", "outcome", "id", name="bulk_item_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.get_outcome_display()}"
