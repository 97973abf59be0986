"""What is rendered on demand: search, lists' later pages, files of pictures, health, and errors."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from publishing import drawing, reading, results
from publishing import search as searching
from publishing.models import PublishedArticle
from publishing.pages import cards, context, feeds, lists, notices, policy, subjects
from publishing.pages.store import Finished

logger = logging.getLogger(__name__)

Response = TypeVar("Response", bound=HttpResponseBase)

RETRY_AFTER = "5"
BEST = 50
"""Of how many matches the feed of a search takes the newest."""


class DatabaseDown:
    """Middleware: readers are answered from any database that answers; where none does, they get a calm 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is None or not match._func_path.startswith("publishing."):
            return None
        try:
            return reading.ask(lambda: view(request, *args, **kwargs))
        except (OperationalError, InterfaceError) as error:
            return self._unavailable(request, error)

    def _unavailable(self, request: HttpRequest, error: Exception) -> HttpResponseBase:
        logger.error("the read database does not answer: %s", error)
        response: HttpResponse
        if request.path.startswith("/api/"):
            response = JsonResponse({"detail": "Please try again soon."}, status=503)
        else:
            page = notices.unavailable(context.nameless())
            response = _response(page)
            response["Content-Security-Policy"] = policy.csp_of(page.content.decode())
        response["Retry-After"] = RETRY_AFTER
        response["Cache-Control"] = policy.NEVER
        return response


@require_safe
@gzip_page
def search(request: HttpRequest) -> HttpResponseBase:
    """A page of results, or words about why there are none and what there is instead."""
    html = get_template("publishing/search.html").render(results.shown(request.GET.dict()))
    # The suggestions while somebody types are the only script of the public site.
    csp = policy.csp(script_src="'self'", connect_src="'self'")
    response = HttpResponse(html)
    response["Surrogate-Key"] = "list"
    return _conditional(request, _public(response, csp=csp))


@require_safe
@gzip_page
def search_feed(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """The newest of the best matches, as a feed."""
    query, language = request.GET.get("q", "").strip(), request.GET.get("language", "")
    try:
        hits = searching.search(query, language=language, limit=BEST).hits
    except searching.BadQuery as error:
        return _plain(f"{error}\n", status=400)
    site, asked = context.site(), results.asked(query, language)
    found = PublishedArticle.objects.defer("text").in_bulk([hit.key for hit in hits]) if hits else {}
    newest = feeds.newest_of(list(found.values()))
    feed = feeds.Feed(
        title=f"“{query}” · {site.name}",
        description=site.description,
        path=f"/search/feed.{suffix}{asked}",
        page=f"/search/{asked}",
        updated=max((article.updated_at for article in newest), default=context.LONG_AGO),
    )
    built = replace(feeds.build(suffix, feed, newest, site=site), surrogate_keys="list")
    return _conditional(request, _public(_response(built), policy.SELDOM))


@require_safe
@gzip_page
def rendered(request: HttpRequest, *, keep: str = policy.CACHE) -> HttpResponseBase:
    """What is not stored: a list's later pages, several tags together, and the feeds of tags and authors."""
    right = subjects.canonical(request.path).removesuffix("page/1/")
    if right != request.path:
        return redirect(right, permanent=True)
    found = lists.render(request.path, site=context.site())
    if found is None:
        raise Http404
    return _conditional(request, _public(_response(found), keep))


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """For those who ask for it without having read a page."""
    response = redirect(static("cms/mark.png"))
    response["Cache-Control"] = policy.SELDOM
    return _with_common(response)


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file of a picture. Its name is the digest of what it shows: it never changes."""
    etag = f'"{name}"'
    if known := get_conditional_response(request, etag=etag):
        return known
    try:
        response = FileResponse(default_storage.open(name), content_type="image/webp")
    except FileNotFoundError as error:
        raise Http404 from error
    response["ETag"] = etag
    response["Cache-Control"] = policy.FOR_EVER
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return _with_common(response)


@require_safe
def card(request: HttpRequest, key: str, digest: str) -> HttpResponseBase:
    """The picture by which an article is shared; under an older digest, where it is now."""
    article = PublishedArticle.objects.only("title", "authors").filter(pk=key).first()
    shown = cards.card(article, context.site()) if article else None
    if shown is None:
        raise Http404
    if shown.digest != digest:
        return _with_common(redirect(cards.path(key, shown)))
    try:
        response = HttpResponse(drawing.desk.png(shown), content_type="image/png")
    except drawing.Busy:
        response = _plain("Please try again soon.\n", status=503)
        response["Retry-After"] = RETRY_AFTER
        return _with_common(response)
    response["Cache-Control"] = policy.FOR_EVER
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return _with_common(response)


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether a database answers readers, how many pages wait to be rendered anew, and how replicas do."""
    with reading.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(queued_at)), 0)"
            " FROM publishing_refresh"
        )
        waiting, seconds = cursor.fetchone()
    response = JsonResponse(
        {
            "status": "ok",
            "pages_waiting": waiting,
            "longest_wait_s": round(float(seconds), 3),
            "replicas": reading.states(),
        }
    )
    response["Cache-Control"] = policy.NEVER
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "Not found."}, status=404)
    is_up = request.META.get(reading.IS_UP, lambda: True)
    try:
        site = reading.ask(context.site) if is_up() else context.nameless()
    except (OperationalError, InterfaceError):
        site = context.nameless()
    return _public(_response(notices.not_found(site)))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400."""
    return _plain("This request cannot be understood.\n", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: needs neither templates nor a database, and says nothing of the inside."""
    return _plain("Something went wrong here. It has been noted.\n", status=500)


def _response(page: Finished) -> HttpResponse:
    response = HttpResponse(page.content, status=page.status, content_type=page.content_type)
    if page.surrogate_keys:
        response["Surrogate-Key"] = page.surrogate_keys
    return response


def _plain(text: str, *, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def _public(response: HttpResponse, keep: str = policy.CACHE, *, csp: str = "") -> HttpResponse:
    response["Cache-Control"] = keep
    response["Content-Security-Policy"] = csp or policy.csp()
    patch_vary_headers(response, ["Accept-Encoding"])
    return _with_common(response)


def _with_common(response: Response) -> Response:
    for name, value in policy.COMMON.items():
        response[name] = value
    return response


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    etag = f'"{Finished(path="", content=response.content).etag}"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response
