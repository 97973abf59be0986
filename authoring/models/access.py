"""Keys to the write API."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class ApiToken(models.Model):
    """A key to the write API. Only its SHA-256 is stored; the key itself is shown once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class PreviewLink(models.Model):
    """A page for somebody without an account. Only the SHA-256 of its token is stored."""

    article = models.ForeignKey("Article", models.CASCADE, related_name="preview_links")
    revision = models.ForeignKey(
        "Revision", models.CASCADE, null=True, related_name="+", help_text="Empty: whatever is the newest."
    )
    digest = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=100, help_text="Whom it is for.")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    used = models.PositiveIntegerField(default=0, help_text="How often it was opened.")

    def __str__(self) -> str:
        return self.note
