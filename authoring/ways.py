"""Which way a request comes, for the audit log."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from authoring.services import audit

Answer = Callable[[HttpRequest], HttpResponse]


class TellWay:
    """Whatever a request does came through the admin or the API; a token says which later."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with audit.through("API" if request.path.startswith("/api/") else "admin"):
            return self.get_response(request)
