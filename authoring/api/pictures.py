"""Pictures: uploaded, re-encoded, named by their content."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from authoring.api import answers, documents, shapes
from authoring.api.access import View
from authoring.api.articles import valid
from authoring.api.paging import Newest
from authoring.models import Picture
from authoring.services import pictures


class Pictures(View):
    """Pictures of the publication."""

    queryset: QuerySet[Picture] = Picture.objects.none()
    serializer_class = shapes.PictureShape
    parser_classes = [MultiPartParser]
    permissions = {"list": "view_picture", "retrieve": "view_picture", "create": "add_picture"}
    max_bytes = 21_000_000

    @extend_schema(responses=documents.PICTURES)
    def list(self, request: Request) -> Response:
        """Newest first."""
        page = Newest()
        rows = page.paginate_queryset(Picture.objects.all(), request, view=self)
        return page.get_paginated_response([answers.picture(row) for row in rows or []])

    @extend_schema(responses={201: documents.PICTURE})
    def create(self, request: Request) -> Response:
        """Upload a JPEG, PNG or WebP. The same pixels twice are one picture."""
        typed = valid(shapes.PictureShape, request)
        file = typed["file"]
        row = pictures.add(
            file.read(), name=file.name, alt=typed["alt"], credit=typed["credit"], by=request.user
        )
        return Response(answers.picture(row), status=201)

    @extend_schema(responses=documents.PICTURE)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One picture."""
        return Response(answers.picture(Picture.objects.get(pk=pk)))
