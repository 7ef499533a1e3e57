"""Facebook Login, OAuth 2.0 (its OpenID Connect code flow is marked as still in testing).

Source: developers.facebook.com, manual login flow and changelog. Versions live two years:
v26.0 was released on 2026-07-29.
"""

from typing import Any

from portico.people.identities import Identity
from portico.sso.providers.kinds import Plain, key_in, text_in
from portico.sso.rules import Connection, Person

VERSION = "v26.0"


def read(connection: Connection, claims: dict[str, Any]) -> Person:
    """Read ``/me``."""
    return Person(
        # The id is per app: the same person has another id in another app.
        Identity(connection.id, "https://www.facebook.com", key_in(claims, "id")),
        name=text_in(claims, "name"),
        # It may be missing, and Facebook does not say whether it was confirmed: never vouched for.
        email=text_in(claims, "email"),
    )


PROVIDER = Plain(
    scope="public_profile,email",
    authorize=f"https://www.facebook.com/{VERSION}/dialog/oauth",
    token=f"https://graph.facebook.com/{VERSION}/oauth/access_token",
    user=f"https://graph.facebook.com/{VERSION}/me?fields=id,name,email",
    token_auth="client_secret_post",  # noqa: S106 - the name of a method
    read=read,
)
