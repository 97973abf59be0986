"""One thing done to many articles: what, how far it is, and what became of each."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from authoring import tasks
from authoring.admin import routes
from authoring.admin.scheduling_form import WhenForm
from authoring.models import Author, BulkItem, BulkJob, ScheduledChange, Tag
from authoring.services import bulk, exporting, rights

PAGE = 100
AT_ONCE = 10
"""Up to so many articles are published or withdrawn while the writer waits; more become a job."""

FILES = {"csv": "articles.csv", "json": "articles.json", "zip": "articles.zip"}
FOR_PUBLISHERS = {BulkJob.Action.PUBLISH, BulkJob.Action.WITHDRAW, BulkJob.Action.SCHEDULE}
COLOURS = {"": "default", "done": "success", "unchanged": "default", "refused": "danger"}


class ScheduleForm(WhenForm):
    """What shall happen to the chosen articles, and when."""

    action = forms.ChoiceField(
        choices=ScheduledChange.Action.choices, label="What", widget=UnfoldAdminSelectWidget
    )


class TextForm(forms.Form):
    """What is changed in the texts of the chosen articles."""

    tag = forms.ModelChoiceField(
        Tag.objects.order_by("name"), required=False, label="Tag", widget=UnfoldAdminSelectWidget
    )
    author = forms.ModelChoiceField(
        Author.objects.order_by("name"), required=False, label="Author", widget=UnfoldAdminSelectWidget
    )
    publish = forms.BooleanField(
        required=False,
        label="Publish the change where readers have the newest text",
        widget=UnfoldBooleanSwitchWidget,
    )


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below."""
    at = routes.Routes(model_admin, _let_in)
    return [
        at("bulk/<int:pk>/", page, "bulk"),
        at("bulk/<int:pk>/progress/", progress, "bulk_progress"),
        at("bulk/<int:pk>/start/", start, "bulk_start", "POST"),
        at("bulk/<int:pk>/stop/", stop, "bulk_stop", "POST"),
        at("bulk/<int:pk>/export/", export, "bulk_export", "POST"),
    ]


def choose(request: HttpRequest, queryset: QuerySet[Any]) -> BulkJob:
    """A job of what is chosen in the list."""
    return bulk.choose(queryset.values_list("pk", "latest_revision__title"), by=request.user)


def to_job(job: BulkJob) -> HttpResponse:
    """Go and see how far it is, or say what to do."""
    return redirect(reverse("admin:authoring_article_bulk", args=[job.pk]))


def begin(job: BulkJob, action: str, **options: Any) -> HttpResponse:
    """Start a job, and go and see how far it is."""
    bulk.start(job.pk, action=action, options=options, now=timezone.now())
    tasks.wake_bulk()
    return to_job(job)


def page(model_admin: Any, request: HttpRequest, job: BulkJob) -> HttpResponse:
    """What to do with the chosen articles; once that is said, how far it is and what became of each."""
    if job.started_at is None:
        return _ask(model_admin, request, job)
    context = _common(model_admin, request, job) | _progress(request, job)
    return render(request, "authoring/bulk.html", context)


def progress(model_admin: Any, request: HttpRequest, job: BulkJob) -> HttpResponse:
    """The part of the page that changes by itself."""
    return render(request, "authoring/_bulk.html", {"job": job, **_progress(request, job)})


def start(model_admin: Any, request: HttpRequest, job: BulkJob) -> HttpResponse:
    """Begin with what the pressed button says."""
    deed = request.POST.get("deed", "")
    if deed not in BulkJob.Action.values:
        raise Http404
    if deed in FOR_PUBLISHERS and not rights.may_publish(request.user):
        raise PermissionDenied
    if job.started_at is not None:
        return to_job(job)
    when = ScheduleForm(request.POST if deed == BulkJob.Action.SCHEDULE else None, user=request.user)
    text = TextForm(request.POST)
    options = _options(deed, when, text)
    if options is None:
        return _ask(model_admin, request, job, when=when, text=text, status=400)
    return begin(job, deed, **options)


def stop(model_admin: Any, request: HttpRequest, job: BulkJob) -> HttpResponse:
    """Do no more of it."""
    if bulk.stop(job.pk, now=timezone.now()):
        messages.success(request, "No more is done. What was done stays done.")
    return to_job(job)


def export(model_admin: Any, request: HttpRequest, job: BulkJob) -> Any:
    """The chosen articles as a file, sent as it is made."""
    form = request.POST.get("form", "")
    if form not in FILES:
        raise Http404
    keys = list(job.items.order_by("pk").values_list("article_id", flat=True))
    pieces: Iterator[bytes] = exporting.export(keys, form, by=request.user)
    answer = StreamingHttpResponse(pieces, content_type=exporting.TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{FILES[form]}"'
    return answer


def _let_in(model_admin: Any, request: HttpRequest, given: dict[str, Any]) -> tuple[Any, ...]:
    """Who may see articles; with a job of their own."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    return model_admin, request, get_object_or_404(_jobs(request), pk=given.pop("pk"))


def _jobs(request: HttpRequest) -> QuerySet[BulkJob]:
    jobs = BulkJob.objects.select_related("created_by")
    user: Any = request.user
    return jobs if user.is_superuser else jobs.filter(created_by=user)


def _options(deed: str, when: ScheduleForm, text: TextForm) -> dict[str, Any] | None:
    """What the deed needs to know, as plain JSON; None if something is missing, which the forms say."""
    match deed:
        case BulkJob.Action.SCHEDULE:
            if not when.is_valid():
                return None
            when.remember_zone()
            chosen = when.cleaned_data
            return {
                "action": chosen["action"],
                "zone": chosen["zone"],
                "due_at": chosen["due_at"].isoformat(),
            }
        case BulkJob.Action.ADD_TAG | BulkJob.Action.REMOVE_TAG:
            return _chosen(text, "tag")
        case BulkJob.Action.SIGN:
            return _chosen(text, "author")
    return {}


def _chosen(text: TextForm, name: str) -> dict[str, Any] | None:
    if text.is_valid() and text.cleaned_data[name] is None:
        text.add_error(name, f"Choose a {name}." if name == "tag" else "Choose an author.")
    if not text.is_valid():
        return None
    row = text.cleaned_data[name]
    return {name: str(row.pk), "name": row.name, "publish": text.cleaned_data["publish"]}


def _ask(
    model_admin: Any,
    request: HttpRequest,
    job: BulkJob,
    *,
    when: ScheduleForm | None = None,
    text: TextForm | None = None,
    status: int = 200,
) -> HttpResponse:
    when, text = when or ScheduleForm(user=request.user), text or TextForm()
    context = {
        **_common(model_admin, request, job),
        "count": job.items.count(),
        "some": list(job.items.order_by("pk")[:8]),
        "when": when,
        "text": text,
        "media": model_admin.media + when.media + text.media,
    }
    return render(request, "authoring/bulk_ask.html", context, status=status)


def _common(model_admin: Any, request: HttpRequest, job: BulkJob) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        "title": "Many articles",
        "opts": model_admin.model._meta,
        "media": model_admin.media,
        "job": job,
        "may_publish": rights.may_publish(request.user),
    }


def _progress(request: HttpRequest, job: BulkJob) -> dict[str, Any]:
    """Refused ones first: they want somebody."""
    items = job.items.order_by(Case(When(outcome="refused", then=0), default=1), "pk")
    wanted = request.GET.get("outcome", "")
    if wanted in ("done", "unchanged", "refused"):
        items = items.filter(outcome=wanted)
    counted = bulk.progress(job)
    shown = Paginator(items, PAGE).get_page(request.GET.get("page"))
    return {
        "counted": counted,
        "settled": counted["total"] - counted["waiting"],
        "rows": [_row(item) for item in shown],
        "shown": shown,
        "wanted": wanted,
        "done_at": job.finished_at,
        "what": _what(job),
    }


def _row(item: BulkItem) -> dict[str, Any]:
    return {"item": item, "label": item.get_outcome_display(), "colour": COLOURS[item.outcome]}


def _what(job: BulkJob) -> str:
    name = job.options.get("name", "")
    return f"{job.get_action_display()}{f': {name}' if name else ''}"
