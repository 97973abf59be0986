"""The desk's own routes beside those that Django makes: each for some methods, whom it lets in, and kept nowhere."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from authoring.services import rights

View = Callable[..., HttpResponse]

LetIn = Callable[[Any, HttpRequest, dict[str, Any]], tuple[Any, ...]]
"""Lets somebody in or raises: from the admin, the request and what stands in the address, which it may take out, to
what a view is called with before the rest of it.
"""


class Routes:
    """Makes the routes of one module's views; their names begin with `prefix`."""

    def __init__(self, model_admin: Any, let_in: LetIn, prefix: str = "authoring_article_") -> None:
        self._model_admin = model_admin
        self._let_in = let_in
        self._prefix = prefix

    def __call__(self, route: str, view: View, name: str, *methods: str) -> URLPattern:
        """The address `route` of `view`, for GET unless `methods` are given."""

        @never_cache
        @require_http_methods(methods or ("GET",))
        def bound(request: HttpRequest, **given: Any) -> HttpResponse:
            return view(*self._let_in(self._model_admin, request, given), **given)

        return path(route, self._model_admin.admin_site.admin_view(bound), name=self._prefix + name)


def anybody(model_admin: Any, request: HttpRequest, given: dict[str, Any]) -> tuple[Any, ...]:
    """Whoever works at the desk: the view asks for rights itself."""
    return model_admin, request


def publishers(model_admin: Any, request: HttpRequest, given: dict[str, Any]) -> tuple[Any, ...]:
    """Who may publish."""
    if not rights.may_publish(request.user):
        raise PermissionDenied
    return model_admin, request


def writers(model_admin: Any, request: HttpRequest, given: dict[str, Any]) -> tuple[Any, ...]:
    """Who may change articles."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    return model_admin, request


def who_sees_it(model_admin: Any, request: HttpRequest, given: dict[str, Any]) -> tuple[Any, ...]:
    """Who may see the article `pk`; with it."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    return model_admin, request, get_object_or_404(model_admin.get_queryset(request), pk=given.pop("pk"))


def who_changes_it(model_admin: Any, request: HttpRequest, given: dict[str, Any]) -> tuple[Any, ...]:
    """Who may change the article `pk`; with it."""
    article = get_object_or_404(model_admin.get_queryset(request), pk=given.pop("pk"))
    if not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    return model_admin, request, article
