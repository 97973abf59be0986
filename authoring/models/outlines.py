"""What lists ask of articles, kept by the database beside them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
from django.db.models.functions import Upper

from authoring.models.articles import Article


class Outline(models.Model):
    """What lists are ordered, filtered and searched by: the newest revision of each article without its text.

    Never written here: a trigger on articles does it (migrations/0019_outlines.py), so that nothing can forget it.
    """

    article = models.OneToOneField(Article, models.CASCADE, primary_key=True, related_name="outline")
    title = models.CharField(max_length=200)
    slug = models.CharField(max_length=120)
    language = models.CharField(max_length=16)
    tags = ArrayField(models.UUIDField())
    authors = ArrayField(models.UUIDField())
    saved_at = models.DateTimeField()
    words = SearchVectorField()

    class Meta:
        indexes = [
            models.Index(F("saved_at").desc(), F("article"), name="outline_newest"),
            models.Index("title", name="outline_title"),
            models.Index("language", name="outline_language"),
            GinIndex("tags", name="outline_tags"),
            GinIndex("authors", name="outline_authors"),
            GinIndex("words", name="outline_words"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="outline_in_title"),
            GinIndex(OpClass(Upper("slug"), name="gin_trgm_ops"), name="outline_in_slug"),
        ]

    def __str__(self) -> str:
        return self.title
