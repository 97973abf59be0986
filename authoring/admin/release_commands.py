"""What the buttons of a release do."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils import timezone

from authoring.admin import planning, release_pages, routes
from authoring.models import Release
from authoring.services import releases, releasing, rights
from authoring.services.refusals import reason
from authoring.services.releases import Settled


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below."""
    at = routes.Routes(model_admin, routes.publishers, "authoring_release_")
    return [
        at("choose/", release_pages.choose, "choose", "GET", "POST"),
        at("<int:pk>/move/", release_pages.move, "move", "GET", "POST"),
        at("<int:pk>/describe/", describe, "describe", "POST"),
        at("<int:pk>/put/", put, "put", "POST"),
        at("<int:pk>/drop/<int:change>/", drop, "drop", "POST"),
        at("<int:pk>/newest/", newest, "newest", "POST"),
        at("<int:pk>/untimed/", untimed, "untimed", "POST"),
        at("<int:pk>/rehearse/", rehearse, "rehearse", "POST"),
        at("<int:pk>/go/", go, "go", "POST"),
        at("<int:pk>/cancel/", cancel, "cancel", "POST"),
    ]


def describe(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Another name, another note."""
    typed = {name: request.POST.get(name, "").replace("\r\n", "\n") for name in ("name", "note")}
    return _done(request, pk, "Saved.", lambda: releases.describe(pk, **typed, by=request.user))


def put(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Add articles."""
    chosen = planning.keys(request.POST.getlist("articles"))
    found = list(rights.editable_by(request.user).filter(pk__in=chosen).values_list("pk", flat=True))
    if not found:
        messages.warning(request, "No article was chosen.")
        return _to(pk)
    action = request.POST.get("action", "")
    return _done(
        request,
        pk,
        f"{release_pages.many(len(found))} added.",
        lambda: releases.add(pk, found, action=action, by=request.user),
    )


def drop(model_admin: Any, request: HttpRequest, pk: int, change: int) -> HttpResponse:
    """Take one out."""
    return _done(request, pk, "It is taken out.", lambda: releases.remove(pk, change, by=request.user))


def newest(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Take the newest revision, of one change (`change`) or of all."""
    asked = request.POST.get("change", "")
    chosen = [int(asked)] if asked.isdecimal() and len(asked) < 19 else None
    return _done(
        request,
        pk,
        "The newest revisions go out.",
        lambda: releases.take_newest(pk, chosen, by=request.user),
    )


def untimed(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """It goes out when somebody says so."""
    return _done(
        request,
        pk,
        "It goes out when somebody says so.",
        lambda: releases.schedule(pk, due_at=None, now=timezone.now(), by=request.user),
    )


def cancel(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """It will not go out."""
    return _done(
        request,
        pk,
        "It is cancelled. Its articles stay as they are.",
        lambda: releases.cancel(pk, now=timezone.now(), by=request.user),
    )


def rehearse(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Try it without anybody noticing, and show what would fail."""
    release = release_pages.find(model_admin, request, pk)
    try:
        failures = releasing.rehearse(pk, now=timezone.now(), by=request.user)
    except Settled as error:
        messages.warning(request, str(error))
        return _to(pk)
    return release_pages.show(model_admin, request, release, failures)


def go(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Let it go out now."""
    release_pages.find(model_admin, request, pk)
    try:
        failures = releasing.go(pk, now=timezone.now(), by=request.user)
    except Settled as error:
        messages.warning(request, str(error))
        return _to(pk)
    release = Release.objects.get(pk=pk)
    if release.failed_at:
        messages.error(request, f"Nothing went out. {release.failure}")
    else:
        messages.success(request, "It is on its way to readers.")
    return redirect(planning.back(request) or _to(pk).url) if not failures else _to(pk)


def _done(request: HttpRequest, pk: int, told: str, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except releases.NoSuchRelease as error:
        raise Http404 from error
    except (ValidationError, Settled) as error:
        messages.error(request, reason(error))
    else:
        messages.success(request, told)
    return _to(pk)


def _to(pk: int) -> Any:
    return redirect(reverse("admin:authoring_release_change", args=[pk]))
