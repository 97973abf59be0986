"""What a preview link shows: an article as readers will see it, to whoever has the link and nobody else."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_safe
from rest_framework.throttling import SimpleRateThrottle

from authoring.admin import preview
from authoring.services import links
from authoring.services.texts import text_of
from cms import rendering
from cms.policy import csp_of

NOWHERE = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=robots content=noindex><title>Not found</title>\
<p>There is nothing here, or not any more.</p></html>\n"
)
TOO_OFTEN = "Too many requests. Try again later.\n"
HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


class Throttle(SimpleRateThrottle):
    """How often one address may open preview links, right or wrong."""

    rate = settings.PREVIEW_THROTTLE or None
    scope = "preview"

    def get_cache_key(self, request: HttpRequest, view: object) -> str:
        return f"preview-{self.get_ident(request)}"  # type: ignore[arg-type]


def urls() -> list[URLPattern]:
    """Everything below /preview/: what is no token answers as a wrong one does."""
    return [path("preview/<path:token>", show, name="authoring_preview")]


@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The page that a token leads to. No cookie is read or set, and nothing tells wrong from expired."""
    throttle = Throttle()
    if not throttle.allow_request(request, None):  # type: ignore[arg-type]
        wait = str(max(1, round(throttle.wait() or 1)))
        return HttpResponse(
            TOO_OFTEN, status=429, content_type="text/plain", headers={**HEADERS, "Retry-After": wait}
        )
    page = _page(token.removesuffix("/"), request)
    headers = {**HEADERS, "Content-Security-Policy": csp_of(page or "", script_src="'self'")}
    return HttpResponse(page or NOWHERE, status=200 if page else 404, headers=headers)


def _page(token: str, request: HttpRequest) -> str | None:
    now = timezone.now()
    found = links.follow(token, now=now)
    if found is None:
        return None
    article, revision = found
    try:
        context = preview.context(text_of(revision), article)
    except rendering.Unrenderable:
        return None
    if request.method == "GET":
        links.note_use(token, now=now)
    # Without the request: what Django would add to it knows who is logged in.
    return render_to_string("authoring/shared.html", context)
