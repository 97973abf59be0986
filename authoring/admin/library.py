"""The library of pictures for the editor: search, upload, describe."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, reverse

from authoring.admin import routes
from authoring.admin.picture_select import thumbnail
from authoring.models import Picture
from authoring.services import pictures, rights, subjects
from authoring.services.refusals import reason
from cms import pictures as shown

PAGE = 24
WORDS = ("name", "alt", "credit")


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses of the views below."""
    at = routes.Routes(model_admin, routes.anybody, "authoring_picture_")
    return [
        at("library/", library, "library"),
        at("upload/", upload, "upload", "POST"),
        at("<uuid:pk>/describe/", describe, "describe", "POST"),
    ]


def library(model_admin: Any, request: HttpRequest) -> JsonResponse:
    """A page of pictures, newest first; `?q=` searches what is said about them."""
    if not request.user.has_perm("authoring.view_picture"):
        raise PermissionDenied
    rows = Picture.objects.order_by("-created_at", "pk")
    for word in request.GET.get("q", "").split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(alt__icontains=word) | Q(credit__icontains=word))
    page = request.GET.get("page", "")
    start = (min(int(page), 10_000) - 1) * PAGE if page.isdecimal() and int(page) > 0 else 0
    found = list(rows[start : start + PAGE + 1])
    return JsonResponse(
        {"pictures": [facts(request, row) for row in found[:PAGE]], "more": len(found) > PAGE}
    )


def upload(model_admin: Any, request: HttpRequest) -> JsonResponse:
    """Keep a picture. The same pixels twice are the same picture."""
    if not request.user.has_perm("authoring.add_picture"):
        raise PermissionDenied
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"error": "There is no file."}, status=400)
    try:
        added = pictures.add(file.read(), name=str(file.name or ""), by=request.user)
    except ValidationError as error:
        return JsonResponse({"error": reason(error)}, status=400)
    return JsonResponse(facts(request, added))


def describe(model_admin: Any, request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """Say what a picture shows, whose it is and what a crop must keep."""
    picture = get_object_or_404(Picture, pk=pk)
    if not _may_describe(request, picture):
        raise PermissionDenied
    for name in WORDS:
        setattr(picture, name, request.POST.get(name, getattr(picture, name)))
    try:
        for name in subjects.FOCUS:
            setattr(picture, name, int(request.POST.get(name, getattr(picture, name))))
        subjects.describe(picture, by=request.user)
    except ValueError:
        return JsonResponse({"error": "The focus is no number."}, status=400)
    except ValidationError as error:
        return JsonResponse({"error": reason(error)}, status=400)
    return JsonResponse(facts(request, picture))


def facts(request: HttpRequest, picture: Picture) -> dict[str, Any]:
    """A picture as the editor needs it; `describe` is empty where this user may not."""
    may = _may_describe(request, picture)
    return {
        "key": str(picture.pk),
        "name": picture.name,
        "alt": picture.alt,
        "credit": picture.credit,
        "focus": [picture.focus_x, picture.focus_y],
        "thumb": thumbnail(picture),
        "large": address(picture),
        "address": address(picture),
        "describe": reverse("admin:authoring_picture_describe", args=[picture.pk]) if may else "",
    }


def address(picture: Picture) -> str:
    """The address of the widest rendition: what a Markdown text names."""
    return shown.MEDIA + shown.name(picture.digest, max(picture.widths))


def _may_describe(request: HttpRequest, picture: Picture) -> bool:
    return bool(
        request.user.has_perm("authoring.change_picture") and rights.may_describe(request.user, picture)
    )
