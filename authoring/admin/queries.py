"""What no address of the admin contains."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

Answer = Callable[[HttpRequest], HttpResponse]


def refuse_nul(answer: Answer) -> Answer:
    """Answer 400 to a query with a null character: filters and search would ask Postgres, which takes none."""

    def refusing(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/admin/") and any("\0" in "".join(pair) for pair in _pairs(request)):
            return HttpResponseBadRequest("No query contains a null character.\n", content_type="text/plain")
        return answer(request)

    return refusing


def _pairs(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() for value in values]
