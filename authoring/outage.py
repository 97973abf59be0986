"""How long the desk and its API wait for a write database that does not answer, and what they say then."""

import logging
import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as failed

from authoring.middleware import ADMIN, API
from cms.patience import patience

logger = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that one question may take: another writer may hold what is asked for."""

OF_MONITORS = 1.5
"""The same of the health page, which is answered within two seconds."""

RETRY_AFTER = "5"

HEALTH = "/authoring/health/"
OURS = (ADMIN, API, HEALTH, "/preview/")


def bounded(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: nothing that a request asks the database waits for ever."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not is_ours(request):
            return get_response(request)
        with patience(OF_MONITORS if request.path_info == HEALTH else PATIENCE):
            return get_response(request)

    return answer


def is_ours(request: HttpRequest) -> bool:
    """Whether this is asked of authoring, where a process has both sides."""
    return request.path_info.startswith(OURS)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: a calm 503 where the database is to blame, be it in a view or before."""
    error = sys.exc_info()[1]
    return (
        unavailable(request, error)
        if isinstance(error, OperationalError | InterfaceError)
        else failed(request)
    )


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """Words for whoever waited; the log has the cause."""
    logger.error("the write database does not answer: %s", error)
    response: HttpResponse
    if request.path_info.startswith(API):
        response = JsonResponse({"detail": "The write database does not answer."}, status=503)
    else:
        # Without the request: what templates are told of it is asked of the database.
        again = request.get_full_path() if request.method == "GET" else ""
        response = HttpResponse(render_to_string("authoring/unavailable.html", {"again": again}), status=503)
    response["Retry-After"] = RETRY_AFTER
    response["Cache-Control"] = "no-store"
    return response
