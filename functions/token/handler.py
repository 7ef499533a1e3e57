"""POST /oauth2/token: a portal gets tokens for a code or a refresh token, a directory for its key."""

import os

from portico.edge.door import Door
from portico.edge.oauth import answered, refused
from portico.edge.responses import Response
from portico.events import Caller
from portico.openid.token import TokenRequests
from portico.settings import TokenSettings

settings = TokenSettings.read(os.environ)
exchanges = TokenRequests.from_settings(settings)
handler = Door("token", settings, tells=refused)


@handler.asks("POST /oauth2/token")
def token(parameters: dict[str, str], caller: Caller) -> Response:
    """Exchange an authorization code, a refresh token or a key."""
    if parameters.get("grant_type") == "client_credentials":
        # Loaded here, because portals ask many times a second, and directories once an hour.
        from portico.edge.key_exchange import key_exchanged  # noqa: PLC0415

        return key_exchanged(settings, parameters, caller)
    return answered(*exchanges.exchange(parameters, caller))
