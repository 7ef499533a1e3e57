"""POST /oauth2/token: a portal gets tokens for an authorization code or a refresh token."""

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
    """Exchange an authorization code or a refresh token."""
    return answered(*exchanges.exchange(parameters, caller))
