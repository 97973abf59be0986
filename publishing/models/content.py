"""What readers may know, as rows: for lists, results and the API."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F


class PublishedArticle(models.Model):
    """An article as readers may know it: for lists, search results and the API."""

    key = models.CharField(primary_key=True, max_length=64)
    version = models.PositiveIntegerField()
    path = models.TextField(unique=True)
    language = models.CharField(max_length=16)
    title = models.TextField()
    summary = models.TextField()
    html = models.TextField()
    text = models.TextField(help_text="The body without markup, for snippets.")
    minutes = models.PositiveSmallIntegerField(help_text="Reading time.")
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    tags = models.JSONField(help_text="A list of {key, name, path}.")
    authors = models.JSONField(help_text="A list of {key, name, path}.")
    tag_keys = ArrayField(models.TextField())
    author_keys = ArrayField(models.TextField())
    hero = models.JSONField(null=True)
    translation = models.TextField(
        db_default="", help_text="The key that an article and its translations have in common."
    )
    canonical = models.TextField(default="", db_default="", help_text="Where it stands elsewhere.")
    social_title = models.TextField(default="", db_default="")
    noindex = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index("translation", name="published_translations"),
            models.Index(F("published_at").desc(), F("key").desc(), name="published_newest"),
            models.Index("language", F("published_at").desc(), F("key").desc(), name="published_by_language"),
            GinIndex("tag_keys", name="published_by_tag"),
            GinIndex("author_keys", name="published_by_author"),
        ]

    def __str__(self) -> str:
        return self.title


class TaggedArticle(models.Model):
    """An article under one of its tags, in a narrow table, so that the nearest are found without a search."""

    key = models.CharField(max_length=64)
    tag = models.TextField()
    language = models.CharField(max_length=16)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "tag"], name="tagged_article_is_unique")]
        indexes = [models.Index("tag", "language", "published_at", "key", name="tagged_in_time")]

    def __str__(self) -> str:
        return f"{self.key} under {self.tag}"


class PublishedSubject(models.Model):
    """What an article names, as its own page shows it."""

    key = models.CharField(primary_key=True, max_length=64)
    version = models.PositiveIntegerField()
    path = models.TextField(unique=True)
    name = models.TextField()
    html = models.TextField(help_text="The description.")
    picture = models.JSONField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class PublishedTag(PublishedSubject):
    """A tag as its page shows it."""


class PublishedAuthor(PublishedSubject):
    """An author as their page shows them."""


class PublishedPlainPage(models.Model):
    """A plain page, such as About."""

    key = models.CharField(primary_key=True, max_length=64)
    version = models.PositiveIntegerField()
    path = models.TextField(unique=True)
    language = models.CharField(max_length=16)
    title = models.TextField()
    html = models.TextField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class PublishedSite(models.Model):
    """The publication itself: at most one row."""

    key = models.CharField(primary_key=True, max_length=64)
    version = models.PositiveIntegerField()
    name = models.TextField()
    description = models.TextField()
    language = models.CharField(max_length=16)
    navigation = models.JSONField(help_text="A list of {label, url}.")
    footer_html = models.TextField()
    accent = models.CharField(max_length=7, db_default="")
    accent_dark = models.CharField(max_length=7, db_default="")
    logo = models.JSONField(null=True)

    def __str__(self) -> str:
        return self.name
