"""What else can be done to an article: look at it, and send again what was refused."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, reverse

from authoring import resending, tasks
from authoring.admin import panel, preview, routes
from authoring.admin.forms import ArticleForm
from authoring.models import Article
from authoring.services import rights
from authoring.services.texts import text_of
from cms import rendering
from cms.events import Kind


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below."""
    at = routes.Routes(model_admin, routes.anybody)
    its = routes.Routes(model_admin, routes.who_sees_it)
    return [
        at("preview/", preview_typed, "preview_new", "GET", "POST"),
        its("<uuid:pk>/preview/", preview_saved, "preview", "GET", "POST"),
        its("<uuid:pk>/state/", state, "state"),
        its("<uuid:pk>/retry/", retry_refused, "retry", "POST"),
    ]


def preview_saved(model_admin: Any, request: HttpRequest, article: Any) -> HttpResponse:
    """A saved revision (`?revision=`; the newest unless named), or on POST what stands in the form."""
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


def state(model_admin: Any, request: HttpRequest, article: Any) -> HttpResponse:
    """The part of the side panel that waits for readers."""
    return render(request, "authoring/_state.html", panel.state(article))


def retry_refused(model_admin: Any, request: HttpRequest, article: Any) -> HttpResponse:
    """Owe what publishing refused once more."""
    if not rights.may_publish(request.user):
        raise PermissionDenied
    if resending.retry_refused([(Kind.ARTICLE, str(article.pk))], by=request.user):
        tasks.wake_relay()
        messages.success(request, "It is sent again.")
    return redirect(reverse("admin:authoring_article_change", args=[article.pk]))


def _preview(request: HttpRequest, text: Any, article: Article | None) -> HttpResponse:
    try:
        return preview.response(request, text, article)
    except rendering.Unrenderable as error:
        return render(request, "authoring/no_preview.html", {"errors": {"body": [str(error)]}}, status=400)
