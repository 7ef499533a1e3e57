"""GET and DELETE /v1/session, POST /v1/session/refresh, GET /.well-known/*: sessions and published keys."""

import os

from portico.edge.door import Door
from portico.edge.responses import Response
from portico.edge.session_response import signed_in
from portico.edge.session_routes import AskedRefresh, SessionFlows
from portico.events import Caller
from portico.settings import SessionSettings

settings = SessionSettings.read(os.environ)
flows = SessionFlows.from_settings(settings)
handler = Door("session", settings)


@handler.reads("GET /v1/session")
def read(query: dict[str, str], caller: Caller) -> Response:
    """Say what an access token says."""
    return Response(200, flows.read(query, caller))


@handler.takes("POST /v1/session/refresh", AskedRefresh)
def refresh(asked: AskedRefresh, caller: Caller) -> Response:
    """Exchange a refresh token, from the cookie or from a back end's body."""
    renewed = flows.refresh(asked, caller)
    return signed_in(renewed, caller, **renewed.answer())


@handler.reads("DELETE /v1/session")
def sign_out(query: dict[str, str], caller: Caller) -> Response:
    """End this session, or all sessions of the contact."""
    return flows.sign_out(query, caller)


@handler.reads("GET /.well-known/openid-configuration")
def discovery(query: dict[str, str], caller: Caller) -> Response:
    """Describe the OpenID provider to client libraries."""
    return flows.discovery(caller)


@handler.reads("GET /.well-known/jwks.json")
def keys(query: dict[str, str], caller: Caller) -> Response:
    """Publish the keys that check our tokens."""
    return flows.keys()
