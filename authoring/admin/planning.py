"""Scheduled changes of articles: plan one, move it, cancel it, try it again."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from authoring.admin import routes, words
from authoring.admin.scheduling_form import ScheduleForm, WhenForm
from authoring.models import Article, ScheduledChange
from authoring.services import planning, scheduling

MOST = 100
"""How many articles can be scheduled at once."""


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below."""
    at = routes.Routes(model_admin, routes.publishers)
    return [
        at("schedule/", schedule, "schedule", "GET", "POST"),
        at("<uuid:pk>/move/<int:change>/", move, "move", "GET", "POST"),
        at("<uuid:pk>/cancel/<int:change>/", cancel, "cancel", "POST"),
        at("<uuid:pk>/again/<int:change>/", again, "again", "POST"),
    ]


def to_schedule(keys: Iterable[Any]) -> HttpResponse:
    """Go and ask for a time."""
    query = urlencode([("article", key) for key in list(keys)[:MOST]])
    return redirect(f"{reverse('admin:authoring_article_schedule')}?{query}")


def schedule(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Ask when the articles `?article=`, or one that is chosen there, shall be published or withdrawn."""
    visible = model_admin.get_queryset(request)
    chosen = list(visible.filter(pk__in=keys(request.GET.getlist("article")[:MOST])))
    form = ScheduleForm(
        request.POST or None,
        user=request.user,
        articles=chosen,
        choosable=visible,
        revision=_revision(chosen, request.GET.get("revision", "")),
        initial=day(request),
    )
    if request.method == "POST" and form.is_valid():
        form.remember_zone()
        members = chosen or [form.cleaned_data["article"]]
        if _schedule_all(model_admin, request, members, form):
            return redirect(back(request) or _after(members))
    return _page(
        model_admin, request, "schedule", form, title="Schedule", articles=chosen, back=_back(request, chosen)
    )


def move(model_admin: Any, request: HttpRequest, pk: uuid.UUID, change: int) -> HttpResponse:
    """Ask at which other time a change shall happen; `?day=` proposes one."""
    article = _article(model_admin, request, pk)
    planned = get_object_or_404(article.scheduled_changes.select_related("revision"), pk=change)
    form = WhenForm(request.POST or None, user=request.user, initial=when(planned) | day(request))
    if request.method == "POST" and form.is_valid() and _move(request, article, planned, form):
        return redirect(back(request) or _after([article]))
    context = {"title": "Move", "article": article, "change": planned, "back": _back(request, [article])}
    return _page(model_admin, request, "move", form, was=words.at(planned.due_at, planned.zone), **context)


def cancel(model_admin: Any, request: HttpRequest, pk: uuid.UUID, change: int) -> HttpResponse:
    """Cancel a change that waits, or lay one aside that failed."""
    article = _article(model_admin, request, pk)
    get_object_or_404(article.scheduled_changes, pk=change)
    if scheduling.cancel(change, now=timezone.now(), by=request.user):
        messages.success(request, "The scheduled change is cancelled.")
    else:
        messages.warning(request, "That change does not wait any more.")
    return redirect(back(request) or _after([article]))


def again(model_admin: Any, request: HttpRequest, pk: uuid.UUID, change: int) -> HttpResponse:
    """Let a scheduled change that failed wait again."""
    article = _article(model_admin, request, pk)
    get_object_or_404(article.scheduled_changes, pk=change)
    if scheduling.retry(change, by=request.user):
        messages.success(request, "The change waits again and is due at once.")
    return redirect(back(request) or _after([article]))


def when(planned: Any) -> dict[str, Any]:
    """The time of a change or a release as the form has it."""
    if planned.due_at is None:
        return {}
    local = planned.due_at.astimezone(zoneinfo.ZoneInfo(planned.zone))
    return {"day": local.date(), "time": f"{local:%H:%M}", "zone": planned.zone}


def back(request: HttpRequest) -> str:
    """Where to go afterwards, if the page that was left said so: an address of our own."""
    asked = request.POST.get("back") or request.GET.get("back") or ""
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""


def doubts(article: Article) -> list[str]:
    """Where the plan of an article contradicts itself, in sentences."""
    return [_sentence(clash) for clash in planning.clashes(article, planning.plan_of(article))]


def _sentence(clash: planning.Clash) -> str:
    planned, before = clash.planned, clash.before
    at = words.at(planned.due_at, planned.zone)
    number = planned.revision.number if planned.revision else 0
    match clash.doubt:
        case planning.Doubt.NOTHING_TO_WITHDRAW:
            return f"By {at} it is not public: there will be nothing to unpublish."
        case planning.Doubt.OLDER_TEXT:
            return f"At {at}, revision {number} replaces a newer one."
        case planning.Doubt.SAME_TEXT:
            return f"At {at}, readers see revision {number} already."
        case planning.Doubt.SAME_TIME:
            return (
                f"Two changes have the same time, {at}. They happen in the order in which they were planned."
            )
    withdrawn = words.at(before.due_at, before.zone) if before else ""
    return f"At {at} it is published again, after it was unpublished at {withdrawn}."


def _page(model_admin: Any, request: HttpRequest, name: str, form: Any, **context: Any) -> HttpResponse:
    common = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.model._meta,
        "form": form,
        "media": model_admin.media + form.media,
    }
    return render(request, f"authoring/{name}.html", common | context)


def _schedule_all(model_admin: Any, request: HttpRequest, chosen: Any, form: Any) -> bool:
    done = f"is scheduled: {form.told}."
    outcomes = [
        model_admin.attempt(request, article, done, form.schedule_for(article, request.user))
        for article in chosen
    ]
    if len(chosen) == 1:
        for doubt in doubts(chosen[0]):
            messages.warning(request, doubt)
    return any(outcomes)


def _move(request: HttpRequest, article: Article, planned: ScheduledChange, form: WhenForm) -> bool:
    chosen = {name: form.cleaned_data[name] for name in ("due_at", "zone")}
    try:
        moved = scheduling.move(planned.pk, **chosen, now=timezone.now(), by=request.user)
    except ValidationError as error:
        form.add_error("time", error.messages)
        return False
    if moved:
        messages.success(
            request, f"“{article}” is moved: {planned.get_action_display().lower()} at {form.told}."
        )
        for doubt in doubts(article):
            messages.warning(request, doubt)
    else:
        messages.warning(request, "That change does not wait any more.")
    return True


def _article(model_admin: Any, request: HttpRequest, pk: uuid.UUID) -> Any:
    return get_object_or_404(model_admin.get_queryset(request), pk=pk)


def _revision(chosen: list[Any], number: str) -> Any:
    if len(chosen) != 1 or not (number.isdecimal() and len(number) < 10):
        return None
    return chosen[0].revisions.filter(number=int(number)).first()


def day(request: HttpRequest) -> dict[str, Any]:
    """The day that an address proposes, as the form has it."""
    try:
        return {"day": dt.date.fromisoformat(request.GET["day"])}
    except (KeyError, ValueError):
        return {}


def keys(texts: Iterable[str]) -> list[uuid.UUID]:
    """Keys of articles as an address names them. Raises 404 for what is none."""
    try:
        return [uuid.UUID(text) for text in texts]
    except ValueError as error:
        raise Http404 from error


def _back(request: HttpRequest, chosen: list[Any]) -> str:
    if not chosen and not back(request):
        return reverse("admin:authoring_calendar")
    return back(request) or _after(chosen)


def _after(chosen: list[Any]) -> str:
    if len(chosen) == 1:
        return reverse("admin:authoring_article_change", args=[chosen[0].pk])
    return reverse("admin:authoring_article_changelist")
