"""What was received: the last version of everything, and what could never be applied."""

from django.db import models
from django.db.models.functions import Now
from psqlextra.manager import PostgresManager


class Position(models.Model):
    """The last version applied for a `(kind, key)`, and its message. Never deleted: it may be a tombstone."""

    kind = models.CharField(max_length=8)
    key = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    again = models.PositiveIntegerField(default=0)
    is_live = models.BooleanField()
    message = models.TextField()
    digest = models.CharField(max_length=64)
    applied_at = models.DateTimeField(db_default=Now())
    unknown_since = models.DateTimeField(
        null=True, help_text="Since when authoring says that it knows no such key."
    )
    receipt = models.BigIntegerField(null=True, help_text="A checksum of all that is stored for the message.")

    objects = PostgresManager()

    class Meta:
        constraints = [models.UniqueConstraint("kind", "key", name="position_is_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} at version {self.version}"


class DeadLetter(models.Model):
    """A message that can never be applied, and why."""

    kind = models.CharField(max_length=8)
    key = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    message = models.TextField()
    reason = models.TextField()
    refused_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint("kind", "key", "version", name="dead_letter_is_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} at version {self.version}"
