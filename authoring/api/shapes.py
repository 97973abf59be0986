"""The shapes of what comes in: they check types, services check content. They never save."""

import datetime as dt
from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from authoring.models import ScheduledChange
from authoring.services.overview import Status


class Line(serializers.CharField):
    """A string: numbers are not taken for one, and nothing is trimmed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, "allow_blank": True, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Strict(serializers.Serializer[Any]):
    """Refuses what it does not know: a misspelt field would be ignored in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            raise serializers.ValidationError({str(name): ["Unknown field."] for name in sorted(unknown)})
        return super().to_internal_value(data)


class Keys(serializers.ListField):
    """Keys of tags or authors."""

    child = serializers.UUIDField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 100, "required": False, **kwargs})


class TextShape(Strict):
    """The text of an article; the body is Markdown, tags and authors are keys.

    `translation` is the key of an article that this one translates. It comes back as the key that all
    translations have in common.
    """

    title = Line()
    slug = Line()
    summary = Line(required=False)
    body = Line(required=False)
    language = Line(required=False, default=settings.LANGUAGE_CODE)
    tags = Keys()
    authors = Keys()
    hero = serializers.UUIDField(required=False, allow_null=True)
    translation = serializers.UUIDField(required=False, allow_null=True)
    canonical = Line(required=False)
    social_title = Line(required=False)
    noindex = serializers.BooleanField(required=False)


class PublishShape(Strict):
    """Which revision, by number; the newest unless named."""

    revision = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


@extend_schema_field(OpenApiTypes.DATETIME)
class Moment(serializers.Field[dt.datetime, str, str, Any]):
    """A time in ISO 8601, with or without an offset."""

    default_error_messages = {"invalid": "This is no time in ISO 8601, such as 2026-03-01T09:00."}

    def to_internal_value(self, data: str) -> dt.datetime:
        try:
            return dt.datetime.fromisoformat(data)
        except (TypeError, ValueError):
            self.fail("invalid")

    def to_representation(self, value: dt.datetime) -> str:
        return value.isoformat()


class MoveShape(Strict):
    """When. A time without offset is local to `zone`; `fold`: which of two equal hours."""

    due_at = Moment()
    zone = Line(required=False)
    fold = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["due_at"].tzinfo is None and not attrs.get("zone"):
            raise serializers.ValidationError({"zone": ["A time without an offset needs a zone."]})
        return attrs


class ScheduleShape(PublishShape, MoveShape):
    """What happens when."""

    action = Line()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("revision") and attrs["action"] != ScheduledChange.Action.PUBLISH:
            raise serializers.ValidationError({"revision": ["Only a publish names a revision."]})
        return super().validate(attrs)


class SubmitShape(Strict):
    """Whom to ask for a review, by user name, and what they should know."""

    reviewers = serializers.ListField(child=Line(max_length=150), max_length=100, required=False)
    message = Line(required=False)


class DecisionShape(Strict):
    """A revision, by number, and what is said to it."""

    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    answer = Line(required=False)


class ReplyShape(Strict):
    """What is said."""

    body = Line()


class CommentShape(ReplyShape):
    """What is said of a revision; `quote` is a passage of it, `before` and `after` stand around it."""

    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    quote = Line(required=False)
    before = Line(required=False)
    after = Line(required=False)


class ShareShape(Strict):
    """The user name of a colleague."""

    person = Line()


class Filters(Strict):
    """How a list of articles is narrowed down. A tag or an author is named by its key or slug."""

    status = serializers.ChoiceField(Status.choices, required=False)
    language = Line(required=False)
    tag = Line(required=False)
    author = Line(required=False)
    q = Line(required=False, max_length=200)
    cursor = Line(required=False)
    page_size = Line(required=False)


class NamedShape(Strict):
    """A tag or an author; the description is Markdown."""

    name = Line()
    slug = Line()
    description = Line(required=False, default="")
    picture = serializers.UUIDField(required=False, allow_null=True, default=None)


class PageShape(Strict):
    """A plain page; the body is Markdown."""

    title = Line()
    slug = Line()
    body = Line(required=False, default="")
    language = Line(required=False, default=settings.LANGUAGE_CODE)


class LinkShape(Strict):
    """One entry of the navigation."""

    label = Line()  # type: ignore[assignment]
    url = Line()


class SiteShape(Strict):
    """The publication itself; the footer is Markdown, colours are #rrggbb, the logo is a picture's key."""

    name = Line()
    description = Line(required=False, default="")
    navigation = LinkShape(many=True, required=False, default=list)
    footer = Line(required=False, default="")
    accent = Line(required=False, default="")
    accent_dark = Line(required=False, default="")
    logo = serializers.UUIDField(required=False, allow_null=True, default=None)


class PictureShape(Strict):
    """An upload."""

    file = serializers.FileField()
    alt = Line(required=False, max_length=500, default="")
    credit = Line(required=False, max_length=200, default="")
