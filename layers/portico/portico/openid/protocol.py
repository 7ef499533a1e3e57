"""OAuth 2.0 by authlib, with stricter rules where authlib leaves a choice (docs/decisions)."""

import logging
from collections.abc import Callable
from typing import Any

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
    InvalidGrantError,
    UnsupportedResponseTypeError,
)
from authlib.oauth2.rfc6749 import OAuth2Request as Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge

from portico.errors import ProtocolRefused
from portico.openid.client_auth import BASIC
from portico.openid.registered_client import RegisteredClient
from portico.openid.rules import check_challenge, granted

RESPONSE_TYPE = "code"
INVALID_CLIENT = "invalid_client"
TELL_TALES = (INVALID_CLIENT, "unsupported_grant_type")
"""Errors whose own description would reveal whether a portal exists, or quote the request."""
OF_A_CODE = "Invalid 'code' in request."
"""What authlib says of a code that is none any more: not what it may have been."""
NO_WORDS = "the request is not valid"
WORDS = {
    INVALID_CLIENT: "the client is unknown, or its secret is missing or wrong",
    "unsupported_grant_type": "grant_type: authorization_code, refresh_token or client_credentials",
    "invalid_grant": "the code or token is unknown, used, expired or another portal's, or the sign-in has ended",
    "unsupported_response_type": "response_type: code",
    "unauthorized_client": "the portal may not ask for this",
    "invalid_scope": "scope: openid",
    "invalid_request": "a parameter is missing or not valid",
}
"""Error descriptions, for a developer who reads them in an address."""

# At debug level authlib logs tokens.
logging.getLogger("authlib").setLevel(logging.WARNING)


class Client(ClientMixin):  # type: ignore[misc]
    """A registered client as authlib's interface wants it."""

    def __init__(self, portal: RegisteredClient) -> None:
        """Wrap *portal*."""
        self.portal = portal

    def get_client_id(self) -> str:
        """Return the client id."""
        return self.portal.client_id

    def get_default_redirect_uri(self) -> None:
        """Return ``None``: every request must name its redirect URI."""
        return

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return the part of a wanted scope that we have."""
        return granted(scope)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Say whether the client may be answered there."""
        return self.portal.takes(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        """Say whether this is the client's secret."""
        return self.portal.has_secret(client_secret)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Say whether the client may use *method*: public clients ``none``, others their secret."""
        return (method == "none") == self.portal.is_public

    def check_response_type(self, response_type: str) -> bool:
        """Allow only ``code``."""
        return response_type == RESPONSE_TYPE

    def check_grant_type(self, grant_type: str) -> bool:
        """Allow codes and refresh tokens."""
        return grant_type in ("authorization_code", "refresh_token")


class Asked(Request):  # type: ignore[misc]
    """One request, whose parameters we have read and which each occur once."""

    def __init__(self, method: str, uri: str, parameters: dict[str, str], basic: str = "") -> None:
        """Take the parameters of query or form, and the ``Authorization`` header."""
        # authlib refuses http, which only the local front uses.
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
    """authlib's server for one request: *finds* looks its client up, and nothing is stored here."""

    def __init__(self, finds: Callable[[str], RegisteredClient | None]) -> None:
        """Make a server that looks clients up by *finds*."""
        super().__init__()
        self._finds = finds

    def query_client(self, client_id: str) -> Client | None:
        """Return the client of an id."""
        portal = self._finds(client_id)
        return Client(portal) if portal is not None else None

    def create_oauth2_request(self, request: Asked) -> Asked:
        """Return the request unchanged."""
        return request

    def get_authorization_grant(self, request: Asked) -> Any:
        """Return the only grant, or refuse without quoting the request."""
        # authlib would quote the response type, and fails on some that cannot be quoted.
        if request.payload.response_type != RESPONSE_TYPE:
            raise UnsupportedResponseTypeError(None, None)
        return super().get_authorization_grant(request)

    def handle_response(
        self, status: int, body: Any, headers: list[tuple[str, str]]
    ) -> tuple[int, Any, dict[str, str]]:
        """Return the answer, with our own description where authlib has none or says too much."""
        named = dict(headers)
        error, words = body.get("error"), body.get("error_description")
        if error == INVALID_CLIENT:
            # The answer must not reveal whether the portal exists.
            status, named["WWW-Authenticate"] = 401, BASIC
        if error is not None and (error in TELL_TALES or words in (None, "", OF_A_CODE)):
            body = {"error": error, "error_description": WORDS.get(error, NO_WORDS)}
        return status, body, named

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Do nothing: nobody listens to authlib's signals."""

    def save_token(self, token: dict[str, Any], request: Asked) -> None:
        """Store nothing: the deciding write happened before the token was made."""


class OnlyS256(CodeChallenge):  # type: ignore[misc]
    """PKCE, and never ``plain`` (RFC 9700, 2.1.1).

    Every client sends a challenge, but one that its team has registered without PKCE.
    """

    def validate_code_challenge(self, grant: Any, _redirect_uri: str) -> None:
        """Require what our own rule requires; authlib would take a request without a challenge.

        Raises:
            ProtocolRefused: the request is refused.
        """
        portal = grant.request.client.portal
        check_challenge(
            grant.request.payload.data,
            is_public=portal.is_public,
            may_leave_it_out=portal.may_leave_pkce_out,
        )

    def validate_code_verifier(self, grant: Any, result: Any) -> None:
        """Require the verifier of a challenge, and refuse one without a challenge (RFC 9700, 4.8.2)."""
        client, code = grant.request.client, grant.request.authorization_code
        if not code.code_challenge and not client.portal.may_leave_pkce_out:
            # The team has changed its mind since the code was made.
            raise InvalidGrantError
        super().validate_code_verifier(grant, result)

    def get_authorization_code_challenge_method(self, _authorization_code: object) -> str:
        """Return the only method that we accept."""
        return "S256"


def said(error: Any) -> ProtocolRefused:
    """Return one of authlib's errors as ours, without its quotes of the request."""
    return ProtocolRefused(error.error, WORDS.get(error.error, NO_WORDS))
