"""What the OpenAPI document says of the answers."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from authoring.api.shapes import SiteShape
from authoring.models import Review
from authoring.services import overview


def _when(**kwargs: Any) -> Any:
    return serializers.DateTimeField(allow_null=True, **kwargs)


_CARD = {
    "id": serializers.UUIDField,
    "status": lambda: serializers.ChoiceField(overview.Status.choices),
    "version": serializers.IntegerField,
    "revision": serializers.IntegerField,
    "title": serializers.CharField,
    "slug": serializers.CharField,
    "language": serializers.CharField,
    "url": lambda: serializers.URLField(allow_null=True),
    "published_at": _when,
    "changed_at": _when,
    "withdrawn_at": _when,
    "created_at": serializers.DateTimeField,
    "saved_at": serializers.DateTimeField,
    "next_publish_at": _when,
    "visible_after_ms": lambda: serializers.IntegerField(allow_null=True),
    "refusal": serializers.CharField,
}
_TEXT = {
    "summary": serializers.CharField,
    "body": serializers.CharField,
    "tags": lambda: serializers.ListField(child=serializers.UUIDField()),
    "authors": lambda: serializers.ListField(child=serializers.UUIDField()),
    "hero": lambda: serializers.UUIDField(allow_null=True),
    "translation": lambda: serializers.UUIDField(allow_null=True),
    "canonical": serializers.CharField,
    "social_title": serializers.CharField,
    "noindex": serializers.BooleanField,
}
_REVISION = {
    "number": serializers.IntegerField,
    "title": serializers.CharField,
    "slug": serializers.CharField,
    "created_at": serializers.DateTimeField,
    "created_by": lambda: serializers.CharField(allow_null=True),
    "autosaved": serializers.BooleanField,
}
_CHANGE = {
    "id": serializers.IntegerField,
    "action": serializers.CharField,
    "revision": lambda: serializers.IntegerField(allow_null=True),
    "due_at": serializers.DateTimeField,
    "zone": serializers.CharField,
    "created_at": serializers.DateTimeField,
    "done_at": _when,
    "cancelled_at": _when,
    "failed_at": _when,
    "failure": serializers.CharField,
}
_NAMED = {
    "id": serializers.UUIDField,
    "version": serializers.IntegerField,
    "name": serializers.CharField,
    "slug": serializers.CharField,
    "description": serializers.CharField,
    "picture": lambda: serializers.UUIDField(allow_null=True),
    "url": serializers.URLField,
}
_PAGE = {
    "id": serializers.UUIDField,
    "version": serializers.IntegerField,
    "title": serializers.CharField,
    "slug": serializers.CharField,
    "body": serializers.CharField,
    "language": serializers.CharField,
    "is_live": serializers.BooleanField,
    "changed_at": _when,
    "url": lambda: serializers.URLField(allow_null=True),
}
_PICTURE = {
    "id": serializers.UUIDField,
    "name": serializers.CharField,
    "src": serializers.CharField,
    "srcset": serializers.CharField,
    "width": serializers.IntegerField,
    "height": serializers.IntegerField,
    "alt": serializers.CharField,
    "credit": serializers.CharField,
    "focus": lambda: serializers.ListField(child=serializers.IntegerField()),
}


_REVIEW = {
    "id": serializers.IntegerField,
    "revision": serializers.IntegerField,
    "requested_by": lambda: serializers.CharField(allow_null=True),
    "reviewers": lambda: serializers.ListField(child=serializers.CharField()),
    "message": serializers.CharField,
    "created_at": serializers.DateTimeField,
    "decision": lambda: serializers.ChoiceField(Review.Decision.choices, allow_null=True),
    "answer": serializers.CharField,
    "decided_by": lambda: serializers.CharField(allow_null=True),
    "decided_at": _when,
}
_COMMENT = {
    "id": serializers.IntegerField,
    "thread": lambda: serializers.IntegerField(allow_null=True),
    "revision": serializers.IntegerField,
    "quote": serializers.CharField,
    "position": lambda: serializers.IntegerField(allow_null=True),
    "body": serializers.CharField,
    "created_by": lambda: serializers.CharField(allow_null=True),
    "created_at": serializers.DateTimeField,
    "resolved_by": lambda: serializers.CharField(allow_null=True),
    "resolved_at": _when,
}
_COLLEAGUE = {"person": serializers.CharField, "name": serializers.CharField}


def _built(name: str, *parts: dict[str, Any], many: bool = False) -> Any:
    fields = {field: make() for part in parts for field, make in part.items()}
    return inline_serializer(name, fields, many=many)


CARDS = _built("ArticleCard", _CARD, many=True)
ARTICLE = _built("Article", _CARD, _TEXT)
REVISIONS = _built("RevisionCard", _REVISION, many=True)
REVISION = _built("Revision", _REVISION, {"language": serializers.CharField}, _TEXT)
ACCEPTED = _built("Accepted", {"version": serializers.IntegerField, "url": serializers.URLField})
CHANGES = _built("ScheduledChanges", _CHANGE, many=True)
CHANGE = _built("ScheduledChange", _CHANGE)
NAMED = _built("Named", _NAMED)
PAGE = _built("PlainPage", _PAGE)
SITE = SiteShape
VERSION = _built("Version", {"version": serializers.IntegerField})
PICTURE = _built("Picture", _PICTURE)
PICTURES = _built("Pictures", _PICTURE, many=True)
REVIEW = _built("Review", _REVIEW)
REVIEWS = _built("Reviews", _REVIEW, many=True)
COMMENT = _built("Comment", _COMMENT)
THREADS = _built(
    "Threads", {**_COMMENT, "replies": lambda: _built("Replies", _COMMENT, many=True)}, many=True
)
COLLEAGUE = _built("Colleague", _COLLEAGUE)
COLLEAGUES = _built("Colleagues", _COLLEAGUE, many=True)
