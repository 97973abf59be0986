"""What stands beside an article: where it is, who saved what, and what will happen."""

from typing import Any

from django.http import HttpRequest

from authoring.admin import audit, freshness, links, planned, review_page, words
from authoring.models import Article
from authoring.services import overview, people, rights

REVISIONS = 12


def context(request: HttpRequest, pk: Any) -> dict[str, Any]:
    """Everything that the side panel shows of the article `pk`."""
    article = overview.overview().get(pk=pk)
    revisions = article.revisions.select_related("created_by").defer("body").order_by("-number")
    return {
        **state(article),
        **review_page.panel(request, article),
        "revisions": [_revision(article, row) for row in revisions[:REVISIONS]],
        "older_revisions": max(revisions.count() - REVISIONS, 0),
        "planned": planned.of_article(request, article),
        "may_publish": rights.may_publish(request.user),
        "done": audit.latest(article),
        "links": links.panel(article),
    }


def state(article: Any) -> dict[str, Any]:
    """The part that changes by itself while readers wait: of an article of `overview`."""
    key, label = words.status(article)
    return {
        "article": article,
        "status": label,
        "colour": words.COLOURS[overview.Status(key)],
        "published": words.ago(article.published_at),
        "changed": words.ago(article.changed_at) if article.changed_at != article.published_at else "",
        "withdrawn": words.ago(article.withdrawn_at),
        "next_publish": words.ago(article.next_publish_at),
        "fresh": freshness.panel(article),
    }


def _revision(article: Article, revision: Any) -> dict[str, Any]:
    return {
        "number": revision.number,
        "by": people.name_of(revision.created_by),
        "when": words.ago(revision.created_at),
        "is_live": revision.pk == article.live_revision_id,
    }
