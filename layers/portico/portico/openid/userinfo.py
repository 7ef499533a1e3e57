"""The userinfo endpoint. It reads no row: the token holds the claims, and we signed it."""

from dataclasses import dataclass
from typing import Any

from portico.clock import SYSTEM, Clock
from portico.errors import InvalidRequest, NotSignedIn, ProtocolRefused
from portico.events import Caller
from portico.openid.id_token_hint import portal_claims
from portico.sessions.access_token_check import TokenChecker, bearer_of
from portico.settings import UserInfoSettings
from portico.strict_parsers import words_in

TOLD = (
    "sub",
    "workspace",
    "email",
    "email_verified",
    "name",
    "preferred_username",
    "locale",
    "zoneinfo",
    "updated_at",
)
"""The claims that userinfo returns, if the token's scope included them."""
WANTED = "openid"


@dataclass(frozen=True, slots=True)
class UserInfo:
    """The userinfo endpoint of a deployment."""

    checker: TokenChecker
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: UserInfoSettings) -> "UserInfo":
        """Make the endpoint from a door's settings."""
        return cls(TokenChecker(settings.signing_keys.split(",")))

    def posted(self, form: dict[str, str], caller: Caller) -> dict[str, Any]:
        """Return the claims for the token in the header or the form.

        Raises:
            InvalidRequest: both have a token.
            ProtocolRefused, TryLater: as :meth:`read`.

        Source: RFC 6750, 2.2.
        """
        token = form.get("access_token")
        if token is not None and caller.authorization:
            raise InvalidRequest("access_token", "send it once, in the header or in the form")
        return self._of(token or bearer_of(caller), caller)

    def read(self, query: dict[str, str], caller: Caller) -> dict[str, Any]:
        """Return the claims for the token in the header.

        Raises:
            InvalidRequest: the query has a token, where every log would keep it.
            ProtocolRefused: the token is missing, not valid, or without the scope ``openid``.
            TryLater: KMS is out of reach.

        Source: OpenID Connect Core 1.0, 5.3; RFC 6750, 3.1.
        """
        if "access_token" in query:
            raise InvalidRequest("access_token", "in the header")
        return self._of(bearer_of(caller), caller)

    def _of(self, token: str | None, caller: Caller) -> dict[str, Any]:
        if token is None:
            # Without a token there is no error to describe: the answer only asks for a token.
            raise ProtocolRefused("invalid_token", "a bearer token is needed", 401, "Bearer")
        try:
            claims = portal_claims(
                self.checker, token, issuer=caller.own_origin, at=self.clock.now()
            )
        except NotSignedIn:
            raise _refused("invalid_token", "the token is unknown or has expired", 401) from None
        if WANTED not in words_in(claims["scope"]):
            raise _refused("insufficient_scope", "openid was not granted", 403)
        return {name: claims[name] for name in TOLD if name in claims}


def _refused(error: str, description: str, status: int) -> ProtocolRefused:
    scope = f', scope="{WANTED}"' if status == 403 else ""
    scheme = f'Bearer error="{error}", error_description="{description}"{scope}'
    return ProtocolRefused(error, description, status, scheme)
