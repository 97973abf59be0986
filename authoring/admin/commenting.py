"""Comments in the admin: said, answered, resolved."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from authoring.models import Article, Comment
from authoring.services import comments
from authoring.services.refusals import REFUSALS, reason


def comment(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """Say something about a passage, or about the whole."""
    number = request.POST.get("revision", "")
    if not (number.isdecimal() and len(number) < 10):
        raise Http404
    typed = {name: _typed(request, name) for name in ("body", "quote", "before", "after")}
    # A browser's selection begins and ends where it likes: surroundings may be cut, the passage may not.
    typed["before"], typed["after"] = typed["before"][-60:], typed["after"][:60]
    return _spoken(
        request,
        article,
        lambda: comments.comment(article.pk, by=request.user, number=int(number), **typed),
        number=number,
    )


def reply(model_admin: Any, request: HttpRequest, article: Article, thread: int) -> HttpResponse:
    """Answer a comment."""
    body = _typed(request, "body")
    return _spoken(request, article, lambda: comments.reply(article.pk, thread, by=request.user, body=body))


def resolve(model_admin: Any, request: HttpRequest, article: Article, thread: int) -> HttpResponse:
    """Close a thread."""
    return _spoken(
        request,
        article,
        lambda: comments.resolve(article.pk, thread, by=request.user, now=timezone.now()),
        at=thread,
    )


def reopen(model_admin: Any, request: HttpRequest, article: Article, thread: int) -> HttpResponse:
    """Open a thread again."""
    return _spoken(request, article, lambda: comments.reopen(article.pk, thread, by=request.user), at=thread)


def _spoken(
    request: HttpRequest, article: Article, act: Callable[[], Any], *, at: int | None = None, number: str = ""
) -> HttpResponse:
    """Do it and go back to where it stands; a refused text comes back to its form, for nothing is lost."""
    address = reverse("admin:authoring_article_review", args=[article.pk])
    if shown := number or _typed(request, "shown"):
        address += f"?revision={shown}" if shown.isdecimal() else ""
    try:
        done = act()
    except Comment.DoesNotExist as error:
        raise Http404 from error
    except REFUSALS as error:
        messages.error(request, reason(error))
        request.session["unsaid"] = {"article": str(article.pk), "body": _typed(request, "body")[:10_000]}
        return redirect(address)
    key = done.pk if isinstance(done, Comment) else at
    return redirect(f"{address}#comment-{key}")


def _typed(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\r\n", "\n")
