"""The API's own description: the OpenAPI document, and a page to browse it."""

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import get_template
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from publishing.pages import context, policy
from publishing.pages.store import Finished


@require_safe
def openapi(request: HttpRequest) -> HttpResponseBase:
    """The OpenAPI document of this API alone, whatever else the process serves."""
    content = document()
    etag = f'"{Finished(path="", content=content).etag}"'
    response = HttpResponse(content, content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = policy.CACHE
    answered = get_conditional_response(request, etag=etag, response=response) or response
    answered["Access-Control-Allow-Origin"] = "*"
    answered["X-Content-Type-Options"] = "nosniff"
    return answered


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """The document, to read and to try out. Its viewer brings scripts and styles of its own."""
    html = get_template("publishing/api/docs.html").render({"site": context.site()})
    response = HttpResponse(html)
    response["Cache-Control"] = policy.CACHE
    response["Content-Security-Policy"] = policy.csp(
        script_src="'self'", style_src="'self' 'unsafe-inline'", img_src="'self' data:", connect_src="'self'"
    )
    return response


@cache
def document() -> bytes:
    generator = SchemaGenerator(urlconf="publishing.api.urls", api_version="1")
    schema = generator.get_schema(request=None, public=True)
    schema["paths"] = {f"/api/v1{path}": item for path, item in schema["paths"].items()}
    schema["servers"] = [{"url": settings.SITE_URL}]
    return bytes(OpenApiJsonRenderer().render(schema))
