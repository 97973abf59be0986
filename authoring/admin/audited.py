"""Accounts, roles and keys are Django's rows: what the admin does to them is told in the audit log here."""

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from authoring.models import Action
from authoring.services import audit
from cms.databases import WRITE


class Audited:
    """An admin whose additions, changes and deletions are recorded, each in the transaction that makes it."""

    audited_kind: ClassVar[str]

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(Action.CREATED, request, obj, note=self.told(obj))
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        told = "; ".join(part for part in (_changed(message), self.told(obj)) if part)
        self._record(Action.SAVED, request, obj, note=told)
        return super().log_change(request, obj, message)  # type: ignore[misc]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic(using=WRITE):
            self._record(Action.DELETED, request, obj)
            super().delete_model(request, obj)  # type: ignore[misc]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic(using=WRITE):
            for row in queryset:
                self._record(Action.DELETED, request, row)
            super().delete_queryset(request, queryset)  # type: ignore[misc]

    def told(self, obj: Any) -> str:
        """What the log says of a row after a change, beside the names of what changed."""
        return ""

    def _record(self, action: Action, request: HttpRequest, obj: Any, note: str = "") -> None:
        audit.record(action, kind=self.audited_kind, key=obj.pk, title=str(obj), by=request.user, note=note)


class AuditedAccount(Audited):
    """The same of accounts: which roles they have is what somebody will want to know."""

    audited_kind = "user"

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic(using=WRITE):
            return super().user_change_password(request, *args, **kwargs)  # type: ignore[misc]

    def told(self, obj: Any) -> str:
        roles = list(obj.groups.order_by("name").values_list("name", flat=True))
        flags = [name for name in ("is_active", "is_staff", "is_superuser") if getattr(obj, name)]
        return f"roles: {', '.join(roles) or 'none'}; {', '.join(flags) or 'no flags'}"


def _changed(message: Any) -> str:
    """The names of the fields in Django's own message."""
    if not isinstance(message, list):
        return str(message)
    fields = [str(name) for part in message for name in part.get("changed", {}).get("fields", [])]
    return f"changed: {', '.join(fields)}" if fields else ""
