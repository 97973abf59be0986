"""The page on which a revision is read, discussed and decided, and what its buttons do."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import URLPattern, reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelect2MultipleWidget, UnfoldAdminTextareaWidget

from authoring.admin import commenting, review_page, routes
from authoring.models import Article
from authoring.services import people, reviews, rights, sharing
from authoring.services.refusals import REFUSALS, reason

MOST_NAMES = 500
"""Colleagues that a list offers."""


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below. Who may not see the article gets 404."""
    at = routes.Routes(model_admin, routes.who_sees_it)
    return [
        at("<uuid:pk>/review/", page, "review"),
        at("<uuid:pk>/submit/", submit, "submit", "GET", "POST"),
        at("<uuid:pk>/approve/", approve, "approve", "POST"),
        at("<uuid:pk>/request-changes/", request_changes, "request_changes", "POST"),
        at("<uuid:pk>/withdraw-request/", withdraw_request, "withdraw_request", "POST"),
        at("<uuid:pk>/share/", share, "share", "POST"),
        at("<uuid:pk>/unshare/<int:user>/", unshare, "unshare", "POST"),
        at("<uuid:pk>/comment/", commenting.comment, "comment", "POST"),
        at("<uuid:pk>/comment/<int:thread>/reply/", commenting.reply, "reply", "POST"),
        at("<uuid:pk>/comment/<int:thread>/resolve/", commenting.resolve, "resolve", "POST"),
        at("<uuid:pk>/comment/<int:thread>/reopen/", commenting.reopen, "reopen", "POST"),
    ]


class SubmitForm(forms.Form):
    """Who shall look at it, and what they should know."""

    reviewers = forms.MultipleChoiceField(
        required=False,
        widget=UnfoldAdminSelect2MultipleWidget,
        help_text="They are told. Nobody named: whoever reviews sees it on their desk.",
    )
    message = forms.CharField(
        required=False,
        max_length=reviews.LONGEST,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
        help_text="What they should look at.",
    )

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = people.colleagues().exclude(pk=by.pk)[:MOST_NAMES]
        self.fields["reviewers"].choices = [(who.get_username(), people.name_of(who)) for who in others]  # type: ignore[attr-defined]


def page(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """The text of the revision in review, or of `?revision=`, with its comments beside it."""
    context = review_page.context(request, article)
    return render(request, "authoring/review.html", {**_common(model_admin, request, article), **context})


def submit(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """Ask for a review of the newest revision."""
    before = reviews.newest(article)
    asked = [who.get_username() for who in before.reviewers.all()] if before else []
    form = SubmitForm(request.POST or None, by=request.user, initial={"reviewers": asked})
    if request.method == "POST" and form.is_valid():
        try:
            review = reviews.submit(article.pk, by=request.user, now=timezone.now(), **form.cleaned_data)
        except REFUSALS as error:
            form.add_error(None, reason(error))
        else:
            messages.success(request, f"Revision {review.revision.number} is in review.")
            return to_review(article)
    context = {"title": "Submit for review", "form": form, "media": model_admin.media + form.media}
    return render(request, "authoring/submit.html", {**_common(model_admin, request, article), **context})


def approve(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """Let the revision that was looked at go out."""
    done = _attempt(request, lambda: reviews.approve(article.pk, **_decision(request)))
    if done:
        messages.success(request, f"Revision {done.revision.number} is approved.")
    return to_review(article)


def request_changes(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """Say what it needs before it can go out."""
    if _attempt(request, lambda: reviews.request_changes(article.pk, **_decision(request))):
        messages.success(request, "The author is told what should change.")
    return to_review(article)


def withdraw_request(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """Take back what was asked."""
    if _attempt(request, lambda: reviews.withdraw_request(article.pk, by=request.user, now=timezone.now())):
        messages.success(request, "It is not in review any more.")
    return to_article(article)


def share(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """Let a colleague write it, too."""
    name = request.POST.get("person", "")
    if colleague := _attempt(request, lambda: sharing.share(article.pk, name, by=request.user)):
        messages.success(request, f"{people.name_of(colleague)} may write this article now.")
    return to_article(article)


def unshare(model_admin: Any, request: HttpRequest, article: Article, user: int) -> HttpResponse:
    """Share it with somebody no more."""
    _attempt(request, lambda: sharing.unshare(article.pk, user, by=request.user))
    return to_article(article)


def to_review(article: Article) -> HttpResponseRedirect:
    """Back to the page of the review."""
    return redirect(reverse("admin:authoring_article_review", args=[article.pk]))


def to_article(article: Article) -> HttpResponseRedirect:
    """Back to the text."""
    return redirect(reverse("admin:authoring_article_change", args=[article.pk]))


def _attempt(request: HttpRequest, act: Callable[[], Any]) -> Any:
    try:
        return act()
    except REFUSALS as error:
        messages.error(request, reason(error))
        return None


def _decision(request: HttpRequest) -> dict[str, Any]:
    number = request.POST.get("revision", "")
    if not (number.isdecimal() and len(number) < 10):
        raise Http404
    answer = request.POST.get("answer", "").replace("\r\n", "\n")
    return {"by": request.user, "number": int(number), "now": timezone.now(), "answer": answer}


def _common(model_admin: Any, request: HttpRequest, article: Article) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.model._meta,
        "media": model_admin.media,
        "article": article,
        "may_edit": rights.may_edit(request.user, article),
    }
