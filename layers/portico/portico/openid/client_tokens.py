"""The tokens that a portal gets: an access token for its API, and an id_token for itself."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from portico.clock import epoch
from portico.ids import base64url, random_part
from portico.openid.registered_client import RegisteredClient
from portico.openid.rules import Profile
from portico.sessions.access_token import ACCESS, HEAD_START, ID, amr_of, signed
from portico.sessions.rules import ACCESS_TOKEN_LIFETIME, Session


@dataclass(frozen=True, slots=True)
class Subject:
    """What both tokens say: who signed in, and for which portal."""

    issuer: str
    portal: RegisteredClient
    session: Session
    """The portal's own session, whose ``parent`` is the browser's."""
    profile: Profile
    scope: str

    def access_token(self, *, key: str, at: datetime) -> str:
        """Sign an access token (RFC 9068).

        Raises:
            TryLater: KMS is out of reach.
        """
        claims = {
            **self._both(at),
            "aud": self.portal.aud,
            "client_id": self.portal.client_id,
            "scope": self.scope,
            "sid": self.session.id,
            "jti": random_part(),
            "nbf": epoch(at - HEAD_START),
            "session_expires_at": epoch(self.session.expires_at),
        }
        return signed(claims, typ=ACCESS, key=key)

    def id_token(self, access_token: str, nonce: str, *, key: str, at: datetime) -> str:
        """Sign an id_token (OpenID Connect Core 1.0, 2).

        Its ``sid`` is the browser's session, which signing out ends.

        Raises:
            TryLater: KMS is out of reach.
        """
        claims = {
            **self._both(at),
            "aud": self.portal.client_id,
            "sid": self.session.parent,
            "at_hash": base64url(sha256(access_token.encode()).digest()[:16]),
        }
        return signed(claims | ({"nonce": nonce} if nonce else {}), typ=ID, key=key)

    def _both(self, at: datetime) -> dict[str, Any]:
        return {
            "iss": self.issuer,
            "sub": self.session.contact,
            "iat": epoch(at - HEAD_START),
            "exp": epoch(min(at + ACCESS_TOKEN_LIFETIME, self.session.expires_at)),
            "auth_time": epoch(self.session.signed_in_at),
            "amr": amr_of(self.session.method),
            "workspace": self.session.workspace_id,
            **self.profile.claims(self.scope),
        }
