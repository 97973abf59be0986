"""Scheduled changes of an article, as a sub-resource."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from authoring.api import answers, documents, shapes
from authoring.api.access import View
from authoring.api.articles import PUBLISH, mine, numbered, valid
from authoring.api.errors import AtOdds
from authoring.models import Article, ScheduledChange
from authoring.services import scheduling, zones


class Schedule(View):
    """What will happen to an article, and what became of what should have."""

    queryset = ScheduledChange.objects.none()
    serializer_class = shapes.ScheduleShape
    permissions = {
        "list": "view_article",
        "create": PUBLISH,
        "partial_update": PUBLISH,
        "retry": PUBLISH,
        "destroy": PUBLISH,
    }

    @extend_schema(responses=documents.CHANGES)
    def list(self, request: Request, pk: UUID) -> Response:
        """Every scheduled change of the article, latest first."""
        changes = mine(request, pk).scheduled_changes.select_related("revision").order_by("-due_at", "-pk")
        return Response([answers.change(one) for one in changes])

    @extend_schema(responses={201: documents.CHANGE})
    def create(self, request: Request, pk: UUID) -> Response:
        """Publish a revision (the newest unless named) or withdraw the article, at a time."""
        wanted = valid(shapes.ScheduleShape, request)
        article = Article.objects.get(pk=pk)
        revision = numbered(article, wanted.get("revision"))
        change = scheduling.schedule(
            pk,
            action=wanted["action"],
            due_at=_moment(wanted),
            zone=wanted.get("zone") or settings.TIME_ZONE,
            revision_id=revision.pk if revision else None,
            now=timezone.now(),
            by=request.user,
        )
        return Response(answers.change(change), status=201)

    @extend_schema(request=shapes.MoveShape, responses=documents.CHANGE)
    def partial_update(self, request: Request, pk: UUID, change: int) -> Response:
        """Let a change that waits, or failed, happen at another time."""
        _exists(pk, change)
        wanted = valid(shapes.MoveShape, request)
        moved = scheduling.move(
            change,
            due_at=_moment(wanted),
            zone=wanted.get("zone") or settings.TIME_ZONE,
            now=timezone.now(),
            by=request.user,
        )
        return _changed(change, moved)

    @extend_schema(request=None, responses=documents.CHANGE)
    def retry(self, request: Request, pk: UUID, change: int) -> Response:
        """Let a change that failed wait again: it is due at once."""
        _exists(pk, change)
        return _changed(change, scheduling.retry(change, by=request.user), "This change did not fail.")

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID, change: int) -> Response:
        """Cancel a change that waits, or lay one aside that failed."""
        _exists(pk, change)
        if not scheduling.cancel(change, now=timezone.now(), by=request.user):
            raise AtOdds("This change does not wait any more.")
        return Response(status=204)


def _exists(pk: UUID, change: int) -> None:
    if not ScheduledChange.objects.filter(article=pk, pk=change, article__trashed_at=None).exists():
        raise Http404


def _changed(change: int, done: bool, otherwise: str = "This change does not wait any more.") -> Response:
    if not done:
        raise AtOdds(otherwise)
    return Response(answers.change(ScheduledChange.objects.select_related("revision").get(pk=change)))


def _moment(wanted: dict[str, Any]) -> Any:
    due_at = wanted["due_at"]
    if due_at.tzinfo is None:
        return zones.resolve(due_at, wanted["zone"], fold=wanted.get("fold"))
    return due_at
