"""Publishing's addresses beside the stored pages, which the page server answers."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from publishing import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("publishing.api.urls")),
    path("health/", views.health),
    re_path(r"^media/(?P<name>[0-9a-f]{16,64}\.[1-9][0-9]{0,4}\.webp)\Z", views.media),
    path("search/", views.search, name="search"),
    re_path(r"^(?:.+/)?page/[1-9][0-9]{0,5}/\Z", views.rendered),
    *(
        path(address, views.rendered)
        for address in (
            "",
            "archive/",
            "tags/",
            "authors/",
            "feeds/articles.atom",
            "sitemap.xml",
            "robots.txt",
        )
    ),
]
