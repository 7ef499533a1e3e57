"""Client authentication, for the endpoints that work without authlib.

Source: RFC 6749, 2.3.1. The answers are those of the token endpoint.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from portico.errors import InvalidRequest, ProtocolRefused
from portico.openid.registered_client import ClientId, RegisteredClient
from portico.strict_parsers import credentials_in

BASIC = 'Basic realm="portico", charset="UTF-8"'


@dataclass(frozen=True, slots=True)
class Credentials:
    """The client id of a request, and the secret that proves it."""

    client: ClientId
    secret: str | None = field(repr=False)
    """``None`` for a public client."""

    def prove(self, portal: RegisteredClient | None) -> RegisteredClient:
        """Return the portal if these credentials prove it.

        Raises:
            ProtocolRefused: they do not. The answer never says why.
        """
        if portal is None or not portal.on or not self._fits(portal):
            raise unknown_client()
        return portal

    def _fits(self, portal: RegisteredClient) -> bool:
        if self.secret is None:
            return portal.is_public
        return portal.has_secret(self.secret)


def credentials_of(parameters: Mapping[str, str], authorization: str | None) -> Credentials:
    """Read the credentials of a request, from its header or its form.

    Raises:
        InvalidRequest: the request has two sets of credentials.
        ProtocolRefused: the request has none, or they have the wrong shape.
    """
    named, secret = named_credentials(parameters, authorization)
    client = ClientId.parse(named)
    if client is None:
        raise unknown_client()
    return Credentials(client, secret)


def named_credentials(
    parameters: Mapping[str, str], authorization: str | None
) -> tuple[str | None, str | None]:
    """Read name and secret of a request, from its header or its form.

    Raises:
        InvalidRequest: the request has two sets of credentials.
        ProtocolRefused: the header has the wrong shape, or another name than the form.
    """
    named, secret = parameters.get("client_id"), parameters.get("client_secret")
    if authorization is not None:
        if secret is not None:
            raise InvalidRequest("client_secret", "send it once, in the header or in the form")
        user, secret = _basic(authorization)
        if named not in (None, user):
            raise unknown_client()
        named = user
    return named, secret


def _basic(authorization: str) -> tuple[str, str]:
    text = credentials_in(authorization, "basic") or ""
    try:
        user, colon, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        raise unknown_client() from None
    if not colon:
        raise unknown_client()
    # The client form-encodes both before it joins them, so that neither can hold the colon.
    return unquote_plus(user), unquote_plus(secret)


def unknown_client() -> ProtocolRefused:
    """Return the one refusal of a client that is not who it says."""
    words = "the client is unknown, or its secret is missing or wrong"
    return ProtocolRefused("invalid_client", words, 401, BASIC)
