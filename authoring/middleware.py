"""Between a browser and the desk: who has not given the second factor stays outside, and what pages may load."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from authoring.services import two_factor
from cms.policy import csp

Answer = Callable[[HttpRequest], HttpResponse]

ADMIN, API = "/admin/", "/api/authoring/"

OUTSIDE = {"login", "logout", "jsi18n", "two_factor_verify", "two_factor_set_up"}
"""Pages of the admin for who has given a password alone."""

BY_ITSELF = {"authoring_article_presence", "authoring_article_state"}
"""What an open page asks without anybody doing anything."""

NOTED_EVERY = dt.timedelta(minutes=1)
"""How exact it is when somebody was last active: a write per request would cost more than it tells."""

# Alpine, which unfold's pages are made of, evaluates what stands in attributes; and it sets styles by attribute.
OF_ADMIN = csp(
    default_src="'self'",
    script_src="'self' 'unsafe-eval'",
    style_src="'self' 'unsafe-inline'",
    img_src="'self' data: blob:",
    object_src="'none'",
)
OF_DOCUMENTS = csp(
    script_src="'self'", style_src="'self' 'unsafe-inline'", img_src="'self' data:", connect_src="'self'"
)
OF_API = csp(img_src="'none'", style_src="'none'", font_src="'none'", form_action="'none'")

HEADERS = {
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def policy(get_response: Answer) -> Answer:
    """Headers for the admin and the write API; a page that brings its own, such as a preview, keeps it."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if _is_ours(request):
            for name, value in {**HEADERS, "Content-Security-Policy": _csp(request, response)}.items():
                response.headers.setdefault(name, value)
        return response

    return answer


class Gate:
    """Ends sessions that were idle or are old, and leads to the second factor who still owes it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not _is_ours(request) or not request.user.is_authenticated:
            return None
        name = request.resolver_match.url_name if request.resolver_match else None
        if _is_over(request, timezone.now(), counts=name not in BY_ITSELF):
            # The view sees nobody: the admin asks to log in, the API refuses.
            logout(request)
            return None
        step = None if name in OUTSIDE and request.path_info.startswith(ADMIN) else _owed(request)
        return _lead(request, step) if step else None


def _is_ours(request: HttpRequest) -> bool:
    return request.path_info.startswith((ADMIN, API))


def _csp(request: HttpRequest, response: HttpResponse) -> str:
    if request.path_info.startswith(ADMIN):
        return OF_ADMIN
    return OF_DOCUMENTS if response.headers.get("Content-Type", "").startswith("text/html") else OF_API


def _is_over(request: HttpRequest, now: dt.datetime, *, counts: bool) -> bool:
    session, moment = request.session, now.timestamp()
    began, seen = session.get("began", moment), session.get("seen", moment)
    if moment - began > settings.SESSION_COOKIE_AGE or moment - seen > settings.SESSION_IDLE.total_seconds():
        return True
    if "began" not in session or (counts and moment - seen > NOTED_EVERY.total_seconds()):
        session.update({"began": began, "seen": moment})
    return False


def _owed(request: HttpRequest) -> str | None:
    """The page on which this user gives, or sets up, the second factor; None if nothing is owed."""
    user: Any = request.user
    if user.is_verified():
        return None
    if two_factor.device_of(user):
        return "admin:two_factor_verify"
    return "admin:two_factor_set_up" if two_factor.is_required(user) else None


def _lead(request: HttpRequest, step: str) -> HttpResponse:
    if request.path_info.startswith(API):
        return JsonResponse({"detail": "This session has not given its second factor."}, status=403)
    wanted = urlencode({"next": request.get_full_path()}, safe="/") if request.method == "GET" else ""
    return redirect(f"{reverse(step)}?{wanted}" if wanted else reverse(step))
