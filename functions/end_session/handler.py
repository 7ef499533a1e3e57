"""GET and POST /oauth2/end_session: a portal signs its contact out."""

import os

from portico.edge.door import Door
from portico.edge.end_session_response import cookies_of, sent_on, stayed
from portico.edge.responses import Response
from portico.events import Caller
from portico.openid.end_session import EndSessions
from portico.settings import EndSessionSettings

settings = EndSessionSettings.read(os.environ)
leavings = EndSessions.from_settings(settings)
handler = Door("end_session", settings, sends_back=stayed)


@handler.asks("GET /oauth2/end_session")
def navigated(query: dict[str, str], caller: Caller) -> Response:
    """Sign the contact out, or ask them first; then send the browser back."""
    return sent_on(leavings.leave(query, cookies_of(caller), caller, posted=False), caller)


@handler.asks("POST /oauth2/end_session")
def posted(form: dict[str, str], caller: Caller) -> Response:
    """Do the same for a form."""
    return sent_on(leavings.leave(form, cookies_of(caller), caller, posted=True), caller)
