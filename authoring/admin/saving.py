"""Saving through services: what they refuse is shown in the form, with everything that was typed."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin

from authoring.services.refusals import REFUSALS, reason


class RefusableForm(forms.ModelForm):
    """A form that can be shown again with a service's refusal."""

    refusal: ClassVar[Exception | None] = None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is not None:
            for name, found in self.refused(self.refusal).items():
                self.add_error(name if name in self.fields else None, found)
        return cleaned

    def refused(self, refusal: Exception) -> dict[str | None, Any]:
        """The messages by field; None: the form as a whole."""
        return by_field(refusal)


class ServiceAdmin(ModelAdmin):
    """An admin whose `save_model` calls a service, which may refuse."""

    form = RefusableForm
    list_per_page = 50
    warn_unsaved_form = True

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As usual; when a service refuses, its transaction is undone and the form is shown again."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except REFUSALS as error:
            request.refusal = error  # type: ignore[attr-defined]
            return super().changeform_view(request, *args, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        return type(form.__name__, (form,), {"refusal": refusal, "user": request.user})

    def attempt(self, request: HttpRequest, subject: object, done: str, act: Any, *args: Any) -> bool:
        """Do one thing to one row and report it. `act` gets `args`, `now` and `by`."""
        try:
            act(*args, now=timezone.now(), by=request.user)
        except REFUSALS as error:
            self.message_user(request, f"“{subject}”: {reason(error)}", messages.ERROR)
            return False
        self.message_user(request, f"“{subject}” {done}", messages.SUCCESS)
        return True


class DeletedByService:
    """Deleting goes through `delete_one`; its refusals become messages and nothing else happens."""

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        rows = list(objs)
        name = rows[0]._meta.verbose_name_plural if rows else ""
        return [str(row) for row in rows], {str(name): len(rows)}, set(), []

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)  # type: ignore[misc]
        except REFUSALS as error:
            self.message_user(request, reason(error), messages.ERROR)  # type: ignore[attr-defined]
            return self.response_post_save_change(request, None)  # type: ignore[attr-defined]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_one(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for row in queryset:
            try:
                self.delete_one(row, by=request.user)
            except REFUSALS as error:
                self.message_user(request, reason(error), messages.ERROR)  # type: ignore[attr-defined]

    def delete_one(self, row: Any, *, by: Any) -> None:
        """Call the service that deletes `row`: each admin that allows deleting names its own."""
        raise NotImplementedError(type(self).__name__)


def by_field(error: Exception) -> dict[str | None, Any]:
    """A refusal as form errors: field (None: the form) to messages."""
    if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
        found: dict[str | None, Any] = {}
        found.update(error.error_dict)
        return found
    return {None: reason(error)}
