"""POST /oauth2/revoke: a portal gives its refresh token back."""

import os

from portico.edge.door import Door
from portico.edge.oauth import refused
from portico.edge.responses import Response
from portico.events import Caller
from portico.openid.revoke import Revocations
from portico.settings import RevokeSettings

settings = RevokeSettings.read(os.environ)
revocations = Revocations.from_settings(settings)
handler = Door("revoke", settings, tells=refused)


@handler.asks("POST /oauth2/revoke")
def revoke(form: dict[str, str], caller: Caller) -> Response:
    """End the portal session that a refresh token belongs to."""
    revocations.revoke(form, caller)
    return Response(200)
