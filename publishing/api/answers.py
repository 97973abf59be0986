"""How the API answers whoever asks: anonymously, cacheable, throttled, as JSON."""

from collections.abc import Iterable
from typing import Any

from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from publishing.api import shapes
from publishing.pages import policy
from publishing.pages.store import Finished

BAD = OpenApiResponse(OpenApiTypes.OBJECT, description="What is wrong, by parameter.")
MANY = OpenApiResponse(shapes.Problem, description="Too many requests; see Retry-After.")
NONE = OpenApiResponse(shapes.Problem, description="There is no such article.")
COMING = OpenApiResponse(shapes.Problem, description="That version is not here yet; see Retry-After.")
GONE = OpenApiResponse(shapes.Problem, description="It was withdrawn.")


def whole(most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "maximum": most}


def query(name: str, kind: Any = OpenApiTypes.STR, text: str = "", **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=text, **more)


class JsonAlone(BaseContentNegotiation):
    """Whatever a client says that it accepts: it asked an API."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ReadView(APIView):
    """Anonymous, throttled, cacheable, and open to browsers of any origin."""

    content_negotiation_class = JsonAlone
    throttle_classes = [AnonRateThrottle]

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response) and response.status_code == 200:
            response.render()
            etag = f'"{Finished(path="", content=response.content).etag}"'
            response["ETag"] = etag
            response["Cache-Control"] = policy.CACHE
            response.setdefault("Surrogate-Key", "list")
            response = get_conditional_response(request, etag=etag, response=response) or response
        response.setdefault("Cache-Control", policy.NEVER)
        response["Access-Control-Allow-Origin"] = "*"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """A browser's question whether it may ask."""
        allowed = {"Allow": "GET, HEAD, OPTIONS", "Access-Control-Allow-Methods": "GET, HEAD"}
        return Response(
            status=204,
            headers=allowed
            | {"Access-Control-Allow-Headers": "If-None-Match", "Access-Control-Max-Age": "86400"},
        )
