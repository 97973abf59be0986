"""The inbox: what this user was told, read and unread, and whether it comes by mail."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from authoring.admin import words
from authoring.models import Notification
from authoring.services import notifying

PER_PAGE = 50


@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """All of it, newest first; on POST read, or mail chosen."""
    if request.method == "POST":
        return _obey(request)
    page = Paginator(notifying.inbox(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": "Inbox",
        "page": page,
        "rows": [_row(one) for one in page],
        "wants_mail": notifying.wants_mail(request.user),
    }
    return render(request, "authoring/inbox.html", context)


@never_cache
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to what a row is about, which is read now."""
    row = notifying.inbox(request.user).filter(pk=pk).first()
    if row is None:
        return redirect("authoring-inbox")
    notifying.mark_read(request.user, now=timezone.now(), keys=[row.pk])
    return redirect(notifying.address(row))


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """The newest that nobody has looked at."""
    rows = list(notifying.inbox(request.user).filter(read_at=None)[:9])
    return {"inbox": [_row(one) for one in rows[:8]], "more_inbox": len(rows) > 8}


def _obey(request: HttpRequest) -> HttpResponse:
    if "mail" in request.POST:
        wanted = request.POST["mail"] == "on"
        notifying.choose_mail(request.user, wanted=wanted)
        messages.success(request, "You get mail." if wanted else "You get no mail any more.")
    else:
        notifying.mark_read(request.user, now=timezone.now())
    return redirect("authoring-inbox")


def _row(row: Notification) -> dict[str, Any]:
    return {"row": row, "sentence": notifying.sentence(row), "when": words.ago(row.created_at)}
