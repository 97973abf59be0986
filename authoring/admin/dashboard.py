"""The admin's first page: where one left off, what comes next, what became of it, and what needs somebody."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from authoring import outbox
from authoring.admin import charts, freshness, inbox, planned, review_page, words
from authoring.models import Article, OutboxMessage
from authoring.services import approval, overview, rights, statistics, turns
from cms.events import Kind

LATE = dt.timedelta(minutes=1)
ROWS = 8
PUBLISHED = 6

admin.site.index_template = "authoring/dashboard.html"
admin.site.site_header = "Imprint"
admin.site.site_title = "Imprint"


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the first page shows this user."""
    now = timezone.now()
    operates = request.user.has_perm("authoring.view_outboxmessage")
    context |= {
        "title": "Desk",
        "may_publish": rights.may_publish(request.user),
        "drafts": _drafts(request.user),
        "planned": planned.context(request),
        "published": _published(request.user),
        "approved": _approved(request.user),
        "per_week": charts.bars(statistics.publications_per_week(now=now)),
    }
    context |= inbox.dashboard(request) | review_page.dashboard(request)
    if operates:
        today = timezone.localtime(now).date()
        waited = statistics.visible_after(now=now)
        context |= {
            "alarms": alarms(),
            "refused": _refused(),
            "waited": charts.lines(waited, today=today, span=statistics.DAYS),
        }
    return context


def alarms() -> list[str]:
    """What somebody should look into, in sentences; empty when all is well."""
    found = []
    if refused := OutboxMessage.objects.exclude(refusal="").count():
        found.append(f"The public side refused {refused} message{'s' * (refused > 1)}.")
    if still := turns.still_for(now=timezone.now()):
        found.append(f"Nobody has looked for due changes for {words.duration(still)}: is beat running?")
    if (lag := outbox.lag()) > LATE:
        found.append(f"Readers are {words.duration(lag)} behind: the public side has not answered.")
    return found


def _drafts(user: Any) -> dict[str, Any]:
    """What this user has begun and readers do not see, the latest first."""
    # Revisions are numbered as they come, and there is an index. How readers were told is asked of those alone
    # that are shown.
    own = overview.drafts_of(user, rights.editable_by(user)).order_by("-latest_revision_id")
    chosen = Article.objects.filter(pk__in=list(own.values_list("pk", flat=True)[: ROWS + 1]))
    found = list(overview.overview(chosen).order_by("-latest_revision_id"))
    return {"rows": [_draft(article) for article in found[:ROWS]], "more": len(found) > ROWS}


def _approved(user: Any) -> dict[str, Any] | None:
    """What somebody approved and nobody has planned, for those who may let it go out."""
    if not (approval.is_on() and rights.may_publish(user)):
        return None
    chosen = overview.overview().filter(status=overview.Status.APPROVED).order_by("-latest_revision_id")
    found = list(chosen[: ROWS + 1])
    return {"rows": [_draft(article) for article in found[:ROWS]], "more": len(found) > ROWS}


def _draft(article: Any) -> dict[str, Any]:
    key, label = words.status(article)
    return {
        "article": article,
        "label": label,
        "colour": words.COLOURS[overview.Status(key)],
        "when": words.ago(article.latest_revision.created_at),
    }


def _published(user: Any) -> list[dict[str, Any]]:
    """What readers were given last, and how far it is."""
    live = rights.editable_by(user).filter(live_revision__isnull=False).select_related("live_revision")
    found = list(live.order_by("-changed_at", "id")[:PUBLISHED])
    messages = overview.newest_messages(str(article.pk) for article in found)
    return [
        {
            "article": article,
            "title": article.live_revision.title,
            "when": words.ago(article.changed_at),
            "fresh": freshness.of_message(messages[str(article.pk)]) if str(article.pk) in messages else None,
        }
        for article in found
    ]


def _refused() -> list[dict[str, Any]]:
    """The newest messages that the public side refused, with the reason."""
    found = list(OutboxMessage.objects.exclude(refusal="").defer("message").order_by("-id")[:ROWS])
    keys = [message.key for message in found if message.kind == Kind.ARTICLE]
    articles = {
        str(pk): row for pk, row in Article.objects.select_related("latest_revision").in_bulk(keys).items()
    }
    return [_refusal(message, articles.get(message.key)) for message in found]


def _refusal(message: OutboxMessage, article: Article | None) -> dict[str, Any]:
    return {
        "title": str(article or f"{message.kind} {message.key}"),
        "address": reverse("admin:authoring_article_change", args=[article.pk])
        if article
        else reverse("admin:authoring_outboxmessage_change", args=[message.pk]),
        "when": words.ago(message.created_at),
        "reason": message.refusal,
        "version": message.version,
    }
