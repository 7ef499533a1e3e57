"""POST /v1/links/resolve: say what lies behind a portal link, and how one may sign in."""

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
    """Answer how one may sign in through this link."""
    return Response(200, links.resolve(opened, caller).answer())
