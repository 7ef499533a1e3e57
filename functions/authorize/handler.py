"""GET and POST /oauth2/authorize: a portal on another site sends its visitor here."""

import os

from portico.edge.authorize_response import cookie_of, led_back, sent_on
from portico.edge.door import Door
from portico.edge.responses import Response
from portico.events import Caller
from portico.openid.authorize import Authorizations
from portico.settings import AuthorizeSettings

settings = AuthorizeSettings.read(os.environ)
authorizations = Authorizations.from_settings(settings)
handler = Door("authorize", settings, sends_back=led_back)


@handler.asks("GET /oauth2/authorize", "POST /oauth2/authorize")
def authorize(parameters: dict[str, str], caller: Caller) -> Response:
    """Answer the portal with an authorization code, or show the page first."""
    sent = authorizations.authorize(parameters, cookie_of(parameters, caller), caller)
    return sent_on(sent, parameters, caller)
