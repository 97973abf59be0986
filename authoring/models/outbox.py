"""The outbox: messages owed to the readers."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from authoring.fields import CurrentXID, XID8Field


class OutboxMessage(models.Model):
    """A message owed to the readers until it is acknowledged. The table is a compacted log."""

    xid = XID8Field(db_default=CurrentXID())
    kind = models.CharField(max_length=8)
    key = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    type = models.CharField(max_length=32)
    schema = models.PositiveSmallIntegerField()
    message = models.TextField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    next_attempt_at = models.DateTimeField(db_default=Now(), help_text="Lease and back-off in one.")
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, help_text="When the relay first took it to send it.")
    again = models.PositiveIntegerField(default=0, help_text="How often it was owed again, to repair.")
    acknowledged_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    refusal = models.TextField(blank=True)
    log_position = models.BigIntegerField(
        null=True, help_text="By when in the read database's log it was applied, if that has replicas."
    )
    replicated_at = models.DateTimeField(null=True, help_text="When every replica was seen to show it.")

    class Meta:
        constraints = [models.UniqueConstraint("kind", "key", "version", name="outbox_version_is_unique")]
        indexes = [
            models.Index(
                "next_attempt_at", name="outbox_owed", condition=Q(acknowledged_at__isnull=True, refusal="")
            ),
            models.Index("xid", "id", name="outbox_feed"),
            models.Index("id", name="outbox_refused", condition=~Q(refusal="")),
            BrinIndex("created_at", name="outbox_created", pages_per_range=32),
            models.Index(
                "log_position",
                name="outbox_not_replicated",
                condition=Q(log_position__isnull=False, replicated_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} at version {self.version}"


class OutboxEpoch(models.Model):
    """The database cluster whose transaction ids the outbox carries: another one counts from its own start."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    cluster = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.cluster
