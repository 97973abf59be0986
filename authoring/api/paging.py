"""Lists: filters, and cursors that no forgery breaks."""

from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError as Refused
from django.db import DataError
from django.db.models import QuerySet
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from authoring.api.shapes import Filters
from authoring.models import Author, Tag
from authoring.services import finding

N = TypeVar("N", Tag, Author)


class Newest(CursorPagination):
    """Pages of 50, newest first; at most 200."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering: Any = ("-created_at", "id")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (Refused, ValueError, TypeError, OverflowError, DataError) as error:
            raise exceptions.NotFound(self.invalid_cursor_message) from error


def filtered(articles: QuerySet[Any], request: Request) -> QuerySet[Any]:
    """Those of `articles` that the query asks for."""
    checked = Filters(data=request.query_params.dict())
    checked.is_valid(raise_exception=True)
    wanted = checked.validated_data
    if "status" in wanted:
        articles = articles.filter(status=wanted["status"])
    if "language" in wanted:
        articles = articles.filter(outline__language=wanted["language"])
    if "tag" in wanted:
        articles = articles.filter(outline__tags__contains=[key_of(Tag, wanted["tag"], "tag")])
    if "author" in wanted:
        key = key_of(Author, wanted["author"], "author")
        articles = articles.filter(outline__authors__contains=[key])
    return finding.matching(articles, wanted.get("q", ""))


def key_of(model: type[N], name: str, field: str) -> UUID:
    """The key of what has that key or slug."""
    try:
        return UUID(name)
    except ValueError:
        pk = model._default_manager.filter(slug=name).values_list("pk", flat=True).first()
    if pk is None:
        raise exceptions.ValidationError({field: [f"There is no {field} “{name}”."]})
    return pk
