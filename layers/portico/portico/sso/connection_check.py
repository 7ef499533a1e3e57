"""Read what a connection's provider publishes, and say in words what is wrong with it."""

from dataclasses import dataclass

from portico.sso.discovery import Discovery, Misconfigured
from portico.sso.providers.kinds import OpenId
from portico.sso.providers.table import PROVIDERS
from portico.sso.rules import Connection
from portico.sso.transport import ProviderAway

IN_WORDS = {
    "NotPublic": "its host name leads to an address that is not on the public internet",
    "ConnectTimeout": "its host does not answer",
    "ReadTimeout": "its host is too slow",
    "ConnectionError": "nothing answers at its host",
    "SSLError": "its certificate is not valid",
    "gaierror": "there is no such host",
    "redirected": "it redirects; the issuer must be the final address",
    "not JSON": "there is no discovery document",
}


@dataclass(frozen=True, slots=True)
class ConnectionCheck:
    """What a provider published. *problems* is empty if the connection can work."""

    asked: dict[str, str]
    """The published values, by name."""
    problems: list[str]


def check_connection(connection: Connection, discovery: Discovery) -> ConnectionCheck:
    """Read what a provider publishes, as a sign-in does. A provider's fault never raises."""
    provider = PROVIDERS[connection.kind]
    if not isinstance(provider, OpenId):
        # This provider publishes nothing, so only a sign-in shows whether the app is right.
        asked = {"authorize": provider.authorize, "token": provider.token, "scope": provider.scope}
        return ConnectionCheck(asked, [])
    url, issuer = provider.discovery(connection)
    asked = {"discovery": url, "issuer": issuer}
    try:
        found = discovery.metadata(url, issuer=issuer)
        asked |= {
            "authorize": found.authorization_endpoint,
            "token": found.token_endpoint,
            "keys": found.jwks_uri,
            "algorithms": " ".join(found.algorithms),
            "scope": provider.scope,
        }
        keys = discovery.keys(found.jwks_uri)
    except Misconfigured as wrong:
        return ConnectionCheck(asked, [f"{url}: {wrong.reason}. The connection expects {issuer}."])
    except ProviderAway as away:
        return ConnectionCheck(asked, [f"{url}: {_in_words(away)}."])
    asked["keys found"] = str(len(keys.keys))
    return ConnectionCheck(asked, [] if keys.keys else [f"{found.jwks_uri}: it publishes no keys."])


def _in_words(away: ProviderAway) -> str:
    said = str(away)
    return IN_WORDS.get(said, f"it answers {said}")
