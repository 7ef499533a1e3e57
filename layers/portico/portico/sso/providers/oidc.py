"""Any OpenID Connect provider, found by its issuer."""

from typing import Any

from portico.people.identities import Identity
from portico.sso.providers.kinds import OpenId
from portico.sso.rules import Connection, Person


def discovery(connection: Connection) -> tuple[str, str]:
    """Return where the document lies (OpenID Connect Discovery 1.0, 4.1)."""
    issuer = connection.issuer or ""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration", issuer


def read(connection: Connection, claims: dict[str, Any]) -> Person:
    """Read the claims of an id token."""
    return Person(
        Identity(connection.id, str(claims["iss"]), str(claims["sub"])),
        name=claims.get("name"),
        email=claims.get("email"),
        # A boolean and nothing else: "false" is a text that is true.
        email_is_verified=claims.get("email_verified") is True,
    )


PROVIDER = OpenId(scope="openid email profile", discovery=discovery, read=read)
