"""Which side tells of a failure, in a process that has both."""

from django.http import HttpRequest, HttpResponse

from authoring import outage
from publishing import views


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500."""
    return outage.server_error(request) if outage.is_ours(request) else views.server_error(request)
