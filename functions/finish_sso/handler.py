"""GET /v1/sso/{connection}/callback: a browser comes back from a provider."""

import os

from portico.edge.door import Door
from portico.edge.responses import Response
from portico.edge.sso_callback import ALLOWED, answered, led_back, sent_on
from portico.events import Caller
from portico.settings import FinishSsoSettings
from portico.sso.callback import SsoCallbacks

settings = FinishSsoSettings.read(os.environ)
finishes = SsoCallbacks.from_settings(settings)
handler = Door("finish_sso", settings, allowed=ALLOWED, sends_back=led_back)


@handler.reads("GET /v1/sso/{connection}/callback")
def callback(query: dict[str, str], caller: Caller) -> Response:
    """Send the browser to the portal with its session, or to the page with the next step."""
    return sent_on(finishes.finish(answered(query), caller))
