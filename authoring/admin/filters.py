"""How the list of articles is narrowed down."""

from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from unfold.contrib.filters.admin import DropdownFilter

from authoring.admin.forms import language
from authoring.models import Author, ScheduledChange, Tag
from authoring.services import approval, finding, releases, scheduling
from authoring.services.overview import REVIEWED, Status


class StatusFilter(DropdownFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        hidden = () if approval.is_on() else REVIEWED
        return [(status.value, status.label) for status in Status if status not in hidden]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class LanguageFilter(DropdownFilter):
    title = "language"
    parameter_name = "language"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, language(code)) for code in finding.languages()]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(outline__language=self.value()) if self.value() else queryset


class _NamedFilter(DropdownFilter):
    model: ClassVar[type[Tag | Author]]
    column: ClassVar[str]

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        rows = self.model._default_manager.order_by("name").values_list("slug", "name")
        return list(rows) or [("", "None yet")]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        key = self.model._default_manager.filter(slug=self.value()).values_list("pk", flat=True).first()
        return queryset.filter(**{f"outline__{self.column}__contains": [key]}) if key else queryset.none()


class TagFilter(_NamedFilter):
    title = "tag"
    parameter_name = "tag"
    model = Tag
    column = "tags"


class AuthorFilter(_NamedFilter):
    title = "author"
    parameter_name = "author"
    model = Author
    column = "authors"


class ChangeFilter(SimpleListFilter):
    """Scheduled changes by what became of them."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("waiting", "Waiting"),
            ("overdue", "Overdue"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ]

    def queryset(self, request: Any, queryset: QuerySet[ScheduledChange]) -> QuerySet[ScheduledChange]:
        match self.value():
            case "waiting":
                return queryset.filter(done_at=None, failed_at=None, cancelled_at=None)
            case "overdue":
                return queryset.filter(pk__in=scheduling.overdue().values("pk"))
            case "failed":
                return queryset.filter(pk__in=scheduling.failed().values("pk"))
            case "done" | "cancelled" as state:
                return queryset.filter(**{f"{state}_at__isnull": False})
        return queryset


class ReleaseFilter(SimpleListFilter):
    """Releases by what became of them."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("failed", "Failed"), ("done", "Done"), ("cancelled", "Cancelled")]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "open":
                return queryset.filter(done_at=None, cancelled_at=None)
            case "failed":
                return queryset.filter(pk__in=releases.failed().values("pk"))
            case "done" | "cancelled" as state:
                return queryset.filter(**{f"{state}_at__isnull": False})
        return queryset


class SettledFilter(SimpleListFilter):
    """Outbox messages by whether readers have them."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("owed", "Owed"), ("acknowledged", "Acknowledged"), ("refused", "Refused")]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "owed":
                return queryset.filter(acknowledged_at=None, refusal="")
            case "acknowledged":
                return queryset.filter(acknowledged_at__isnull=False)
            case "refused":
                return queryset.exclude(refusal="")
        return queryset
