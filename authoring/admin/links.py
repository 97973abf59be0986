"""Preview links beside an article: make, copy, list, revoke."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget, UnfoldAdminTextInputWidget

from authoring.admin import routes, words
from authoring.admin.saving import by_field
from authoring.models import Article, PreviewLink
from authoring.services import links

FORM = "link-command"
LASTING = {"1": "a day", "7": "a week", "30": "a month", "own": "until a day of my choice"}


class LinkForm(forms.Form):
    """A new link. Its fields stand inside of the article's own form and belong to one that stands outside."""

    note = forms.CharField(
        label="For whom",
        max_length=links.NOTE_LENGTH,
        widget=UnfoldAdminTextInputWidget({"form": FORM, "placeholder": "Name or purpose"}),
    )
    lasts = forms.ChoiceField(
        label="Good for",
        choices=list(LASTING.items()),
        initial="7",
        widget=UnfoldAdminSelectWidget({"form": FORM}),
    )
    day = forms.DateField(
        label="Last day, if chosen",
        required=False,
        widget=UnfoldAdminSingleDateWidget({"type": "date", "form": FORM}),
    )
    shows = forms.ChoiceField(
        label="Shows",
        choices=[("", "always the newest text"), ("now", "the text as it is now")],
        required=False,
        widget=UnfoldAdminSelectWidget({"form": FORM}),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("lasts") == "own" and not cleaned.get("day") and "day" not in self.errors:
            self.add_error("day", "Choose a day.")
        return cleaned

    def expires_at(self, now: dt.datetime) -> dt.datetime:
        """When it ends: after so many days, or with the end of the chosen one in the site's zone."""
        if self.cleaned_data["lasts"] != "own":
            return now + dt.timedelta(days=int(self.cleaned_data["lasts"]))
        return timezone.make_aware(dt.datetime.combine(self.cleaned_data["day"], dt.time.max))


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below."""
    at = routes.Routes(model_admin, routes.who_changes_it)
    return [
        at("<uuid:pk>/links/", make, "link", "POST"),
        at("<uuid:pk>/links/<int:link>/revoke/", revoke, "revoke", "POST"),
    ]


def make(model_admin: Any, request: HttpRequest, article: Any) -> HttpResponse:
    """Make a link and show it, this once."""
    form, now = LinkForm(request.POST), timezone.now()
    made = None
    if form.is_valid():
        number = article.latest_revision.number if form.cleaned_data["shows"] else None
        try:
            made = links.make(
                article.pk, note=form.cleaned_data["note"], expires_at=form.expires_at(now), now=now,
                by=request.user, revision_number=number,
            )  # fmt: skip
        except ValidationError as error:
            for name, found in by_field(error).items():
                form.add_error("day" if name == "expires_at" else name, found)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Preview link",
        "opts": model_admin.model._meta,
        "media": model_admin.media,
        "article": article,
        "form": form,
        "link": made and made[0],
        "address": made and address(made[1]),
        "until": made and words.ago(made[0].expires_at),
    }
    return render(request, "authoring/new_link.html", context, status=200 if made else 400)


def revoke(model_admin: Any, request: HttpRequest, article: Any, link: int) -> HttpResponse:
    """Let a link lead nowhere from now on."""
    if links.revoke(article.pk, link, now=timezone.now(), by=request.user):
        messages.success(request, "The link leads nowhere from now on.")
    else:
        messages.warning(request, "That link was revoked before.")
    return redirect(reverse("admin:authoring_article_change", args=[article.pk]))


def panel(article: Article) -> dict[str, Any]:
    """What the side panel shows of links."""
    found = links.usable(article, now=timezone.now()).select_related("revision", "created_by")
    return {"rows": [_row(link) for link in found], "form": LinkForm(auto_id="link_%s")}


def address(token: str) -> str:
    """The whole address that a token belongs to."""
    return settings.AUTHORING_URL + reverse("authoring_preview", args=[f"{token}/"])


def _row(link: PreviewLink) -> dict[str, Any]:
    return {
        "link": link,
        "shows": f"revision {link.revision.number}" if link.revision else "the newest text",
        "until": words.ago(link.expires_at),
        "opened": words.ago(link.last_used_at),
    }
