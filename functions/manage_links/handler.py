"""/v1/workspaces: what a workspace's team does with links, and with the sessions of contacts."""

import os

from portico.edge.contact_session_routes import ContactSessionRoutes
from portico.edge.door import Door
from portico.edge.link_routes import LARGEST_BATCH, AskedLinks, AskedRotation, LinkRoutes
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess
from portico.events import Caller
from portico.settings import ManageLinksSettings

settings = ManageLinksSettings.read(os.environ)
access = TeamAccess.to(settings.people_table, settings.sign_in_table, settings.signing_keys)
links = LinkRoutes.behind(access, settings)
sessions = ContactSessionRoutes.behind(access, settings)
handler = Door("manage_links", settings)


@handler.reads("GET /v1/workspaces/{workspace}/links")
def list_links(path: dict[str, str], caller: Caller) -> Response:
    """List links."""
    return links.list(path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/links", AskedLinks, largest=LARGEST_BATCH)
def add_links(asked: AskedLinks, path: dict[str, str], caller: Caller) -> Response:
    """Make links."""
    return links.create(asked, path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/links/{link}")
def read_link(path: dict[str, str], caller: Caller) -> Response:
    """Show a link, and who used it."""
    return links.show(path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/links/{link}/rotate", AskedRotation)
def rotate_link(asked: AskedRotation, path: dict[str, str], caller: Caller) -> Response:
    """Put another link in the place of one."""
    return links.rotate(asked, path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/links/{link}/revoke")
def revoke_link(path: dict[str, str], caller: Caller) -> Response:
    """Revoke a link."""
    return links.revoke(path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/contacts/{contact}/sessions")
def list_sessions(path: dict[str, str], caller: Caller) -> Response:
    """List the sessions of a contact."""
    return sessions.list(path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/contacts/{contact}/sessions/end")
def end_sessions(path: dict[str, str], caller: Caller) -> Response:
    """End all sessions of a contact."""
    return sessions.end_all(path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/contacts/{contact}/sessions/{session}/end")
def end_session(path: dict[str, str], caller: Caller) -> Response:
    """End one session of a contact."""
    return sessions.end(path, caller)
