"""Who an access token speaks of. Nothing is read: the token says it, and we signed it."""

from dataclasses import dataclass
from typing import Any

from portico.clock import SYSTEM, Clock
from portico.errors import InvalidRequest, NotSignedIn, ProtocolRefused
from portico.events import Caller
from portico.header_values import words_in
from portico.openid.id_token_hint import portal_claims
from portico.sessions.access_token_check import TokenChecker, bearer_of
from portico.settings import UserInfoSettings

TOLD = ("sub", "workspace", "email", "name")
"""As far as the token has them, which is as far as its scope goes."""
WANTED = "openid"


@dataclass(frozen=True, slots=True)
class UserInfo:
    """What the userinfo door does."""

    checker: TokenChecker
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: UserInfoSettings) -> "UserInfo":
        """Make the userinfo of a door."""
        return cls(TokenChecker(settings.signing_keys.split(",")))

    def posted(self, form: dict[str, str], caller: Caller) -> dict[str, Any]:
        """Return the claims for the token of the header or, just as well, of the form.

        Raises:
            InvalidRequest: both have one.
            ProtocolRefused, TryLater: as :meth:`read`.

        Source: RFC 6750, 2.2.
        """
        token = form.get("access_token")
        if token is not None and caller.authorization:
            raise InvalidRequest("access_token", "send it once, in the header or in the form")
        return self._of(token or bearer_of(caller), caller)

    def read(self, query: dict[str, str], caller: Caller) -> dict[str, Any]:
        """Return the claims for the token of the header.

        Raises:
            InvalidRequest: there is one in the query, where every log would keep it.
            ProtocolRefused: there is none, it is no good, or it was not given for this.
            TryLater: KMS is out of reach.

        Source: OpenID Connect Core 1.0, 5.3; RFC 6750, 3.1.
        """
        if "access_token" in query:
            raise InvalidRequest("access_token", "in the header")
        return self._of(bearer_of(caller), caller)

    def _of(self, token: str | None, caller: Caller) -> dict[str, Any]:
        if token is None:
            # Whoever showed nothing is told how to, and not what was wrong with it.
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
