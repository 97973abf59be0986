"""The audit log in the admin: filtered, read page by page, and taken along as CSV."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget, UnfoldAdminTextInputWidget

from authoring.models import Action, Article, AuditEntry
from authoring.services import audit, exporting
from cms.databases import WRITE
from cms.events import Kind

PAGE = 100
COLUMNS = (
    "at", "user", "action", "kind", "key", "title", "from_revision", "to_revision", "from_version", "to_version",
    "way", "note",
)  # fmt: skip
KINDS = {
    "article": "Articles",
    "page": "Pages",
    "tag": "Tags",
    "author": "Authors",
    "site": "Site",
    "picture": "Pictures",
    "user": "Users",
    "role": "Roles",
    "token": "API tokens",
    "release": "Releases",
    "outbox": "What readers are owed",
    "log": "This log",
}
# A day near the ends of the calendar has no midnight in every zone, or none after it.
DAYS = (MinValueValidator(dt.date(1900, 1, 1)), MaxValueValidator(dt.date(2999, 12, 31)))


class Filter(forms.Form):
    """Which entries: everything that is given must match."""

    text = forms.CharField(
        required=False,
        max_length=200,
        label="Article or other subject",
        widget=UnfoldAdminTextInputWidget({"placeholder": "A part of its title, or its key"}),
    )
    user = forms.CharField(
        required=False,
        max_length=150,
        label="Who",
        widget=UnfoldAdminTextInputWidget({"placeholder": "Name"}),
    )
    action = forms.ChoiceField(
        required=False,
        choices=[("", "Anything"), *Action.choices],
        label="What",
        widget=UnfoldAdminSelectWidget,
    )
    kind = forms.ChoiceField(
        required=False,
        choices=[("", "Everything"), *KINDS.items()],
        label="To what",
        widget=UnfoldAdminSelectWidget,
    )
    since = forms.DateField(
        required=False, label="From", widget=UnfoldAdminSingleDateWidget({"type": "date"}), validators=DAYS
    )
    until = forms.DateField(
        required=False, label="To", widget=UnfoldAdminSingleDateWidget({"type": "date"}), validators=DAYS
    )

    def chosen(self) -> dict[str, Any]:
        """The arguments of `audit.entries`; both days count in the site's zone, and belong to it."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if "since" in given:
            given["since"] = _midnight(given["since"])
        if "until" in given:
            given["until"] = _midnight(given["until"] + dt.timedelta(days=1))
        return given


def urls() -> list[URLPattern]:
    """The addresses of the log itself."""
    return [
        path("admin/audit/", admin.site.admin_view(never_cache(log)), name="authoring_audit"),
        path(
            "admin/audit/export/", admin.site.admin_view(never_cache(export)), name="authoring_audit_export"
        ),
    ]


@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """The log, newest first, for administrators."""
    _only_auditors(request)
    form = Filter(request.GET)
    rows = page(request, form.chosen()) if form.is_valid() else {"rows": []}
    query = urlencode({name: request.GET[name] for name in form.fields if request.GET.get(name)})
    context = {
        **admin.site.each_context(request), "title": "Audit log", "form": form, "query": query, **rows,
    }  # fmt: skip
    return render(request, "authoring/audit.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The same entries as CSV, sent as they are read. That somebody took them is an entry itself."""
    _only_auditors(request)
    form = Filter(request.GET)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=400, content_type="text/plain; charset=utf-8")
    chosen = form.chosen()
    with transaction.atomic(using=WRITE):
        told = ", ".join(f"{name}: {value}" for name, value in chosen.items()) or "everything"
        audit.record(Action.EXPORTED, kind="log", key="log", title="Audit log", by=request.user, note=told)
    rows = audit.entries(**chosen).values_list(*COLUMNS).iterator(chunk_size=2000)
    answer = StreamingHttpResponse(exporting.lines(COLUMNS, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
    return answer


def of_article(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    """What was done to one article, for whoever may change it."""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "What was done",
        "opts": model_admin.model._meta,
        "article": article,
        **page(request, {"kind": Kind.ARTICLE, "key": str(article.pk)}),
    }
    return render(request, "authoring/audit_article.html", context)


def latest(article: Article, limit: int = 5) -> list[dict[str, Any]]:
    """The newest entries about an article, for its side panel."""
    return [told(row) for row in audit.entries(kind=Kind.ARTICLE, key=str(article.pk))[:limit]]


def page(request: HttpRequest, chosen: dict[str, Any]) -> dict[str, Any]:
    """One page of entries, and where the older ones begin."""
    found = list(audit.entries(**chosen, before=_cursor(request.GET.get("before", "")))[: PAGE + 1])
    rows = found[:PAGE]
    older = f"{rows[-1].at.isoformat()},{rows[-1].id}" if len(found) > PAGE else ""
    return {"rows": [told(row) for row in rows], "older": urlencode({"before": older}) if older else ""}


def told(row: AuditEntry) -> dict[str, Any]:
    """An entry as the page tells it."""
    changed = [
        f"{name} {'–' if one is None else one} → {'–' if other is None else other}"
        for name, one, other in (
            ("revision", row.from_revision, row.to_revision),
            ("version", row.from_version, row.to_version),
        )
        if one is not None or other is not None
    ]
    is_there = row.kind == Kind.ARTICLE and row.key and row.action != Action.DELETED
    return {
        "entry": row,
        "at": timezone.localtime(row.at),
        "changed": changed,
        "address": reverse("admin:authoring_article_change", args=[row.key]) if is_there else "",
    }


def _only_auditors(request: HttpRequest) -> None:
    if not request.user.has_perm("authoring.view_auditentry"):
        raise PermissionDenied


def _cursor(typed: str) -> audit.Cursor | None:
    if not typed:
        return None
    at, _, key = typed.partition(",")
    try:
        moment = parse_datetime(at)
        if moment is None or moment.tzinfo is None:
            raise ValueError(at)
        return moment, uuid.UUID(key)
    except ValueError as error:
        raise Http404 from error


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
