"""Publishing's addresses beside the stored pages, which the page server answers."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from publishing import views
from publishing.pages import lists, policy
from publishing.pages.context import FEEDS

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("publishing.api.urls")),
    path("health/", views.health),
    re_path(r"^media/(?P<name>[0-9a-f]{16,64}\.[1-9][0-9]{0,4}\.webp)\Z", views.media),
    re_path(r"^cards/(?P<key>[^/]{1,64})\.(?P<digest>[0-9a-f]{16})\.png\Z", views.card),
    path("search/", views.search, name="search"),
    re_path(rf"^search/feed\.(?P<suffix>{'|'.join(FEEDS)})\Z", views.search_feed),
    re_path(
        rf"^(?:tags|authors)/[^/]+/feed\.(?:{'|'.join(FEEDS)})\Z", views.rendered, {"keep": policy.SELDOM}
    ),
    re_path(r"^sitemap/[1-9][0-9]{3}-[1-9][0-9]{0,4}\.xml\Z", views.rendered),
    path("favicon.ico", views.icon),
    re_path(r"^tags/[^/]*\+[^/]*/\Z", views.rendered),
    re_path(r"^(?:.+/)?page/[1-9][0-9]{0,5}/\Z", views.rendered),
    *(path(address.lstrip("/"), views.rendered) for address in lists.ALWAYS),
]
