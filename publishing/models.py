"""The read side's tables, named for what they show. Only the projector and the refresher write them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
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


class SearchEntry(models.Model):
    """What search looks at, in a narrow table, so that ranking never touches the fat rows."""

    key = models.CharField(primary_key=True, max_length=64)
    language = models.CharField(max_length=16)
    config = models.CharField(max_length=32, help_text="The text search configuration of the vector.")
    published_at = models.DateTimeField()
    vector = SearchVectorField()
    heads = SearchVectorField(db_default="", help_text="The words of title, tags and authors alone.")
    facets = models.TextField(db_default="", help_text="What it is counted by, separated by spaces.")

    class Meta:
        indexes = [
            GinIndex("vector", name="search_vector"),
            GinIndex("heads", name="search_heads"),
            models.Index("config", F("published_at").desc(), F("key").desc(), name="search_newest"),
        ]

    def __str__(self) -> str:
        return self.key


class SearchFigures(models.Model):
    """How large the collection of one configuration is: what the rarity of a word is measured against."""

    config = models.CharField(primary_key=True, max_length=32)
    articles = models.PositiveIntegerField()
    length = models.FloatField(help_text="How many different words an article has on average.")
    newest = ArrayField(
        models.DateTimeField(), help_text="When the newest 1,000, 2,000, 4,000 … articles begin."
    )
    changes = models.BigIntegerField(help_text="How many rows had been written when it was counted.")
    counted_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.config


class SearchLexeme(models.Model):
    """In how many articles a word stands, by its stem, and in how many titles, tags and authors' names."""

    pk = models.CompositePrimaryKey("config", "lexeme")
    config = models.CharField(max_length=32)
    lexeme = models.TextField(db_collation="C")
    articles = models.PositiveIntegerField()
    heads = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.lexeme


class SearchWord(models.Model):
    """A word as articles write it, without accents: what a typing error may have meant."""

    word = models.TextField(primary_key=True, db_collation="C")
    articles = models.PositiveIntegerField()

    class Meta:
        indexes = [GinIndex(fields=["word"], name="search_similar", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.word


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
