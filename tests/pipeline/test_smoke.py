"""A first path through everything."""

from django.utils import timezone

from authoring import outbox
from authoring.services import articles
from authoring.services.texts import Text
from publishing import projector
from publishing.models import Page


def test_published_article_becomes_a_page():
    article = articles.create(Text(title="Hello", slug="hello", body="# Hi\n\nThere."))
    articles.publish(article.id, now=timezone.now())

    outbox.relay(lambda batch: outbox.acknowledge(
        outbox.Acknowledgement(**{n: getattr(a, n) for n in ("kind", "key", "version", "again", "applied_at", "refusal")})
        for a in projector.project([(envelope.message, envelope.again) for envelope in batch])
    ))

    assert Page.objects.get(path="/hello/").status == 200
