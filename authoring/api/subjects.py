"""Tags, authors, plain pages and the site."""

from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from authoring.api import answers, documents, shapes
from authoring.api.access import View
from authoring.api.articles import valid
from authoring.models import Author, Picture, PlainPage, Site, Tag
from authoring.services import site, subjects
from cms.databases import WRITE


class Named(View):
    """Tags and authors. A new name reaches every article that carries it."""

    serializer_class = shapes.NamedShape
    model: ClassVar[type[Tag | Author]]

    def list(self, request: Request) -> Response:
        """By name."""
        return Response([answers.named(row) for row in self.model._default_manager.order_by("name", "pk")])

    @extend_schema(responses={201: documents.NAMED})
    def create(self, request: Request) -> Response:
        """A new one: readers see it at once."""
        return Response(
            answers.named(self._save(request, self.model(), valid(shapes.NamedShape, request))), status=201
        )

    @extend_schema(responses=documents.NAMED)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One of them."""
        return Response(answers.named(self.model._default_manager.get(pk=pk)))

    @extend_schema(responses=documents.NAMED)
    def update(self, request: Request, pk: UUID) -> Response:
        """Save it whole."""
        return self._change(request, pk, partial=False)

    @extend_schema(responses=documents.NAMED)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Save what changed."""
        return self._change(request, pk, partial=True)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take it off the site, unless an article carries it."""
        delete = subjects.delete_tag if self.model is Tag else subjects.delete_author
        delete(pk, now=timezone.now(), by=request.user)
        return Response(status=204)

    def _change(self, request: Request, pk: UUID, *, partial: bool) -> Response:
        typed = valid(shapes.NamedShape, request, partial=partial)
        with transaction.atomic(using=WRITE):
            row = self.model._default_manager.select_for_update().get(pk=pk)
            return Response(answers.named(self._save(request, row, typed)))

    def _save(self, request: Request, row: Any, typed: dict[str, Any]) -> Any:
        if "picture" in typed:
            typed["picture_id"] = known_picture(typed.pop("picture"))
        save = subjects.save_tag if self.model is Tag else subjects.save_author
        return save(changed(row, typed), now=timezone.now(), by=request.user)


class Tags(Named):
    """Tags of articles."""

    model = Tag
    queryset = Tag.objects.none()
    permissions = {
        "list": "view_tag",
        "retrieve": "view_tag",
        "create": "add_tag",
        "update": "change_tag",
        "partial_update": "change_tag",
        "destroy": "delete_tag",
    }


class Authors(Named):
    """Who signs articles."""

    model = Author
    queryset = Author.objects.none()
    permissions = {
        "list": "view_author",
        "retrieve": "view_author",
        "create": "add_author",
        "update": "change_author",
        "partial_update": "change_author",
        "destroy": "delete_author",
    }


class Pages(View):
    """Plain pages, such as About."""

    queryset = PlainPage.objects.none()
    serializer_class = shapes.PageShape
    permissions = {
        "list": "view_plainpage",
        "retrieve": "view_plainpage",
        "create": "add_plainpage",
        "update": "change_plainpage",
        "partial_update": "change_plainpage",
        "destroy": "delete_plainpage",
        "publish": "change_plainpage",
        "withdraw": "change_plainpage",
    }

    def list(self, request: Request) -> Response:
        """By title."""
        return Response([answers.page(row) for row in PlainPage.objects.order_by("title", "pk")])

    @extend_schema(responses={201: documents.PAGE})
    def create(self, request: Request) -> Response:
        """A new page that readers do not see yet."""
        row = changed(PlainPage(), valid(shapes.PageShape, request))
        return Response(answers.page(site.save_page(row, now=timezone.now(), by=request.user)), status=201)

    @extend_schema(responses=documents.PAGE)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One page."""
        return Response(answers.page(PlainPage.objects.get(pk=pk)))

    @extend_schema(responses=documents.PAGE)
    def update(self, request: Request, pk: UUID) -> Response:
        """Save it whole; if it is public, readers see the change."""
        return self._change(request, pk, partial=False)

    @extend_schema(responses=documents.PAGE)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Save what changed; if it is public, readers see the change."""
        return self._change(request, pk, partial=True)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take the page off the site and forget it. Its address stays reserved."""
        site.delete_page(pk, now=timezone.now(), by=request.user)
        return Response(status=204)

    @extend_schema(request=None, responses={202: documents.VERSION})
    def publish(self, request: Request, pk: UUID) -> Response:
        """Put the page on the public site."""
        return Response({"version": site.publish_page(pk, now=timezone.now(), by=request.user)}, status=202)

    @extend_schema(request=None, responses={202: documents.VERSION})
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Take the page off the public site."""
        return Response({"version": site.withdraw_page(pk, now=timezone.now(), by=request.user)}, status=202)

    def _change(self, request: Request, pk: UUID, *, partial: bool) -> Response:
        typed = valid(shapes.PageShape, request, partial=partial)
        with transaction.atomic(using=WRITE):
            row = PlainPage.objects.select_for_update().get(pk=pk)
            saved = site.save_page(changed(row, typed), now=timezone.now(), by=request.user)
        return Response(answers.page(saved))


class Publication(View):
    """The site itself: name, description, navigation, footer."""

    queryset = Site.objects.none()
    serializer_class = shapes.SiteShape
    permissions = {"retrieve": "view_site", "update": "change_site", "partial_update": "change_site"}

    @extend_schema(responses=documents.SITE)
    def retrieve(self, request: Request) -> Response:
        """The site."""
        return Response(answers.site(Site.objects.get(pk=1)))

    @extend_schema(responses=documents.SITE)
    def update(self, request: Request) -> Response:
        """Save it whole; readers see the change."""
        return self._change(request, partial=False)

    @extend_schema(responses=documents.SITE)
    def partial_update(self, request: Request) -> Response:
        """Save what changed; readers see the change."""
        return self._change(request, partial=True)

    def _change(self, request: Request, *, partial: bool) -> Response:
        typed = valid(shapes.SiteShape, request, partial=partial)
        if "logo" in typed:
            typed["logo_id"] = known_picture(typed.pop("logo"), field="logo")
        with transaction.atomic(using=WRITE):
            row = Site.objects.select_for_update().filter(pk=1).first() or Site()
            saved = site.save_site(changed(row, typed), now=timezone.now(), by=request.user)
        return Response(answers.site(saved))


def changed(row: Any, typed: dict[str, Any]) -> Any:
    """`row` with what was typed."""
    for name, value in typed.items():
        setattr(row, name, value)
    return row


def known_picture(key: UUID | None, field: str = "picture") -> UUID | None:
    """`key`, if there is such a picture. Raises `ValidationError` on `field`."""
    if key and not Picture.objects.filter(pk=key).exists():
        raise ValidationError({field: f"There is no such picture: {key}."})
    return key
