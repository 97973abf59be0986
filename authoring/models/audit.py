"""The audit log: who did what to what. Rows are added and never changed; the database refuses."""

import uuid

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F
from django.db.models.functions import Now, Upper
from psqlextra.models import PostgresPartitionedModel
from psqlextra.types import PostgresPartitioningMethod


class Action(models.TextChoices):
    """What was done. The labels read as in “Anna published …”."""

    CREATED = "created", "Created"
    SAVED = "saved", "Saved"
    RESTORED = "restored", "Restored"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Unpublished"
    SCHEDULED = "scheduled", "Scheduled"
    CANCELLED = "cancelled", "Cancelled"
    RETRIED = "retried", "Retried"
    FAILED = "failed", "Failed"
    MOVED = "moved", "Moved"
    ADDED = "added", "Added articles to"
    REMOVED = "removed", "Took an article out of"
    RESENT = "resent", "Sent again"
    RELEASED = "released", "Let go out"
    TRASHED = "trashed", "Put into the trash"
    RECOVERED = "recovered", "Taken out of the trash"
    DELETED = "deleted", "Deleted"
    SUBMITTED = "submitted", "Asked for a review"
    APPROVED = "approved", "Approved"
    RETURNED = "returned", "Asked for changes"
    SHARED = "shared", "Shared"
    UNSHARED = "unshared", "Ended sharing"
    LINKED = "linked", "Made a preview link"
    REVOKED = "revoked", "Revoked"
    EXPORTED = "exported", "Exported"
    LOGGED_IN = "logged in", "Logged in"
    LOGGED_OUT = "logged out", "Logged out"


class AuditEntry(PostgresPartitionedModel):
    """One thing that somebody did. Keys are no foreign keys: an entry outlives what it tells of."""

    pk = models.CompositePrimaryKey("at", "id")
    at = models.DateTimeField(db_default=Now())
    id = models.UUIDField(default=uuid.uuid4)  # type: ignore[assignment]  # no sequence for a part of a key
    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    title = models.CharField(max_length=200, help_text="What it was called then.")
    action = models.CharField(max_length=16)
    user = models.CharField(max_length=150, help_text="Who did it; empty for the product itself.")
    user_key = models.BigIntegerField(null=True)
    way = models.CharField(max_length=120, help_text="How it came: admin, API and token, scheduler, …")
    from_revision = models.PositiveIntegerField(null=True)
    to_revision = models.PositiveIntegerField(null=True)
    from_version = models.PositiveIntegerField(null=True)
    to_version = models.PositiveIntegerField(null=True)
    note = models.TextField(blank=True)

    class PartitioningMeta:
        method = PostgresPartitioningMethod.RANGE
        key = ["at"]

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index("kind", "key", F("at").desc(), name="audit_of"),
            models.Index("user", F("at").desc(), name="audit_by"),
            models.Index("action", F("at").desc(), name="audit_action"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="audit_title"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.kind} {self.key}"

    @property
    def label(self) -> str:
        """What was done, in words."""
        return str(Action(self.action).label) if self.action in Action.values else self.action
