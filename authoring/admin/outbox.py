"""The outbox in the admin: what readers are owed."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from authoring import resending, tasks
from authoring.admin import words
from authoring.admin.filters import SettledFilter
from authoring.admin.schedules import ReadOnlyAdmin
from authoring.models import OutboxMessage


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """Rows are written by services and settled by publishing; operators can only have them sent once more."""

    list_display = ("what", "state", "version", "created", "seen", "attempts", "acknowledged", "why")
    list_filter = (SettledFilter, "kind")
    search_fields = ("=key",)
    search_help_text = "The whole key"
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("owe_again", "retry_refused")
    fields = (
        "type", "key", "version", "schema", "created_at", "attempts", "again", "next_attempt_at",
        "acknowledged_at", "applied_at", "replicated_at", "refusal", "digest", "message",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        rows: QuerySet[OutboxMessage] = super().get_queryset(request)
        return (
            rows.defer("message")
            if request.resolver_match and "changelist" in str(request.resolver_match.url_name)
            else rows
        )

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("authoring.change_outboxmessage"))

    @display(description="What", ordering="kind", header=True)
    def what(self, message: OutboxMessage) -> tuple[str, str]:
        return message.type, message.key

    @display(description="State", label={"owed": "warning", "refused": "danger", "acknowledged": "success"})
    def state(self, message: OutboxMessage) -> tuple[str, str]:
        if message.refusal:
            return "refused", "Refused"
        return ("acknowledged", "Acknowledged") if message.acknowledged_at else ("owed", "Owed")

    @display(description="Created", ordering="created_at")
    def created(self, message: OutboxMessage) -> Any:
        return words.ago(message.created_at)

    @display(description="Visible after")
    def seen(self, message: OutboxMessage) -> str:
        return words.duration(message.applied_at - message.created_at) if message.applied_at else "—"

    @display(description="Acknowledged", ordering="acknowledged_at")
    def acknowledged(self, message: OutboxMessage) -> Any:
        return words.ago(message.acknowledged_at) or "—"

    @display(description="Refusal", empty_value="")
    def why(self, message: OutboxMessage) -> str:
        return message.refusal

    @admin.action(description="Owe the newest message of these again", permissions=["operate"])
    def owe_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        owed = resending.replay(queryset.values_list("kind", "key"), by=request.user)
        tasks.wake_relay()
        self.message_user(request, f"Owed again: {owed}.", messages.SUCCESS)

    @admin.action(description="Retry what was refused", permissions=["operate"])
    def retry_refused(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        chosen = queryset.exclude(refusal="").values_list("kind", "key")
        retried = resending.retry_refused(chosen, by=request.user)
        tasks.wake_relay()
        self.message_user(request, f"Sent again: {retried}.", messages.SUCCESS)
