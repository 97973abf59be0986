"""What the buttons of a release do."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from authoring.admin import planning, release_pages
from authoring.admin.saving import reason
from authoring.models import Release
from authoring.services import releases, releasing, rights
from authoring.services.releases import Settled


def urls(model_admin: Any) -> list[URLPattern]:
    def view(function: Callable[..., HttpResponse], *, posts: bool = True) -> Callable[..., HttpResponse]:
        def bound(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not rights.may_publish(request.user):
                raise PermissionDenied
            return function(model_admin, request, **kwargs)

        checked = require_POST(bound) if posts else bound
        wrapped: Callable[..., HttpResponse] = model_admin.admin_site.admin_view(checked)
        return wrapped

    def at(address: str, function: Callable[..., HttpResponse], name: str) -> URLPattern:
        return path(f"<int:pk>/{address}", view(function), name=f"authoring_release_{name}")

    return [
        path("choose/", view(release_pages.choose, posts=False), name="authoring_release_choose"),
        path("<int:pk>/move/", view(release_pages.move, posts=False), name="authoring_release_move"),
        at("describe/", describe, "describe"),
        at("put/", put, "put"),
        at("drop/<int:change>/", drop, "drop"),
        at("newest/", newest, "newest"),
        at("untimed/", untimed, "untimed"),
        at("rehearse/", rehearse, "rehearse"),
        at("go/", go, "go"),
        at("cancel/", cancel, "cancel"),
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
