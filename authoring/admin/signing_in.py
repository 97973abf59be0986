"""Logging in: whose failures are counted together, and what somebody reads who is locked out for a while."""

import ipaddress
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from rest_framework.throttling import BaseThrottle

from authoring.services import lockouts, two_factor


def address(request: HttpRequest) -> str | None:
    """Where a request comes from, behind NUM_PROXIES proxies. All of an IPv6 network of 64 bits is one address."""
    for told in (BaseThrottle().get_ident(request), request.META.get("REMOTE_ADDR")):  # type: ignore[arg-type]
        try:
            found = ipaddress.ip_address(told or "")
        except ValueError:
            continue
        return str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False)[0])
    return None


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """The page that says so. It is the same whether there is such an account or not."""
    minutes = round(settings.AXES_COOLOFF_TIME.total_seconds() / 60)
    context = {**admin.site.each_context(request), "title": "Too many attempts", "minutes": minutes}
    answer = render(request, "authoring/locked_out.html", context, status=429)
    answer["Retry-After"] = str(minutes * 60)
    answer["Cache-Control"] = "no-store"
    return answer


def logged_in(request: HttpRequest, user: Any, **_: Any) -> None:
    """Receives `user_logged_in`: the session begins now; where no second factor follows, failures are forgotten."""
    moment = timezone.now().timestamp()
    request.session.update({"began": moment, "seen": moment})
    if two_factor.device_of(user) is None:
        lockouts.forget_failures_of(request, user)


user_logged_in.connect(logged_in, dispatch_uid="authoring.signing_in")
