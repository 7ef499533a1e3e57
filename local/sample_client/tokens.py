"""Check an id token before the portal trusts it (OpenID Connect Core 1.0, 3.1.3.7), and a logout
token before it signs anybody out (Back-Channel Logout 1.0, 2.6).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

LEEWAY = 60
"""Seconds by which the issuer's clock and ours may differ."""
ASKS_AGAIN = timedelta(minutes=1)
"""Time between two looks for a key that was unknown."""

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class NotBelieved(Exception):
    """An answer is not valid. The argument says why, for the terminal."""


class IdTokens:
    """The id tokens of one issuer for one client.

    Args:
        issuer: the issuer that they must have.
        client_id: the client that they must be for.
        fetch: reads the issuer's key set.
    """

    def __init__(self, issuer: str, client_id: str, fetch: Callable[[], Any]) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._fetch = fetch
        self._known_keys: KeySet | None = None
        self._asked_again: datetime | None = None

    def claims(
        self, id_token: str, *, access_token: str, nonce: str, at: datetime
    ) -> dict[str, Any]:
        """Return the claims of an id token.

        Args:
            id_token: the token as received.
            access_token: the access token of the same answer, which it may be bound to.
            nonce: the nonce of the sign-in; empty for a refresh.
            at: the time.

        Raises:
            NotBelieved: the token is not valid.
        """
        options = {"iss": {"value": self._issuer}, "aud": {"value": self._client_id}}
        params = {"nonce": nonce, "client_id": self._client_id, "access_token": access_token}
        try:
            token = self._checked(id_token, at=at)
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(now=int(at.timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError) as error:
            raise NotBelieved(f"the id token: {error}") from error
        return dict(claims)

    def signed_out(self, logout_token: str, *, at: datetime) -> dict[str, Any]:
        """Return the claims of a logout token: ``sub``, ``sid`` or both, and when it ended as ``toe``.

        Raises:
            NotBelieved: the token is not valid.
        """
        try:
            token = self._checked(logout_token, at=at)
            registry = jwt.JWTClaimsRegistry(
                now=int(at.timestamp()),
                leeway=LEEWAY,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": self._client_id},
                iat={"essential": True},
                exp={"essential": True},
                jti={"essential": True},
            )
            registry.validate(token.claims)
        except (JoseError, ValueError) as error:
            raise NotBelieved(f"the logout token: {error}") from error
        claims = token.claims
        # An ID token of ours must sign nobody out: it has another type, a nonce, and no event.
        if token.header.get("typ") != "logout+jwt" or "nonce" in claims:
            raise NotBelieved("a logout token that is another kind of token")
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
            raise NotBelieved("a logout token of another event")
        if not (claims.get("sub") or claims.get("sid")):
            raise NotBelieved("a logout token of nobody")
        return dict(claims)

    def _checked(self, id_token: str, *, at: datetime) -> jwt.Token:
        # We choose the algorithm, never the token.
        try:
            return jwt.decode(id_token, self._keys(), ["RS256"])
        except (InvalidKeyIdError, BadSignatureError):
            # The issuer may have changed its keys since we read them. But anybody can post a
            # logout token with a key that there is not, and must not make us ask each time.
            if self._asked_again is not None and at < self._asked_again + ASKS_AGAIN:
                raise
            self._asked_again = at
            self._known_keys = None
            return jwt.decode(id_token, self._keys(), ["RS256"])

    def _keys(self) -> KeySet:
        if self._known_keys is None:
            self._known_keys = KeySet.import_key_set(self._fetch())
        return self._known_keys
