"""The token endpoint: a portal trades a code, or later a refresh token, for tokens."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant

from portico.aws.keys import KeyRing, ring
from portico.clock import SYSTEM, Clock
from portico.events import Caller
from portico.openid.authorization_codes import Grant
from portico.openid.client_auth import credentials_of
from portico.openid.protocol import Asked, Client, OnlyS256, Server
from portico.openid.token_issue import TokenIssue
from portico.openid.token_lookup import Found, PortalSession
from portico.settings import TokenSettings

type Answer = tuple[int, dict[str, Any], dict[str, str]]
"""Status, JSON members, headers."""

WAYS = ["client_secret_basic", "client_secret_post", "none"]
"""The ways in which a client may authenticate."""


@dataclass(frozen=True, slots=True)
class TokenRequests:
    """The token endpoint of a deployment."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    signing_key: str
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: TokenSettings) -> "TokenRequests":
        """Make the endpoint from a door's settings."""
        return cls(
            settings.people_table,
            settings.sign_in_table,
            ring(settings.code_secret),
            settings.signing_keys.split(",")[0],
        )

    def exchange(self, parameters: dict[str, str], caller: Caller) -> Answer:
        """Answer a token request (RFC 6749, 4.1.3 and 6).

        Raises:
            InvalidRequest: the request has two sets of credentials.
            ProtocolRefused: it has none.
            PortalUnavailable: the workspace has switched its portal off.
            TryLater: nothing was used up; the same request can be sent again.
        """
        # Checked here too, because authlib fails on a malformed header.
        credentials_of(parameters, caller.authorization)
        basic = caller.authorization or ""
        found = Found(self.people_table, self.sign_in_table, parameters, self.clock.now())

        def tokens(*, user: Grant | PortalSession, scope: str, **_: object) -> dict[str, Any]:
            if found.portal is None:
                raise InvalidGrantError
            issuing = TokenIssue(
                self.people_table,
                self.sign_in_table,
                self.keys,
                self.signing_key,
                found.portal,
                caller,
                self.clock.now(),
            )
            if isinstance(user, Grant):
                return issuing.first(user, parameters["code"])
            return issuing.next(user, scope)

        server = Server(found.of)
        server.register_grant(CodeGrant, [OnlyS256()])
        server.register_grant(RenewedGrant)
        server.register_token_generator("default", tokens)
        asked = Asked("POST", f"{caller.own_origin}/oauth2/token", parameters, basic)
        asked.credential = found
        answer: Answer = server.create_token_response(asked)
        return answer


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Codes. One transaction decides whether a code is good, when the tokens are made."""

    TOKEN_ENDPOINT_AUTH_METHODS = WAYS

    def query_authorization_code(self, _code: str, client: Client) -> Grant | None:
        """Return the code's grant, if the code is this portal's."""
        grant: Grant | None = self.request.credential.grant
        return grant if grant is not None and grant.portal == client.portal.id else None

    def authenticate_user(self, authorization_code: Grant) -> Grant:
        """Return whose it is."""
        return authorization_code

    def delete_authorization_code(self, authorization_code: Grant) -> None:
        """Delete nothing: the session that the code became shows that it was used."""


class RenewedGrant(RefreshTokenGrant):  # type: ignore[misc]
    """Refresh tokens, each good once (RFC 9700, 4.14.2)."""

    TOKEN_ENDPOINT_AUTH_METHODS = WAYS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, _refresh_token: str) -> PortalSession | None:
        """Return the portal's session that the token belongs to."""
        portal_session: PortalSession | None = self.request.credential.portal_session
        return portal_session

    def authenticate_user(self, refresh_token: PortalSession) -> PortalSession:
        """Return whose it is."""
        return refresh_token

    def revoke_old_credential(self, refresh_token: PortalSession) -> None:
        """Revoke nothing: making the new tokens already did."""
