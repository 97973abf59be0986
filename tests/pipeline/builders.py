"""Articles made and read on both sides."""

import itertools
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

from authoring import outbox
from authoring.models import Article, OutboxMessage
from authoring.services import articles
from authoring.services.texts import Text
from cms.databases import WRITE
from publishing import pages, projector
from publishing.models import Page

_numbers = itertools.count(1)


def draft(**fields: Any) -> Article:
    number = next(_numbers)
    text = {"title": f"Article {number}", "slug": f"article-{number}", "body": f"Text {number}.", **fields}
    return articles.create(Text(**text))


def live(**fields: Any) -> Article:
    article = draft(**fields)
    publish(article)
    return Article.objects.get(pk=article.pk)


def publish(article: Article, **fields: Any) -> int:
    if fields:
        text = articles.text_of(Article.objects.get(pk=article.pk).latest_revision)
        articles.save_draft(article.pk, Text(**{**{n: getattr(text, n) for n in text.__slots__}, **fields}))
    return articles.publish(article.pk, now=timezone.now())


def withdraw(article: Article) -> int:
    return articles.withdraw(article.pk, now=timezone.now())


def path(article: Article | UUID) -> str:
    key = article.pk if isinstance(article, Article) else article
    return Article.objects.get(pk=key).path


def status(path: str) -> int | None:
    """What readers get at `path`: the status of the stored page, None for a 404."""
    return Page.objects.filter(path=path).values_list("status", flat=True).first()


def owed() -> int:
    return outbox.owed()


def make_due() -> None:
    """Let time pass for what was sent and not acknowledged."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute(
            "UPDATE authoring_outboxmessage SET next_attempt_at = statement_timestamp() - interval '1 second'"
            " WHERE acknowledged_at IS NULL"
        )


def deliver(batch: list[outbox.Envelope]) -> list[projector.Answer]:
    """What the wire does: project a batch."""
    return projector.project([(envelope.message, envelope.again) for envelope in batch])


def settle(answers: list[projector.Answer]) -> None:
    """What the wire does: carry the answers back."""
    names = ("kind", "key", "version", "again", "applied_at", "refusal")
    outbox.acknowledge(outbox.Acknowledgement(**{n: getattr(one, n) for n in names}) for one in answers)


def pump() -> None:
    """Relay, project, acknowledge and refresh until nothing is left, in this process."""
    outbox.relay(lambda batch: settle(deliver(batch)))
    refresh()


def refresh() -> None:
    while pages.refresh_some():
        pass


def newest(article: Article) -> OutboxMessage:
    return OutboxMessage.objects.filter(key=str(article.pk)).latest("version")
