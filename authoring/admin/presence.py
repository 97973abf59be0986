"""The heartbeat of an open article: it says that I am here and hears who else is."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from authoring.models import Article
from authoring.services import presence
from authoring.services.scheduling import database_now


def beat(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """Note that this user has the article open; answer with a sentence for each other who has."""
    presence.note(article.pk, by=request.user)
    found = presence.others(article.pk, than=request.user, now=database_now())
    return JsonResponse(
        {"others": [f"{name} is editing this, last active {ago} s ago" for name, ago in found]}
    )
