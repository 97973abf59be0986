"""Scheduled changes of all articles, to read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display

from authoring.admin import calendar, words
from authoring.admin.filters import ChangeFilter
from authoring.models import ScheduledChange
from authoring.services import rights, scheduling

COLOURS = {
    "Waiting": "info",
    "Open": "default",
    "Overdue": "danger",
    "Done": "success",
    "Failed": "danger",
    "Cancelled": "default",
}


class ReadOnlyAdmin(ModelAdmin):
    """Rows that come from services alone."""

    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ScheduledChange)
class ScheduledChangeAdmin(ReadOnlyAdmin):
    """What will happen, and what became of what should have. Cancelled and retried beside the article."""

    list_display = ("what", "state", "due", "told", "reason", "created_by")
    list_display_links = None
    list_filter = (ChangeFilter, "action")
    search_fields = ("article__latest_revision__title",)
    ordering = ("-due_at", "-pk")
    actions = ("again",)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return rights.may_publish(request.user)

    @admin.action(description="Try again", permissions=["publish"])
    def again(self, request: HttpRequest, queryset: QuerySet[ScheduledChange]) -> None:
        done = sum(scheduling.retry(change.pk, by=request.user) for change in queryset)
        self.message_user(
            request, f"{done} of {len(queryset)} wait again and are due at once; only what failed can."
        )

    def get_urls(self) -> list[URLPattern]:
        return [*calendar.urls(self), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduledChange]:
        rows: QuerySet[ScheduledChange] = super().get_queryset(request)
        return rows.select_related("article__latest_revision", "revision", "created_by")

    @display(description="Article", ordering="article__latest_revision__title")
    def what(self, change: ScheduledChange) -> SafeString:
        address = reverse("admin:authoring_article_change", args=[change.article_id])
        return format_html(
            '<a class="font-semibold text-important" href="{}">{}</a>', address, change.article
        )

    @display(description="State", label=COLOURS)
    def state(self, change: ScheduledChange) -> str:
        return str(words.change_state(change)["label"])

    @display(description="What and when", ordering="due_at")
    def due(self, change: ScheduledChange) -> str:
        what = change.get_action_display()
        if change.revision:
            what = f"{what} revision {change.revision.number}"
        return f"{what} at {words.at(change.due_at, change.zone)}"

    @display(description="Failure", empty_value="")
    def reason(self, change: ScheduledChange) -> str:
        return change.failure

    @display(description="")
    def told(self, change: ScheduledChange) -> Any:
        return words.change_state(change)["moment"]
