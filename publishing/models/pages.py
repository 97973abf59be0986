"""Finished pages, and what is owed for them: refreshes, renderings, purges."""

from django.db import models
from django.db.models.functions import Now


class Page(models.Model):
    """A finished page: what a path answers, as bytes. `kind` and `key` say whose own it is, if anybody's."""

    path = models.TextField(primary_key=True)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=64)
    location = models.TextField(blank=True, help_text="Where a 301 leads.")
    body = models.BinaryField(help_text="Compressed with gzip.")
    etag = models.CharField(max_length=32)
    changed_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=8, blank=True)
    key = models.CharField(max_length=64, blank=True)
    beside = models.TextField(
        blank=True, help_text="What the page shows of other articles: rendered anew if that changes."
    )
    surrogate_keys = models.TextField(
        blank=True,
        db_default="",
        help_text="What the page shows, for caches in front: what they purge when it changes.",
    )

    class Meta:
        indexes = [models.Index("kind", "key", name="page_owner")]

    def __str__(self) -> str:
        return self.path


class Refresh(models.Model):
    """A page to render anew because what it combines changed. A queue of rows, never a flag on the page.

    With `around`, the pages at and beside a place are meant: that of the article `key`, published at that
    moment, in one language, under some tags, with its translations. With `key` alone, its own page, if that
    shows what is no longer so.
    """

    path = models.TextField()
    key = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=16, blank=True)
    around = models.DateTimeField(null=True)
    tags = models.JSONField(null=True)
    translation = models.TextField(db_default="")
    queued_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index("path", name="refresh_path")]

    def __str__(self) -> str:
        return self.path


class Rendering(models.Model):
    """Something owed a rendering because templates or code changed. A queue of rows that survives a stop."""

    kind = models.CharField(max_length=8)
    key = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="rendering_is_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class RenderingNote(models.Model):
    """What everything was last rendered with: at most one row."""

    fingerprint = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.fingerprint[:12]


class Purge(models.Model):
    """A page that changed, of which the cache in front is still to be told. A queue, empty without a cache."""

    path = models.TextField()
    keys = models.TextField(blank=True, db_default="", help_text="By which a cache may hold it, by spaces.")
    owed_at = models.DateTimeField(db_default=Now())
    next_attempt_at = models.DateTimeField(db_default=Now(), help_text="Lease and back-off in one.")
    attempts = models.PositiveIntegerField(db_default=0)

    class Meta:
        indexes = [models.Index("next_attempt_at", name="purge_due")]

    def __str__(self) -> str:
        return self.path
