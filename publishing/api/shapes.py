"""The shapes of the API's answers, for its document. The answers themselves are made from the rows."""

from rest_framework import serializers


class Reference(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    url = serializers.URLField()


class Subject(Reference):
    articles = serializers.IntegerField(help_text="How many articles carry it.")


class Picture(serializers.Serializer):
    src = serializers.CharField()
    srcset = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    alt = serializers.CharField()
    credit = serializers.CharField()
    focus = serializers.ListField(
        child=serializers.IntegerField(),
        min_length=2,
        max_length=2,
        help_text="What a crop must keep: percent from the left and from the top.",
    )


class Card(serializers.Serializer):
    """An article without its text."""

    id = serializers.CharField()
    version = serializers.IntegerField(help_text="Rises with every change.")
    url = serializers.URLField()
    path = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    language = serializers.CharField()
    published_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    reading_minutes = serializers.IntegerField()
    tags = Reference(many=True)
    authors = Reference(many=True)
    hero = Picture(allow_null=True)


class Article(Card):
    """An article, whole."""

    html = serializers.CharField()


class Articles(serializers.Serializer):
    results = Card(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")


class Hit(Card):
    """A search result; `title_html` and `snippet_html` have `<mark>` around what matched."""

    title_html = serializers.CharField()
    snippet_html = serializers.CharField()
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="Words of the query that it lacks."
    )


class Facet(serializers.Serializer):
    value = serializers.CharField(help_text="For the parameter of the facet's name.")
    name = serializers.CharField()
    articles = serializers.IntegerField()


class Facets(serializers.Serializer):
    tag = Facet(many=True)
    author = Facet(many=True)
    year = Facet(many=True)
    language = Facet(many=True)


class Hits(serializers.Serializer):
    total = serializers.IntegerField()
    total_is_about = serializers.BooleanField(help_text="Whether the total, and facets, are estimates.")
    words = serializers.IntegerField(help_text="How many words of the query say something.")
    with_all_words = serializers.IntegerField(
        help_text="If fewer than the total: how many have every word; the others have some."
    )
    correction = serializers.CharField(allow_null=True, help_text="Another spelling that finds more.")
    is_corrected = serializers.BooleanField(help_text="Whether these are the results of the correction.")
    facets = Facets()
    results = Hit(many=True)
    next = serializers.URLField(allow_null=True)


class Suggestion(serializers.Serializer):
    kind = serializers.ChoiceField(["article", "tag", "author"])
    name = serializers.CharField()
    path = serializers.CharField()
    url = serializers.URLField()


class Suggestions(serializers.Serializer):
    results = Suggestion(many=True)


class Subjects(serializers.Serializer):
    results = Subject(many=True)


class Link(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment]
    url = serializers.CharField()


class Site(serializers.Serializer):
    name = serializers.CharField()
    description = serializers.CharField()
    language = serializers.CharField()
    url = serializers.URLField()
    navigation = Link(many=True)
    footer_html = serializers.CharField()


class Problem(serializers.Serializer):
    detail = serializers.CharField()
