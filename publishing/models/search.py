"""What search looks at."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
from django.db.models.functions import Now


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
