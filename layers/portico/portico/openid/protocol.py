"""OAuth 2.0 as authlib keeps it, with what it leaves open closed (docs/decisions)."""

import logging
from collections.abc import Callable
from typing import Any

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
    InvalidRequestError,
    UnsupportedResponseTypeError,
)
from authlib.oauth2.rfc6749 import OAuth2Request as Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge

from portico.errors import ProtocolRefused
from portico.openid.client_auth import BASIC
from portico.openid.registered_client import RegisteredClient
from portico.openid.rules import granted

S256_LENGTH = 43
RESPONSE_TYPE = "code"
INVALID_CLIENT = "invalid_client"
TELL_TALES = (INVALID_CLIENT, "unsupported_grant_type")
"""Errors whose description would tell one portal from none, or quote the request."""
NO_WORDS = "the request is not valid"
WORDS = {
    INVALID_CLIENT: "the client is unknown, or its secret is missing or wrong",
    "unsupported_grant_type": "grant_type: authorization_code or refresh_token",
    "invalid_grant": "the code or token is unknown, used, expired or another portal's, or the sign-in has ended",
    "unsupported_response_type": "response_type: code",
    "unauthorized_client": "the portal may not ask for this",
    "invalid_scope": "scope: openid",
    "invalid_request": "a parameter is missing or not valid; PKCE with S256 is required",
}
"""Descriptions, for a developer who reads them in an address."""

# It writes tokens to its log, where somebody asks for everything.
logging.getLogger("authlib").setLevel(logging.WARNING)


class Client(ClientMixin):  # type: ignore[misc]
    """A portal in authlib's words."""

    def __init__(self, portal: RegisteredClient) -> None:
        """Speak for *portal*."""
        self.portal = portal

    def get_client_id(self) -> str:
        """Return its name in the protocol."""
        return self.portal.client_id

    def get_default_redirect_uri(self) -> None:
        """Return none: every request says where it is to be answered."""
        return

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return what there is of a wanted scope."""
        return granted(scope)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Say whether an address is registered, character by character."""
        return redirect_uri in self.portal.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Say whether this is its secret."""
        return self.portal.has_secret(client_secret)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Say whether it proves itself so: a public one by nothing, any other by its secret."""
        return (method == "none") == self.portal.is_public

    def check_response_type(self, response_type: str) -> bool:
        """Allow codes, and nothing else."""
        return response_type == RESPONSE_TYPE

    def check_grant_type(self, grant_type: str) -> bool:
        """Allow codes and what follows from them."""
        return grant_type in ("authorization_code", "refresh_token")


class Asked(Request):  # type: ignore[misc]
    """One request, whose parameters were read and are each there once."""

    def __init__(self, method: str, uri: str, parameters: dict[str, str], basic: str = "") -> None:
        """Hold the parameters of query or form, and what ``Authorization`` says."""
        # It refuses http, which only the laptop's own front speaks.
        https = "https://" + uri.partition("://")[2]
        super().__init__(method, https, headers={"Authorization": basic} if basic else {})
        self.payload = BasicOAuth2Payload(parameters)
        self._parameters = parameters

    @property
    def args(self) -> dict[str, str]:
        """The parameters."""
        return self._parameters

    @property
    def form(self) -> dict[str, str]:
        """The parameters."""
        return self._parameters


class Server(AuthorizationServer):  # type: ignore[misc]
    """One request's server: it finds its client by *finds*, and stores nothing by itself."""

    def __init__(self, finds: Callable[[str], RegisteredClient | None]) -> None:
        """Make a server that knows portals by their client ids."""
        super().__init__()
        self._finds = finds

    def query_client(self, client_id: str) -> Client | None:
        """Return the client of that id."""
        portal = self._finds(client_id)
        return Client(portal) if portal is not None else None

    def create_oauth2_request(self, request: Asked) -> Asked:
        """Return the request as it is."""
        return request

    def get_authorization_grant(self, request: Asked) -> Any:
        """Return the one grant there is, or refuse without a quote of what was asked for."""
        # It quotes, and fails over what must not be quoted.
        if request.payload.response_type != RESPONSE_TYPE:
            raise UnsupportedResponseTypeError(None, None)
        return super().get_authorization_grant(request)

    def handle_response(
        self, status: int, body: Any, headers: list[tuple[str, str]]
    ) -> tuple[int, Any, dict[str, str]]:
        """Return the answer; a refusal in words of ours where it has none, or tells too much."""
        named = dict(headers)
        error = body.get("error")
        if error == INVALID_CLIENT:
            # Whether there is such a portal shows in nothing.
            status, named["WWW-Authenticate"] = 401, BASIC
        if error is not None and (error in TELL_TALES or not body.get("error_description")):
            body = {"error": error, "error_description": WORDS.get(error, NO_WORDS)}
        return status, body, named

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody."""

    def save_token(self, token: dict[str, Any], request: Asked) -> None:
        """Store nothing: what decides was written before there was a token."""


class OnlyS256(CodeChallenge):  # type: ignore[misc]
    """PKCE for every client, and never ``plain`` (RFC 9700, 2.1.1)."""

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Demand a challenge by S256."""
        asked = grant.request.payload.data
        if asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("code_challenge_method: S256")
        if len(asked.get("code_challenge", "")) != S256_LENGTH:
            raise InvalidRequestError("code_challenge: 43 characters")
        super().validate_code_challenge(grant, redirect_uri)

    def get_authorization_code_challenge_method(self, _authorization_code: object) -> str:
        """Return the one method there is."""
        return "S256"


def said(error: Any) -> ProtocolRefused:
    """Return one of authlib's errors as ours, without what it quotes of the request."""
    return ProtocolRefused(error.error, WORDS.get(error.error, NO_WORDS))
