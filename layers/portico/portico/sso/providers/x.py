"""X, OAuth 2.0 with PKCE. Its codes live thirty seconds.

Source: xdevplatform/docs, authentication/oauth-2-0/authorization-code. The address needs
"Request email from users" in the app's settings, and often does not come even then.
"""

from typing import Any

from portico.people.identities import Identity
from portico.sso.providers.kinds import NotBelieved, Plain, key_in, text_in
from portico.sso.rules import Connection, Person


def read(connection: Connection, claims: dict[str, Any]) -> Person:
    """Read ``/2/users/me``."""
    data = claims.get("data")
    if not isinstance(data, dict):
        raise NotBelieved("no-subject")
    return Person(
        Identity(connection.id, "https://x.com", key_in(data, "id")),
        name=text_in(data, "name"),
        # Only a hint for the form, never a proof.
        email=text_in(data, "confirmed_email"),
    )


PROVIDER = Plain(
    scope="users.read tweet.read users.email",
    authorize="https://x.com/i/oauth2/authorize",
    token="https://api.x.com/2/oauth2/token",  # noqa: S106 - an address
    user="https://api.x.com/2/users/me?user.fields=confirmed_email",
    token_auth="client_secret_basic",  # noqa: S106 - the name of a method
    read=read,
)
