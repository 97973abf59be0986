"""Mounts each side that this process has."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []
if settings.AUTHORING:
    urlpatterns.append(path("", include("authoring.urls")))
if settings.PUBLISHING:
    urlpatterns.append(path("", include("publishing.urls")))
    handler400 = "publishing.views.bad_request"
    handler404 = "publishing.views.not_found"
    handler500 = "publishing.views.server_error"
