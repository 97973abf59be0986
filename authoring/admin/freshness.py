"""Where the newest change of an article is: four steps beside it, and a page that waits for readers to have it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern
from django.utils import timezone

from authoring.admin import routes, words
from authoring.models import Article, OutboxMessage
from authoring.services import freshness, overview
from authoring.services.freshness import Freshness, State, Step

TOLD = {
    State.WAITING: "under way…",
    State.AHEAD: "not yet",
    State.REFUSED: "see below",
    State.NONE: "",
    State.DONE: "done",
}


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below."""
    at = routes.Routes(model_admin, routes.who_sees_it)
    return [at("<uuid:pk>/site/", on_site, "site")]


def on_site(model_admin: Any, request: HttpRequest, article: Any) -> HttpResponse:
    """Go to the article's page as soon as readers have its newest version; until then say where it is."""
    found = freshness.of(article, now=timezone.now())
    address = overview.newest_url(article)
    if address and (found is None or found.is_there):
        return HttpResponseRedirect(address)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "View on site",
        "opts": model_admin.model._meta,
        "article": article,
        "fresh": told(found),
        "before": overview.public_url(article),
    }
    answer = render(request, "authoring/on_site.html", context)
    if found and found.is_moving:
        answer["Refresh"] = "2" if found.is_stalled else "1"
    return answer


def panel(article: Article) -> dict[str, Any] | None:
    """The four steps for the side panel; None for what readers were never told of."""
    return told(freshness.of(article, now=timezone.now()))


def of_message(message: OutboxMessage) -> dict[str, Any] | None:
    """The four steps of one message."""
    return told(freshness.of_message(message, now=timezone.now()))


def told(found: Freshness | None) -> dict[str, Any] | None:
    """The way of a version in words."""
    if found is None:
        return None
    return {
        "version": found.version,
        "steps": [{"name": step.name, "state": step.state, "told": _told(step)} for step in found.steps],
        "is_moving": found.is_moving,
        "is_stalled": found.is_stalled,
        "refusal": found.refusal,
    }


def _told(step: Step) -> Any:
    if step.after is not None:
        return f"after {words.duration(step.after)}"
    return words.ago(step.at) or TOLD[step.state]
