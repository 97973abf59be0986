"""Authoring's addresses."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("", include("authoring.api.urls")),
]
if not settings.PUBLISHING:
    urlpatterns.append(path("", RedirectView.as_view(pattern_name="admin:index")))
