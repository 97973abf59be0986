"""What services refuse, as HTTP."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import ValidationError as Refused
from django.db import InterfaceError, OperationalError
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from authoring.services.approval import NotApproved
from authoring.services.articles import Conflict, NoSuchArticle, NotPublished
from authoring.services.comments import TooMany
from authoring.services.reviews import NotInReview
from authoring.services.rights import Forbidden
from authoring.services.subjects import InUse


class TooLarge(exceptions.APIException):
    """413: the body is larger than anything that could be meant."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE

    def __init__(self, most: int) -> None:
        super().__init__(f"The body is too large; {most:,} bytes are the most.")


class MatchRequired(exceptions.APIException):
    """428: without If-Match somebody else's edit could be lost."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = "Send If-Match with the ETag that you read, so that nobody's edit is lost."


class Changed(exceptions.APIException):
    """412: it is not what If-Match names any more. The body says what it is now."""

    status_code = status.HTTP_412_PRECONDITION_FAILED

    def __init__(self, *, revision: int, version: int, etag: str) -> None:
        super().__init__(f"Revision {revision} at version {version} is current.")
        self.current = {"revision": revision, "version": version, "etag": etag}


class AtOdds(exceptions.APIException):
    """409: not possible as things stand."""

    status_code = status.HTTP_409_CONFLICT


class TooFast(exceptions.APIException):
    """429: more than anybody does by hand."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS


class Unavailable(exceptions.APIException):
    """503: the write database does not answer."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The write database does not answer."
    wait = 5


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response to an error; None for a bug."""
    response = exception_handler(translate(error), context)
    if response is not None and isinstance(error, Changed):
        response.data.update(error.current)
    return response


def translate(error: Exception) -> Exception:
    """A service's refusal as the exception that DRF knows."""
    match error:
        case Refused():
            return exceptions.ValidationError(by_field(error))
        case NoSuchArticle() | ObjectDoesNotExist():
            return exceptions.NotFound()
        case Forbidden():
            return exceptions.PermissionDenied(str(error))
        case NotPublished():
            return AtOdds("This is not published.")
        case Conflict() | NotApproved() | NotInReview():
            return AtOdds(str(error))
        case TooMany():
            return TooFast(str(error))
        case InUse():
            return AtOdds(str(error))
        case OperationalError() | InterfaceError():
            return Unavailable()
    return error


def by_field(error: Refused) -> dict[str, list[str]]:
    """Messages by field."""
    if hasattr(error, "error_dict"):
        return error.message_dict
    return {"non_field_errors": error.messages}
