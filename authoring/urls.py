"""Authoring's addresses."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from authoring.admin import audit, health, inbox, media, shared

handler500 = "authoring.outage.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    *audit.urls(),
    *shared.urls(),
    *health.urls(),
    path("admin/inbox/", admin.site.admin_view(inbox.page), name="authoring-inbox"),
    path("admin/inbox/<int:pk>/", admin.site.admin_view(inbox.look), name="authoring-inbox-look"),
    path("admin/", admin.site.urls),
    path("", include("authoring.api.urls")),
]
if not settings.PUBLISHING:
    urlpatterns += [
        path("", RedirectView.as_view(pattern_name="admin:index")),
        re_path(r"^media/(?P<name>[0-9a-f]{64}\.\d+\.webp)$", media.serve),
    ]
