"""Releases in the admin: the list of them, and a new one."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from unfold.decorators import display

from authoring.admin import release_commands, release_forms, release_pages, words
from authoring.admin.filters import ReleaseFilter
from authoring.admin.schedules import COLOURS, ReadOnlyAdmin
from authoring.models import Release
from authoring.services import releases, rights


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    """Bundles of changes. A release is put together, tried and let go on a page of its own."""

    list_display = ("name", "state", "due", "holds", "created_by")
    list_filter = (ReleaseFilter,)
    search_fields = ("name", "note")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Release]:
        rows: QuerySet[Release] = super().get_queryset(request)
        return rows.select_related("created_by").annotate(size=Count("changes"))

    def get_urls(self) -> list[URLPattern]:
        return [*release_commands.urls(self), *super().get_urls()]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("authoring.view_scheduledchange"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return rights.may_publish(request.user)

    @display(description="State", label=COLOURS)
    def state(self, release: Release) -> str:
        return str(words.release_state(release)["label"])

    @display(description="Goes out", ordering="due_at")
    def due(self, release: Release) -> str:
        return words.at(release.due_at, release.zone) if release.due_at else "When somebody says so"

    @display(description="Articles")
    def holds(self, release: Any) -> int:
        return int(release.size)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = release_forms.DescribeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            made = release_forms.tried(form, lambda: releases.create(**form.cleaned_data, by=request.user))
            if made is not None:
                return redirect(reverse("admin:authoring_release_change", args=[made.pk]))
        return release_pages.page(self, request, "release_new", title="A new release", form=form)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return release_pages.show(self, request, release_pages.find(self, request, object_id))
