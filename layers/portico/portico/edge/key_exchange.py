"""POST /oauth2/token with ``client_credentials``: a directory exchanges its key for a token.

The client id is the key's id, and the secret the key. The token has the scope ``scim`` alone, and
no other door takes it. Source: RFC 6749, 2.3.1 and 4.4.
"""

from portico.clock import SYSTEM
from portico.edge.oauth import answered
from portico.edge.responses import Response
from portico.errors import NotSignedIn, ProtocolRefused
from portico.events import Caller
from portico.openid.client_auth import named_credentials, unknown_client
from portico.settings import TokenSettings
from portico.strict_parsers import words_in
from portico.team.directory_token import DirectoryTokens
from portico.team.team_caller import opened_key
from portico.team.workspace_key import Scope, read_key


def key_exchanged(settings: TokenSettings, parameters: dict[str, str], caller: Caller) -> Response:
    """Answer a token request of a directory.

    Raises:
        InvalidRequest: the request has two sets of credentials.
        ProtocolRefused: the key is missing, bad, ended or another's than the client id says; it has
            not the scope; another scope is asked for; or a browser sent it.
        TooManyRequests: the key has fetched its tokens of this minute.
        TryLater: there is no token, and the same request can be sent again.
    """
    named, secret = named_credentials(parameters, caller.authorization)
    told = read_key(secret or "")
    if secret is None or told is None or told.id != named:
        raise unknown_client()
    now = SYSTEM.now()
    try:
        found = opened_key(settings.people_table, secret, at=now)
    except NotSignedIn:
        raise unknown_client() from None
    if caller.is_browser:
        raise ProtocolRefused("unauthorized_client", "a browser sends no key")
    if Scope.SCIM not in found.key.scopes:
        raise ProtocolRefused("unauthorized_client", "the key has not the scope scim")
    if words_in(parameters.get("scope", Scope.SCIM.value)) != [Scope.SCIM.value]:
        raise ProtocolRefused("invalid_scope", "scope: scim, or none")
    token = DirectoryTokens(settings.people_table, settings.sign_in_table).issue(
        found, secret, at=now
    )
    content = {
        "access_token": token.text,
        "token_type": "Bearer",
        "expires_in": int(token.lifetime.total_seconds()),
        "scope": Scope.SCIM.value,
    }
    return answered(200, content, {"pragma": "no-cache"})
