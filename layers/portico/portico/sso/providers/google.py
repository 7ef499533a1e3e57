"""Google accounts, and Google Workspace domains.

Source: developers.google.com/identity (openid-connect reference, verify-google-id-token).
"""

from typing import Any

from portico.people.identities import Identity
from portico.sso.providers.kinds import NotBelieved, OpenId, is_true, key_in, text_in
from portico.sso.rules import Connection, Person

ISSUER = "https://accounts.google.com"


def discovery(connection: Connection) -> tuple[str, str]:
    """Return the discovery document's URL, and its issuer."""
    base = connection.stand_in or ISSUER
    return f"{base}/.well-known/openid-configuration", base


def read(connection: Connection, claims: dict[str, Any]) -> Person:
    """Read the claims of an id token."""
    hosted = text_in(claims, "hd")
    if hosted is None and claims.get("hd") not in (None, ""):
        raise NotBelieved("hosted-domain")
    # The `hd` of the request is only a hint to Google. The `hd` of the answer counts.
    if connection.hosted_domains and hosted not in connection.hosted_domains:
        raise NotBelieved("hosted-domain")
    email = text_in(claims, "email")
    # An account may have an address of a domain that Google does not host.
    is_googles = hosted is not None or (email or "").lower().endswith("@gmail.com")
    return Person(
        Identity(connection.id, key_in(claims, "iss"), key_in(claims, "sub")),
        name=text_in(claims, "name"),
        email=email,
        email_is_verified=is_true(claims, "email_verified") and is_googles,
    )


def more(connection: Connection) -> dict[str, str]:
    """Return parameters that let the person choose an account, of a hosted domain if any is set."""
    domains = connection.hosted_domains
    # Google takes one domain, or a star for any account that is not a private one.
    hosted = {"hd": domains[0] if len(domains) == 1 else "*"} if domains else {}
    return {"prompt": "select_account", **hosted}


PROVIDER = OpenId(
    scope="openid email profile",
    discovery=discovery,
    read=read,
    token_auth="client_secret_post",  # noqa: S106 - the name of a method
    more=more,
)
