"""Any OpenID Connect provider, found by its issuer."""

from typing import Any

from portico.people.identities import Identity
from portico.sso.providers.kinds import OpenId, is_true, key_in, text_in
from portico.sso.rules import Connection, Person


def discovery(connection: Connection) -> tuple[str, str]:
    """Return the discovery document's URL, and its issuer (OpenID Connect Discovery 1.0, 4.1)."""
    issuer = connection.issuer or ""
    below = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    return connection.discovery_url or below, issuer


def read(connection: Connection, claims: dict[str, Any]) -> Person:
    """Read the claims of an id token."""
    return Person(
        Identity(connection.id, key_in(claims, "iss"), key_in(claims, "sub")),
        name=text_in(claims, "name"),
        email=text_in(claims, "email"),
        email_is_verified=is_true(claims, "email_verified"),
    )


PROVIDER = OpenId(scope="openid email profile", discovery=discovery, read=read)
