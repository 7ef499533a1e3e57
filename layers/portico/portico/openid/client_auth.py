"""How a portal proves that it is itself, where authlib is not there to ask.

Source: RFC 6749, 2.3.1; the same answers as at the token endpoint.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from portico.errors import InvalidRequest, ProtocolRefused
from portico.header_values import credentials_in
from portico.openid.registered_client import ClientId, RegisteredClient

BASIC = 'Basic realm="portico", charset="UTF-8"'


@dataclass(frozen=True, slots=True)
class Credentials:
    """Which portal somebody says they are, and what they show for it."""

    client: ClientId
    secret: str | None = field(repr=False)
    """``None``: nothing, as a public client."""

    def prove(self, portal: RegisteredClient | None) -> RegisteredClient:
        """Return the portal, if it is theirs.

        Raises:
            ProtocolRefused: it is not; why not is nobody's business.
        """
        if portal is None or not portal.on or not self._fits(portal):
            raise _unknown()
        return portal

    def _fits(self, portal: RegisteredClient) -> bool:
        if self.secret is None:
            return portal.is_public
        return portal.has_secret(self.secret)


def credentials_of(parameters: Mapping[str, str], authorization: str | None) -> Credentials:
    """Read the credentials of a request, from its header or its form.

    Raises:
        InvalidRequest: there are two of them.
        ProtocolRefused: there are none, or they can be nobody's.
    """
    named, secret = parameters.get("client_id"), parameters.get("client_secret")
    if authorization is not None:
        if secret is not None:
            raise InvalidRequest("client_secret", "send it once, in the header or in the form")
        user, secret = _basic(authorization)
        if named not in (None, user):
            raise _unknown()
        named = user
    client = ClientId.parse(named)
    if client is None:
        raise _unknown()
    return Credentials(client, secret)


def _basic(authorization: str) -> tuple[str, str]:
    text = credentials_in(authorization, "basic") or ""
    try:
        user, colon, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        raise _unknown() from None
    if not colon:
        raise _unknown()
    # Both are form-encoded before they are joined, so that neither can hold the colon.
    return unquote_plus(user), unquote_plus(secret)


def _unknown() -> ProtocolRefused:
    words = "the client is unknown, or its secret is missing or wrong"
    return ProtocolRefused("invalid_client", words, 401, BASIC)
