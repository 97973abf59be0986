"""Mounts each side that this process has."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []
if settings.AUTHORING:
    handler500 = "authoring.outage.server_error"
    urlpatterns.append(path("", include("authoring.urls")))
if settings.PUBLISHING:
    urlpatterns.append(path("", include("publishing.urls")))
    handler400 = "publishing.views.bad_request"
    handler404 = "publishing.views.not_found"
    handler500 = "config.errors.server_error" if settings.AUTHORING else "publishing.views.server_error"
