"""What else can be done to an article: look at it, and send again what was refused."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse

from authoring import outbox, tasks
from authoring.admin import panel, preview
from authoring.admin.forms import ArticleForm
from authoring.models import Article
from authoring.services import rights
from authoring.services.texts import text_of
from cms import rendering
from cms.events import Kind


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below."""

    def view(function: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def bound(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            return function(model_admin, request, **kwargs)

        wrapped: Callable[..., HttpResponse] = model_admin.admin_site.admin_view(bound)
        return wrapped

    return [
        path("preview/", view(preview_typed), name="authoring_article_preview_new"),
        path("<uuid:pk>/preview/", view(preview_saved), name="authoring_article_preview"),
        path("<uuid:pk>/state/", view(state), name="authoring_article_state"),
        path("<uuid:pk>/retry/", view(retry_refused), name="authoring_article_retry"),
    ]


def preview_saved(model_admin: Any, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A saved revision (`?revision=`; the newest unless named), or on POST what stands in the form."""
    article = _article(model_admin, request, pk)
    if request.method == "POST":
        return preview_typed(model_admin, request, article)
    number = request.GET.get("revision", "")
    revision = article.latest_revision
    if number:
        revision = article.revisions.filter(number=number).first() if number.isdecimal() else None
    if revision is None:
        raise Http404
    return _preview(request, text_of(revision), article)


def preview_typed(model_admin: Any, request: HttpRequest, article: Article | None = None) -> HttpResponse:
    """What stands in the form, without saving it."""
    if not model_admin.has_add_permission(request) and article is None:
        raise PermissionDenied
    form = ArticleForm(request.POST, instance=article or Article())
    if not form.is_valid():
        return render(request, "authoring/no_preview.html", {"errors": form.errors}, status=400)
    return _preview(request, form.text(), article)


def state(model_admin: Any, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The part of the side panel that waits for readers."""
    answer = render(request, "authoring/_state.html", panel.state(_article(model_admin, request, pk)))
    answer["Cache-Control"] = "no-store"
    return answer


def retry_refused(model_admin: Any, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Owe what publishing refused once more."""
    _commanded(model_admin, request, pk)
    if outbox.retry_refused(kind=Kind.ARTICLE, key=str(pk)):
        tasks.wake_relay()
        messages.success(request, "It is sent again.")
    return _to_article(pk)


def _article(model_admin: Any, request: HttpRequest, pk: uuid.UUID) -> Any:
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    return get_object_or_404(model_admin.get_queryset(request), pk=pk)


def _commanded(model_admin: Any, request: HttpRequest, pk: uuid.UUID) -> Any:
    _only_publishers(request)
    if request.method != "POST":
        raise PermissionDenied
    return _article(model_admin, request, pk)


def _only_publishers(request: HttpRequest) -> None:
    if not rights.may_publish(request.user):
        raise PermissionDenied


def _preview(request: HttpRequest, text: Any, article: Article | None) -> HttpResponse:
    try:
        return preview.response(request, text, article)
    except rendering.Unrenderable as error:
        return render(request, "authoring/no_preview.html", {"errors": {"body": [str(error)]}}, status=400)


def _to_article(pk: uuid.UUID) -> HttpResponse:
    return redirect(reverse("admin:authoring_article_change", args=[pk]))
