"""Articles: drafts, revisions, publish and withdraw."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from authoring.api import answers, documents, shapes
from authoring.api.access import View
from authoring.api.errors import Changed, MatchRequired
from authoring.api.paging import Newest, filtered
from authoring.models import Article, Revision
from authoring.services import articles, overview, rights, translations, trash
from authoring.services.texts import Text, text_of
from cms.databases import WRITE

PUBLISH = "publish_article"


class Articles(View):
    """Articles of the publication. An author sees and edits their own; an editor all."""

    queryset = Article.objects.none()
    serializer_class = shapes.TextShape
    permissions = {
        "list": "view_article",
        "retrieve": "view_article",
        "revisions": "view_article",
        "revision": "view_article",
        "create": "add_article",
        "update": "change_article",
        "partial_update": "change_article",
        "destroy": "change_article",
        "restore": "change_article",
        "publish": PUBLISH,
        "withdraw": PUBLISH,
    }

    @extend_schema(parameters=[shapes.Filters], responses=documents.CARDS)
    def list(self, request: Request) -> Response:
        """Newest first; `next` and `previous` are addresses."""
        own = rights.visible_to(request.user, overview.overview())
        page = Newest()
        rows = page.paginate_queryset(filtered(own, request), request, view=self)
        return page.get_paginated_response([answers.card(row) for row in rows or []])

    @extend_schema(responses={201: documents.ARTICLE})
    def create(self, request: Request) -> Response:
        """A new draft."""
        text = Text(**_grouped(valid(shapes.TextShape, request), by=request.user))
        article = articles.create(text, by=request.user)
        return answers.article(article.pk, status.HTTP_201_CREATED)

    @extend_schema(responses=documents.ARTICLE)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One article with its newest text; the ETag guards the next edit."""
        readable(request, pk)
        return answers.article(pk)

    @extend_schema(responses=documents.ARTICLE)
    def update(self, request: Request, pk: UUID) -> Response:
        """Save a draft: the whole text. Needs If-Match."""
        return self._save(request, pk, partial=False)

    @extend_schema(responses=documents.ARTICLE)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Save a draft: what changed. Needs If-Match."""
        return self._save(request, pk, partial=True)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Put the article into the trash: readers lose it at once. It can be restored for some days."""
        mine(request, pk)
        with transaction.atomic(using=WRITE):
            match(request, articles.lock(pk))
            trash.put(pk, now=timezone.now(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=documents.ARTICLE)
    def restore(self, request: Request, pk: UUID) -> Response:
        """Bring an article back from the trash, as a draft."""
        trash.restore(pk, by=request.user)
        return answers.article(pk)

    @extend_schema(responses=documents.REVISIONS)
    def revisions(self, request: Request, pk: UUID) -> Response:
        """The revisions of an article, newest first."""
        rows = readable(request, pk).revisions.order_by("-number").select_related("created_by").defer("body")
        page = Newest()
        page.ordering = ("-number",)
        found = page.paginate_queryset(rows, request, view=self)
        return page.get_paginated_response([answers.revision_card(row) for row in found or []])

    @extend_schema(responses=documents.REVISION)
    def revision(self, request: Request, pk: UUID, number: int) -> Response:
        """One revision, whole."""
        return Response(answers.revision(readable(request, pk).revisions.get(number=number)))

    @extend_schema(request=shapes.PublishShape, responses={202: documents.ACCEPTED})
    def publish(self, request: Request, pk: UUID) -> Response:
        """Make a revision what readers see; the answer names the version that says so."""
        number = valid(shapes.PublishShape, request).get("revision")
        with transaction.atomic(using=WRITE):
            article = articles.lock(pk)
            match(request, article)
            revision = numbered(article, number)
            version = articles.publish(
                pk, revision_id=revision.pk if revision else None, now=timezone.now(), by=request.user
            )
        return answers.accepted(pk, version)

    @extend_schema(request=None, responses={202: documents.ACCEPTED})
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Take the article off the public site."""
        with transaction.atomic(using=WRITE):
            match(request, articles.lock(pk))
            version = articles.withdraw(pk, now=timezone.now(), by=request.user)
        return answers.accepted(pk, version)

    def _save(self, request: Request, pk: UUID, *, partial: bool) -> Response:
        typed = valid(shapes.TextShape, request, partial=partial)
        mine(request, pk)
        if "If-Match" not in request.headers:
            raise MatchRequired
        with transaction.atomic(using=WRITE):
            article = articles.lock(pk)
            match(request, article)
            latest: Any = article.latest_revision
            typed = _grouped(typed, by=request.user, known=latest.translation)
            text = replace(text_of(latest), **typed) if partial else Text(**typed)
            articles.save_draft(pk, text, by=request.user)
        return answers.article(pk)


def _grouped(typed: dict[str, Any], *, by: Any, known: UUID | None = None) -> dict[str, Any]:
    """With the key that all translations have in common, where an article is named."""
    named = typed.get("translation")
    return (
        {**typed, "translation": translations.group_of(named, by=by)} if named and named != known else typed
    )


def mine(request: Request, pk: UUID) -> Article:
    """The article, if this user may edit it: 404 if there is none, 403 if it is another's."""
    article = Article.objects.select_related("latest_revision").get(pk=pk)
    if not rights.may_edit(request.user, article):
        raise exceptions.PermissionDenied
    return article


def readable(request: Request, pk: UUID) -> Article:
    """The article, if this user may read it: 404 if there is none, 403 if it is another's."""
    article = Article.objects.select_related("latest_revision").get(pk=pk)
    if not rights.may_see(request.user, article):
        raise exceptions.PermissionDenied
    return article


def match(request: Request, article: Article) -> None:
    """Compare If-Match, if there is one, with a locked article. Raises `Changed`."""
    wanted = request.headers.get("If-Match", "*").strip()
    current = answers.etag(article)
    if wanted != "*" and current not in [one.strip() for one in wanted.split(",")]:
        latest: Any = article.latest_revision
        raise Changed(revision=latest.number, version=article.version, etag=current)


def numbered(article: Article, number: int | None) -> Revision | None:
    """The revision of that number; None if none is named."""
    if number is None:
        return None
    found = article.revisions.filter(number=number).first()
    if found is None:
        raise exceptions.ValidationError({"revision": [f"This article has no revision {number}."]})
    return found


def valid(shape: type[shapes.Strict], request: Request, *, partial: bool = False) -> dict[str, Any]:
    checked = shape(data=request.data, partial=partial)
    checked.is_valid(raise_exception=True)
    found = dict(checked.validated_data)
    for name in ("tags", "authors"):
        if name in found:
            found[name] = tuple(dict.fromkeys(found[name]))
    return found
