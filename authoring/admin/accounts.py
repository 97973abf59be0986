"""Users, roles and API tokens in the admin; what only the scheduler needs is hidden."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from authoring.admin import words
from authoring.admin.audited import Audited, AuditedAccount
from authoring.models import ApiToken
from authoring.services import tokens

admin.site.unregister(User)
admin.site.unregister(Group)
for model in apps.get_app_config("django_celery_beat").get_models():
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(User)
class UserAdmin(AuditedAccount, DjangoUserAdmin, ModelAdmin):
    """Accounts."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(Audited, DjangoGroupAdmin, ModelAdmin):
    """Roles."""

    audited_kind = "role"

    def told(self, obj: Any) -> str:
        return "permits: " + ", ".join(
            obj.permissions.order_by("codename").values_list("codename", flat=True)
        )


@admin.register(ApiToken)
class ApiTokenAdmin(Audited, ModelAdmin):
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
