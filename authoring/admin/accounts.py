"""Users, roles and API tokens in the admin; what only the scheduler and the login need is hidden."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from authoring.admin import words
from authoring.admin.audited import Audited, AuditedAccount
from authoring.admin.saving import ServiceAdmin
from authoring.models import ApiToken
from authoring.services import lockouts, rights, sessions, tokens, two_factor
from authoring.services.rights import Forbidden

admin.site.unregister(User)
admin.site.unregister(Group)
for label in ("django_celery_beat", "otp_static", "otp_totp"):
    for model in apps.get_app_config(label).get_models():
        if admin.site.is_registered(model):
            admin.site.unregister(model)


@admin.register(User)
class UserAdmin(AuditedAccount, DjangoUserAdmin, ModelAdmin):
    """Accounts. Who lost phone and recovery codes, or is locked out, is helped from the list."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "second_factor")
    actions = ("reset_second_factor", "unlock", "log_out")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return two_factor.with_two_factor(super().get_queryset(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or rights.may_change(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or rights.may_change(request.user, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nobody makes a superuser, of themselves or of others, who is none."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, "is_superuser")

    @display(description="Second factor", boolean=True)
    def second_factor(self, user: Any) -> bool:
        return bool(user.has_two_factor)

    @admin.action(description="Reset the second factor", permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._do(request, queryset, two_factor.reset, "logs in with a password alone until an app is set up")

    @admin.action(description="Log out everywhere", permissions=["change"])
    def log_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._do(request, queryset, sessions.end_all, "is logged out everywhere")

    @admin.action(description="Unlock the login", permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            lockouts.unlock(user.username)
        self.message_user(request, "They may try again at once.", messages.SUCCESS)

    def _do(self, request: HttpRequest, queryset: QuerySet[User], act: Callable[..., Any], done: str) -> None:
        for user in queryset:
            try:
                act(user, by=request.user)
            except Forbidden as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, f"“{user}” {done}.", messages.SUCCESS)


@admin.register(Group)
class GroupAdmin(Audited, DjangoGroupAdmin, ModelAdmin):
    """Roles."""

    audited_kind = "role"

    def told(self, obj: Any) -> str:
        return "permits: " + ", ".join(
            obj.permissions.order_by("codename").values_list("codename", flat=True)
        )


@admin.register(ApiToken)
class ApiTokenAdmin(Audited, ServiceAdmin):
    """Keys to the write API. A key is shown once, when it is made."""

    audited_kind = "token"

    list_display = ("name", "user", "prefix", "used", "expires_at")
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
    ordering = ("name", "pk")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made, key = tokens.create(obj.user, name=obj.name, expires_at=obj.expires_at, by=request.user)
        obj.pk = made.pk
        obj.refresh_from_db()
        obj.key = key

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "A new key",
            "key": obj.key,
            "token": obj,
            "opts": self.opts,
        }
        answer = render(request, "authoring/new_key.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The service has told it already."""

    @display(description="Last used", ordering="last_used_at")
    def used(self, token: ApiToken) -> Any:
        return words.ago(token.last_used_at) or "never"
