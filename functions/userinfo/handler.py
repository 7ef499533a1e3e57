"""GET and POST /oauth2/userinfo: whom a portal's access token belongs to."""

import os

from portico.edge.door import Door
from portico.edge.oauth import refused
from portico.edge.responses import Response
from portico.events import Caller
from portico.openid.userinfo import UserInfo
from portico.settings import UserInfoSettings

settings = UserInfoSettings.read(os.environ)
userinfo = UserInfo.from_settings(settings)
handler = Door("userinfo", settings, tells=refused)


@handler.asks("GET /oauth2/userinfo")
def read(query: dict[str, str], caller: Caller) -> Response:
    """Read the token from the header."""
    return Response(200, userinfo.read(query, caller))


@handler.asks("POST /oauth2/userinfo")
def posted(form: dict[str, str], caller: Caller) -> Response:
    """Read the token from the header or from the form."""
    return Response(200, userinfo.posted(form, caller))
