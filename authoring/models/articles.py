"""Articles, their revisions and schedules, and the paths that they own."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from cms.events import Kind


class NotTrashed(models.Manager):
    """Articles that are not in the trash."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(trashed_at=None)


class Article(models.Model):
    """The aggregate: identity, version, and which revision readers see. Its texts are revisions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    latest_revision = models.ForeignKey(
        "Revision", models.RESTRICT, null=True, editable=False, related_name="+"
    )
    live_revision = models.ForeignKey(
        "Revision", models.RESTRICT, null=True, editable=False, related_name="+"
    )
    path = models.TextField(blank=True, editable=False, help_text="Where readers find or last found it.")
    published_at = models.DateTimeField(null=True, editable=False, help_text="When readers first saw it.")
    changed_at = models.DateTimeField(
        null=True, editable=False, help_text="When its public text last changed."
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False)
    trashed_at = models.DateTimeField(null=True, editable=False, help_text="When it was put into the trash.")
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    shared_with = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        editable=False,
        related_name="+",
        help_text="Who may write it besides those who began or sign it.",
    )

    # The first is what everything uses that does not say otherwise: the trash is not forgotten, it is asked for.
    objects: ClassVar[models.Manager["Article"]] = NotTrashed()
    with_trash: ClassVar[models.Manager["Article"]] = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="live_article_was_published",
                condition=Q(live_revision__isnull=True) | Q(published_at__isnull=False, version__gt=0),
            ),
            models.CheckConstraint(
                name="article_is_live_or_withdrawn",
                condition=Q(live_revision__isnull=True) | Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="trashed_article_is_not_live",
                condition=Q(trashed_at__isnull=True) | Q(live_revision__isnull=True),
            ),
        ]
        indexes = [
            models.Index(F("created_at").desc(), F("id"), name="draft_newest"),
            models.Index(
                F("changed_at").desc(), F("id"), name="article_live", condition=Q(live_revision__isnull=False)
            ),
            models.Index("published_at", name="article_published", condition=Q(published_at__isnull=False)),
            models.Index("withdrawn_at", name="article_withdrawn", condition=Q(withdrawn_at__isnull=False)),
            models.Index("trashed_at", name="article_trashed", condition=Q(trashed_at__isnull=False)),
        ]
        permissions = [
            ("publish_article", "Can publish and withdraw any article"),
            ("review_article", "Can review and approve any article"),
            ("approve_own_article", "Can approve a revision that they saved themselves"),
            ("purge_article", "Can delete articles of the trash for ever"),
        ]

    def __str__(self) -> str:
        return self.latest_revision.title if self.latest_revision else str(self.id)

    @property
    def is_live(self) -> bool:
        return self.live_revision_id is not None

    @property
    def has_newer_draft(self) -> bool:
        return self.is_live and self.live_revision_id != self.latest_revision_id


class Revision(models.Model):
    """One saved text of an article. Never updated: a trigger in the database refuses."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="revisions", editable=False)
    number = models.PositiveIntegerField(editable=False)
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=120, allow_unicode=True)
    summary = models.TextField(blank=True)
    body = models.TextField(blank=True)
    language = models.CharField(max_length=16)
    tags = ArrayField(models.UUIDField(), default=list)
    authors = ArrayField(models.UUIDField(), default=list)
    hero = models.ForeignKey("Picture", models.PROTECT, null=True, blank=True, related_name="+")
    translation = models.UUIDField(
        null=True, blank=True, help_text="What its translations have in common: the key of one, or of none."
    )
    canonical = models.CharField(max_length=500, blank=True, default="", db_default="")
    social_title = models.CharField(max_length=200, blank=True, default="", db_default="")
    noindex = models.BooleanField(default=False, db_default=False)
    autosaved = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="Saved by the editor, not by its writer."
    )
    based_on = models.PositiveIntegerField(
        null=True, editable=False, help_text="The number of the revision that the writer began with."
    )
    set_aside = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Kept because it clashed with what somebody else saved; it never led.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint("article", "number", name="revision_number_is_unique")]
        indexes = [
            GinIndex("tags", name="revision_tags"),
            GinIndex("authors", name="revision_authors"),
            models.Index("translation", name="revision_translation", condition=Q(translation__isnull=False)),
            models.Index(
                "article", "created_by", "number", name="revision_autosaved", condition=Q(autosaved=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (revision {self.number})"


class ScheduledChange(models.Model):
    """Publish this revision, or withdraw, at a time. Several may wait on one article; none clears another."""

    class Action(models.TextChoices):
        PUBLISH = "publish", "Publish"
        WITHDRAW = "withdraw", "Unpublish"

    article = models.ForeignKey(Article, models.CASCADE, related_name="scheduled_changes")
    action = models.CharField(max_length=8, choices=Action)
    revision = models.ForeignKey(Revision, models.CASCADE, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField()
    zone = models.CharField(max_length=64, help_text="The time zone in which the time was chosen.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    failed_at = models.DateTimeField(null=True, editable=False)
    failure = models.TextField(blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="publish_names_a_revision",
                condition=Q(action="publish", revision__isnull=False)
                | Q(action="withdraw", revision__isnull=True),
            )
        ]
        indexes = [
            models.Index(
                "due_at",
                "article",
                name="scheduled_change_waiting",
                condition=Q(done_at__isnull=True, cancelled_at__isnull=True, failed_at__isnull=True),
            ),
            models.Index("due_at", name="scheduled_change_open", condition=Q(done_at__isnull=True)),
            models.Index("done_at", name="scheduled_change_done", condition=Q(done_at__isnull=False)),
            models.Index(
                "article",
                name="scheduled_change_failed",
                condition=Q(failed_at__isnull=False, cancelled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} at {self.due_at:%Y-%m-%d %H:%M} UTC"

    @property
    def is_waiting(self) -> bool:
        return self.done_at is None and self.cancelled_at is None and self.failed_at is None


class ReservedPath(models.Model):
    """A public path and its owner. Once public it belongs to that owner for ever, also after deletion."""

    path = models.TextField(primary_key=True)
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in Kind])
    key = models.CharField(max_length=64)
    is_public = models.BooleanField(
        default=False, help_text="Readers have seen it, or a former site used it."
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index("kind", "key", name="reserved_path_owner")]

    def __str__(self) -> str:
        return self.path


class ImportedSource(models.Model):
    """A file that an import brought in: what it became, and the digest of what it said."""

    path = models.TextField(primary_key=True)
    digest = models.CharField(max_length=64)
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+")
    imported_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.path


class Presence(models.Model):
    """Somebody has the article open to write. A row says when they were last heard of; it locks nothing."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint("article", "user", name="presence_is_one_row")]

    def __str__(self) -> str:
        return f"{self.user} at {self.article_id}"
