"""POST /v1/links/resolve: say what a portal link opens, and how its contact may sign in."""

import os

from portico.edge.door import Door
from portico.edge.responses import Response
from portico.events import Caller
from portico.links.flow import LinkResolver, OpenedLink
from portico.settings import ResolveLinkSettings

settings = ResolveLinkSettings.read(os.environ)
links = LinkResolver.from_settings(settings)
handler = Door("resolve_link", settings)


@handler.takes("POST /v1/links/resolve", OpenedLink)
def resolve(opened: OpenedLink, caller: Caller) -> Response:
    """Say what the link opens, and how its contact may sign in."""
    return Response(200, links.resolve(opened, caller).answer())
