"""Mounts each side that this process has."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []
if settings.AUTHORING:
    urlpatterns.append(path("", include("authoring.urls")))
if settings.PUBLISHING:
    # Last: it answers every path that nobody else claims.
    urlpatterns.append(path("", include("publishing.urls")))
