"""The read API's addresses."""

from django.urls import path

from publishing.api import docs, views

urlpatterns = [
    path("", docs.browse, name="api-docs"),
    path("openapi.json", docs.openapi, name="api-document"),
    path("articles/", views.Articles.as_view()),
    path("articles/<str:key>/", views.Article.as_view()),
    path("authors/", views.Authors.as_view()),
    path("search/", views.Search.as_view()),
    path("site/", views.Site.as_view()),
    path("suggest/", views.Suggest.as_view()),
    path("tags/", views.Tags.as_view()),
]
