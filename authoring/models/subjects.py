"""What articles name and stand in: pictures, tags, authors, plain pages, the site."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Picture(models.Model):
    """A picture that was re-encoded on its way in; its files are named by the digest of its pixels."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(max_length=200, blank=True, help_text="The name of the file that was uploaded.")
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    widths = ArrayField(models.PositiveIntegerField(), editable=False)
    alt = models.CharField("alternative text", max_length=500, blank=True)
    credit = models.CharField(max_length=200, blank=True)
    focus_x = models.PositiveSmallIntegerField("focus from the left", default=50, db_default=50)
    focus_y = models.PositiveSmallIntegerField("focus from the top", default=50, db_default=50)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False)

    def __str__(self) -> str:
        return self.name or self.digest[:12]


class Named(models.Model):
    """What an article names: it has a path of its own and is projected as articles are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True)
    description = models.TextField(blank=True, help_text="Markdown.")
    picture = models.ForeignKey(Picture, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Tag(Named):
    """A subject of articles."""


class Author(Named):
    """Who signs articles. `user` is who may write under this name, where that is somebody with an account."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)


class PlainPage(models.Model):
    """A page that is no article, such as About."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=120, unique=True, allow_unicode=True)
    body = models.TextField(blank=True, help_text="Markdown.")
    language = models.CharField(max_length=16, default=settings.LANGUAGE_CODE)
    is_live = models.BooleanField("public", default=False, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.title


class Site(models.Model):
    """The publication itself: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    navigation = models.JSONField(default=list, blank=True, help_text='A list of {"label": …, "url": …}.')
    footer = models.TextField(blank=True, help_text="Markdown.")
    accent = models.CharField(
        max_length=7, blank=True, default="", db_default="", help_text="The colour of links, as #rrggbb."
    )
    accent_dark = models.CharField(
        "accent in the dark",
        max_length=7,
        blank=True,
        default="",
        db_default="",
        help_text="The same on dark ground.",
    )
    logo = models.ForeignKey(Picture, models.PROTECT, null=True, blank=True, related_name="+")
    workflow = models.BooleanField(
        "articles are reviewed",
        default=False,
        db_default=False,
        help_text="On: only a revision that somebody approved can be published or scheduled.",
    )

    class Meta:
        verbose_name_plural = "site"
        constraints = [models.CheckConstraint(name="only_one_site", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.name


class Restatement(models.Model):
    """An article whose public state changed because a tag or an author that it carries did."""

    article_id = models.UUIDField()

    class Meta:
        indexes = [models.Index("article_id", name="restatement_article")]

    def __str__(self) -> str:
        return str(self.article_id)
