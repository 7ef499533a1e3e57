"""POST /v1/links/resolve: say what a portal link opens, and how its contact may sign in."""

import os

from portico.edge.door import Door
from portico.edge.responses import Response
from portico.events import Caller
from portico.links.flow import AskedLink, LinkResolver
from portico.settings import ResolveLinkSettings

settings = ResolveLinkSettings.read(os.environ)
links = LinkResolver.from_settings(settings)
handler = Door("resolve_link", settings)


@handler.takes("POST /v1/links/resolve", AskedLink)
def resolve(asked: AskedLink, caller: Caller) -> Response:
    """Say what the link opens, and how its contact may sign in."""
    return Response(200, links.resolve(asked, caller).answer())
