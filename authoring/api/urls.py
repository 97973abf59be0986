"""Addresses of the write API."""

from typing import Any

from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

from authoring.api.access import Permitted, View
from authoring.api.articles import Articles
from authoring.api.pictures import Pictures
from authoring.api.reviews import Comments, Reviews, Sharing
from authoring.api.scheduling import Schedule
from authoring.api.subjects import Authors, Pages, Publication, Tags

PREFIX = "api/authoring/v1/"

MANY = {"get": "list", "post": "create"}
ONE = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
SINGLE = {"get": "retrieve", "put": "update", "patch": "partial_update"}


class Nothing(APIView):
    """What is not there is not there in JSON, too."""

    schema = None
    renderer_classes = View.renderer_classes

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise exceptions.NotFound


def at(address: str, view: type[View], name: str, **actions: str) -> URLPattern:
    return path(PREFIX + address, view.as_view(dict[str, Any](actions)), name=f"authoring-api-{name}")


resources = [
    at("articles/", Articles, "articles", **MANY),
    at("articles/<uuid:pk>/", Articles, "article", **ONE),
    at("articles/<uuid:pk>/revisions/", Articles, "revisions", get="revisions"),
    at("articles/<uuid:pk>/revisions/<int:number>/", Articles, "revision", get="revision"),
    at("articles/<uuid:pk>/publish/", Articles, "publish", post="publish"),
    at("articles/<uuid:pk>/withdraw/", Articles, "withdraw", post="withdraw"),
    at("articles/<uuid:pk>/restore/", Articles, "restore", post="restore"),
    at("articles/<uuid:pk>/schedule/", Schedule, "schedule", **MANY),
    at(
        "articles/<uuid:pk>/schedule/<int:change>/",
        Schedule,
        "scheduled",
        patch="partial_update",
        delete="destroy",
    ),
    at("articles/<uuid:pk>/schedule/<int:change>/retry/", Schedule, "scheduled-retry", post="retry"),
    at("articles/<uuid:pk>/reviews/", Reviews, "reviews", **MANY),
    at("articles/<uuid:pk>/approve/", Reviews, "approve", post="approve"),
    at("articles/<uuid:pk>/request-changes/", Reviews, "request-changes", post="request_changes"),
    at("articles/<uuid:pk>/withdraw-request/", Reviews, "withdraw-request", post="withdraw_request"),
    at("articles/<uuid:pk>/comments/", Comments, "comments", **MANY),
    at("articles/<uuid:pk>/comments/<int:thread>/replies/", Comments, "replies", post="reply"),
    at("articles/<uuid:pk>/comments/<int:thread>/resolve/", Comments, "resolve", post="resolve"),
    at("articles/<uuid:pk>/comments/<int:thread>/reopen/", Comments, "reopen", post="reopen"),
    at("articles/<uuid:pk>/shared/", Sharing, "shared", **MANY),
    at("articles/<uuid:pk>/shared/<str:person>/", Sharing, "shared-with", delete="destroy"),
    at("pictures/", Pictures, "pictures", **MANY),
    at("pictures/<uuid:pk>/", Pictures, "picture", get="retrieve"),
    at("tags/", Tags, "tags", **MANY),
    at("tags/<uuid:pk>/", Tags, "tag", **ONE),
    at("authors/", Authors, "authors", **MANY),
    at("authors/<uuid:pk>/", Authors, "author", **ONE),
    at("pages/", Pages, "pages", **MANY),
    at("pages/<uuid:pk>/", Pages, "page", **ONE),
    at("pages/<uuid:pk>/publish/", Pages, "page-publish", post="publish"),
    at("pages/<uuid:pk>/withdraw/", Pages, "page-withdraw", post="withdraw"),
    at("site/", Publication, "site", **SINGLE),
]

document = {
    "authentication_classes": View.authentication_classes,
    "permission_classes": View.permission_classes,
    "custom_settings": {
        "TITLE": "Imprint: write API",
        "DESCRIPTION": "Drafts, revisions, publishing and scheduling, behind a token.",
    },
}


class Document(SpectacularJSONAPIView):
    """The OpenAPI document of this API alone."""

    permissions: dict[str, str] = {}
    action = "document"


class Browser(SpectacularSwaggerSplitView):
    """The same, to look at and to try."""

    permissions: dict[str, str] = {}
    action = "browser"


urlpatterns = [
    *resources,
    path(
        PREFIX + "openapi.json",
        Document.as_view(urlconf=resources, **document),
        name="authoring-api-document",
    ),
    path(
        PREFIX + "docs/",
        Browser.as_view(
            url_name="authoring-api-document",
            authentication_classes=View.authentication_classes,
            permission_classes=[Permitted],
        ),
        name="authoring-api-docs",
    ),
    re_path(f"^{PREFIX}", Nothing.as_view()),
]
