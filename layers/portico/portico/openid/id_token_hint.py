"""Read our own tokens: a portal's access token, and an id_token that it got earlier.

No kind of token is taken for another, and neither is our page's own access token. First the
signature must be ours; then the header's ``typ`` and the claims tell the kinds apart.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from portico.errors import NotSignedIn
from portico.openid.registered_client import ClientId
from portico.sessions.access_token import ACCESS, ID
from portico.sessions.access_token_check import TokenChecker, is_due


@dataclass(frozen=True, slots=True)
class Hint:
    """The contact and session that an id_token names. The token may have expired long ago."""

    client: ClientId
    contact: str
    session: str
    """The browser's session, which the portal's came from."""

    @classmethod
    def read(cls, checker: TokenChecker, text: str | None, *, issuer: str) -> Self | None:
        """Read an ``id_token_hint``. A token that is not ours is ``None``, as if it were absent.

        Raises:
            TryLater: KMS is out of reach.

        Source: OpenID Connect RP-Initiated Logout 1.0, 2 and 4.
        """
        if not text:
            return None
        try:
            claims = checker.read(text, typ=ID, issuer=issuer)
        except NotSignedIn:
            return None
        client = ClientId.parse(claims["aud"])
        if client is None:
            return None
        return cls(client, claims["sub"], claims["sid"])


def portal_claims(
    checker: TokenChecker, token: str, *, issuer: str, at: datetime
) -> dict[str, Any]:
    """Return the claims of a portal's access token, whatever its audience.

    Raises:
        NotSignedIn: it is no access token of a portal, or its ten minutes are over.
        TryLater: KMS is out of reach.
    """
    claims = checker.read(token, typ=ACCESS, issuer=issuer)
    client = ClientId.parse(claims.get("client_id"))
    is_whole = client is not None and client.workspace_id == claims.get("workspace")
    if not is_whole or not is_due(claims, at=at):
        raise NotSignedIn
    return claims
