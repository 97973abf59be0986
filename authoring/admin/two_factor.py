"""The second factor in the admin: given at the login, set up, renewed, switched off; and all sessions ended."""

from collections.abc import Callable
from typing import Any

import django_otp
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import authenticate, logout
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from authoring.admin import signing_in
from authoring.services import lockouts, sessions, two_factor

WRONG = "That code does not fit. Each wrong one makes the next wait a little longer."

CODE = {"autocomplete": "one-time-code", "inputmode": "text", "autofocus": "", "spellcheck": "false"}


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(label="Code", max_length=40, widget=UnfoldAdminTextInputWidget(CODE))


class SetUpForm(CodeForm):
    """The code that proves that the app was set up, and the password that proves who did it."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=4096,
        widget=UnfoldAdminPasswordWidget({"autocomplete": "current-password"}),
    )


def urls() -> list[URLPattern]:
    """The addresses of the views below."""

    def at(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        guarded = sensitive_post_parameters("code", "password")(admin.site.admin_view(view))
        return path(f"two-factor/{address}", guarded, name=name)

    return [
        at("", account, "two_factor"),
        at("verify/", verify, "two_factor_verify"),
        at("set-up/", set_up, "two_factor_set_up"),
        at("change/", require_POST(change), "two_factor_change"),
        at("log-out/", require_POST(log_out_everywhere), "two_factor_log_out"),
    ]


def verify(request: HttpRequest) -> HttpResponse:
    """The second step of a login."""
    user: Any = request.user
    if user.is_verified() or two_factor.device_of(user) is None:
        return redirect(_next(request))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not AxesProxyHandler.is_allowed(request, _credentials(user)):
            return signing_in.locked_out(request, None, None)
        if device := two_factor.verify(user, form.cleaned_data["code"]):
            _let_in(request, device)
            return redirect(_next(request))
        _count_failure(request)
        form.add_error("code", WRONG)
    return _page(request, "two_factor_verify", title="One more step", form=form, next=_next(request))


def set_up(request: HttpRequest) -> HttpResponse:
    """A QR code for an app, and the code that the app then shows. The recovery codes are shown once, after it."""
    user: Any = request.user
    if two_factor.device_of(user) and not user.is_verified():
        return redirect("admin:two_factor_verify")
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_password(request, form):
        if codes := two_factor.confirm(user, form.cleaned_data["code"]):
            _let_in(request, two_factor.device_of(user))
            return _codes(request, codes)
        form.add_error("code", WRONG)
    device = two_factor.begin(user)
    return _page(
        request,
        "two_factor_set_up",
        title="Set up a second factor",
        form=form,
        is_required=two_factor.is_required(user),
        key=two_factor.typed_key(device),
        picture=mark_safe(two_factor.picture(device)),  # noqa: S308  drawn from black and white squares
    )


def account(request: HttpRequest) -> HttpResponse:
    """What protects this account."""
    user: Any = request.user
    return _page(
        request,
        "two_factor",
        title="Two-factor and sessions",
        device=two_factor.device_of(user),
        codes_left=two_factor.codes_left(user),
        is_required=two_factor.is_required(user),
        form=SetUpForm(),
    )


def change(request: HttpRequest) -> HttpResponse:
    """New recovery codes, or no second factor any more, for who gives the password."""
    user: Any = request.user
    typed = {"username": user.get_username(), "password": request.POST.get("password", "")}
    if authenticate(request, **typed) is None:
        messages.error(request, "That is not your password.")
    elif request.POST.get("do") == "codes" and user.is_verified():
        return _codes(request, two_factor.renew_codes(user))
    elif request.POST.get("do") == "off":
        _switch_off(request)
    return redirect("admin:two_factor")


def log_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all sessions of this account, this one included."""
    sessions.end_all(request.user)
    logout(request)
    return redirect("admin:login")


def _switch_off(request: HttpRequest) -> None:
    try:
        two_factor.switch_off(request.user)
    except two_factor.Required:
        messages.error(request, "Your account cannot be without a second factor. You can set up another app.")
    else:
        messages.success(request, "Your password alone lets you in now.")


def _let_in(request: HttpRequest, device: Any) -> None:
    """This session has given both factors: it gets another key, and earlier failures count no more."""
    django_otp.login(request, device)
    request.session.cycle_key()
    lockouts.forget_failures_of(request, request.user)


def _count_failure(request: HttpRequest) -> None:
    user_login_failed.send(sender=__name__, credentials=_credentials(request.user), request=request)


def _is_password(request: HttpRequest, form: forms.Form) -> bool:
    if authenticate(request, **_credentials(request.user), password=form.cleaned_data["password"]):
        return True
    form.add_error("password", "That is not your password.")
    return False


def _credentials(user: Any) -> dict[str, str]:
    return {"username": user.get_username()}


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return _page(request, "two_factor_codes", title="Your recovery codes", codes=codes)


def _next(request: HttpRequest) -> str:
    """Where they wanted to go, if that is here."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if here else reverse("admin:index")


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    return render(request, f"authoring/{name}.html", {**admin.site.each_context(request), **context})


# Unfold asks its site for these.
admin.site.extra_urls = urls  # type: ignore[attr-defined]
