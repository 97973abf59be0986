"""Who may use the write API, and the views that it consists of."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions, parsers, renderers, viewsets
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from authoring.api import errors
from authoring.services import audit, rights, tokens


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document names the token."""

    target_class = "authoring.api.access.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token imp_…`"}


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token imp_…`"""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != self.keyword.lower():
            return None
        token = tokens.find(key.strip(), now=timezone.now())
        if token is None:
            raise exceptions.AuthenticationFailed("This token is unknown or has expired.")
        audit.name_way(f"API: {token.name}")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class Permitted(BasePermission):
    """The user has the permission that the view names for its action."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        if not (user and user.is_authenticated):
            return False
        needed = view.permissions.get(view.action)
        return needed is None or rights.may(user, needed)


class Parser(parsers.JSONParser):
    """JSON that is not nested absurdly."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError("JSON parse error - nested too deeply") from error


class Renderer(renderers.JSONRenderer):
    """ASCII: an error may quote half a surrogate pair, which UTF-8 cannot carry."""

    ensure_ascii = True


class View(viewsets.GenericViewSet):
    """Tokens or the admin's session, JSON, bounded bodies, and errors that say what is wrong."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [Permitted]
    parser_classes = [Parser]
    renderer_classes = [Renderer]
    permissions: ClassVar[Mapping[str, str]] = {}
    max_bytes = 1_000_000

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > self.max_bytes:
            raise errors.TooLarge(self.max_bytes)

    def get_exception_handler(self) -> Callable[..., Any]:
        return errors.answer
