"""What a token of ours says: the access token of a portal, and the id_token that it had before.

Neither passes for the other, nor a page's own access token for either: the header's ``typ``
and the claims tell them apart, once the signature has proved to be ours.
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
    """Whom an id_token speaks of: it may be long expired, and still says who it was."""

    client: ClientId
    contact: str
    session: str
    """The browser's, which the portal's came from."""

    @classmethod
    def read(cls, checker: TokenChecker, text: str | None, *, issuer: str) -> Self | None:
        """Read an ``id_token_hint``; what is none of ours is ``None``, as if it were not there.

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
    """Return the claims of an access token that a portal was given, whoever it is meant for.

    Raises:
        NotSignedIn: it is none, or its ten minutes are over.
        TryLater: KMS is out of reach.
    """
    claims = checker.read(token, typ=ACCESS, issuer=issuer)
    client = ClientId.parse(claims.get("client_id"))
    is_whole = client is not None and client.workspace_id == claims.get("workspace")
    if not is_whole or not is_due(claims, at=at):
        raise NotSignedIn
    return claims
