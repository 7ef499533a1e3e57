"""/v1/workspaces: what a workspace's team does without the command: settings, team, keys, trail."""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from portico.edge.connection_routes import AskedSecret, ConnectionRoutes
from portico.edge.door import Door
from portico.edge.key_routes import AskedKey, KeyRoutes
from portico.edge.member_routes import AskedMember, AskedRole, MemberRoutes
from portico.edge.portal_routes import PortalRoutes
from portico.edge.responses import Response
from portico.edge.settings_routes import SettingsRoutes
from portico.edge.team_access import TeamAccess
from portico.edge.team_entry_routes import AskedMethods, TeamEntryRoutes
from portico.events import Caller
from portico.people.logos import LARGEST_LOGO
from portico.settings import ManageWorkspaceSettings

if TYPE_CHECKING:
    from portico.edge.directory_routes import DirectoryRoutes
    from portico.edge.touched_routes import TouchedRoutes
    from portico.edge.trail_routes import TrailRoutes

settings = ManageWorkspaceSettings.read(os.environ)
access = TeamAccess.to(settings.people_table, settings.sign_in_table, settings.signing_keys)
portals = PortalRoutes.behind(access, settings)
connections = ConnectionRoutes.behind(access, settings)
undoing = {"portal": portals.undo, "connection": connections.undo}
workspace_settings = SettingsRoutes.behind(access, settings, undoing)
members = MemberRoutes.behind(access, settings)
entries = TeamEntryRoutes.behind(access, settings)
keys = KeyRoutes.behind(access, settings)
handler = Door("manage_workspace", settings)


@handler.reads("GET /v1/workspaces/{workspace}/settings")
def read_settings(path: dict[str, str], caller: Caller) -> Response:
    """Show the settings."""
    return workspace_settings.show(path, caller)


@handler.changes("PATCH /v1/workspaces/{workspace}/settings")
def change_settings(wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """Change settings."""
    return workspace_settings.change(wanted, path, caller)


@handler.changes("POST /v1/workspaces/{workspace}/touched")
def count_touched(asked: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """Count who would lose a way in."""
    return touched().count(asked, path, caller)


@handler.uploads("PUT /v1/workspaces/{workspace}/logo", "image/png", most=LARGEST_LOGO)
def set_logo(png: bytes, path: dict[str, str], caller: Caller) -> Response:
    """Set another logo."""
    return workspace_settings.set_logo(png, path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/changes")
def read_changes(asked: dict[str, str], caller: Caller) -> Response:
    """List the changes of the last thirty days."""
    return workspace_settings.list_changes(asked, caller)


@handler.reads("POST /v1/workspaces/{workspace}/changes/{change}/undo")
def undo_change(path: dict[str, str], caller: Caller) -> Response:
    """Undo a change."""
    return workspace_settings.undo(path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/portals")
def read_portals(path: dict[str, str], caller: Caller) -> Response:
    """List the portals."""
    return portals.list(path, caller)


@handler.changes("POST /v1/workspaces/{workspace}/portals")
def add_portal(wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """Register a portal."""
    return portals.add(wanted, path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/portals/{portal}")
def read_portal(path: dict[str, str], caller: Caller) -> Response:
    """Show a portal."""
    return portals.show(path, caller)


@handler.changes("PATCH /v1/workspaces/{workspace}/portals/{portal}")
def change_portal(wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """Change a portal."""
    return portals.change(wanted, path, caller)


@handler.reads("DELETE /v1/workspaces/{workspace}/portals/{portal}")
def remove_portal(path: dict[str, str], caller: Caller) -> Response:
    """Remove a portal."""
    return portals.remove(path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/portals/{portal}/secret")
def rotate_portal_secret(path: dict[str, str], caller: Caller) -> Response:
    """Give a portal one more secret."""
    return portals.rotate(path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/connections")
def read_connections(path: dict[str, str], caller: Caller) -> Response:
    """List the connections."""
    return connections.list(path, caller)


@handler.changes("POST /v1/workspaces/{workspace}/connections")
def add_connection(wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """Add a connection."""
    return connections.add(wanted, path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/connections/{connection}")
def read_connection(path: dict[str, str], caller: Caller) -> Response:
    """Show a connection."""
    return connections.show(path, caller)


@handler.changes("PATCH /v1/workspaces/{workspace}/connections/{connection}")
def change_connection(wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """Change a connection, or switch it."""
    return connections.change(wanted, path, caller)


@handler.reads("DELETE /v1/workspaces/{workspace}/connections/{connection}")
def remove_connection(path: dict[str, str], caller: Caller) -> Response:
    """Remove a connection."""
    return connections.remove(path, caller)


@handler.writes("PUT /v1/workspaces/{workspace}/connections/{connection}/secret", AskedSecret)
def replace_secret(asked: AskedSecret, path: dict[str, str], caller: Caller) -> Response:
    """Replace a client secret."""
    return connections.replace_secret(asked, path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/connections/{connection}/test")
def test_connection(path: dict[str, str], caller: Caller) -> Response:
    """Test a connection."""
    return connections.test(path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/connections/{connection}/confirm")
def confirm_connection(path: dict[str, str], caller: Caller) -> Response:
    """Let members come in by a connection."""
    return connections.confirm(path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/team")
def read_team(path: dict[str, str], caller: Caller) -> Response:
    """List the team."""
    return members.list(path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/team", AskedMember)
def add_member(asked: AskedMember, path: dict[str, str], caller: Caller) -> Response:
    """Put a contact on the team."""
    return members.add(asked, path, caller)


@handler.writes("PUT /v1/workspaces/{workspace}/team/{contact}", AskedRole)
def change_member(asked: AskedRole, path: dict[str, str], caller: Caller) -> Response:
    """Give a member another role."""
    return members.change(asked, path, caller)


@handler.reads("DELETE /v1/workspaces/{workspace}/team/{contact}")
def remove_member(path: dict[str, str], caller: Caller) -> Response:
    """Take a member off the team."""
    return members.remove(path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/team/{contact}/confirm")
def confirm_member(path: dict[str, str], caller: Caller) -> Response:
    """Let a member come in by an address, or an account, that is new."""
    return entries.confirm_member(path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/team-methods")
def read_team_methods(path: dict[str, str], caller: Caller) -> Response:
    """Show the ways that lead to the team's side."""
    return entries.show(path, caller)


@handler.writes("PUT /v1/workspaces/{workspace}/team-methods", AskedMethods)
def set_team_methods(asked: AskedMethods, path: dict[str, str], caller: Caller) -> Response:
    """Set the ways that lead to the team's side."""
    return entries.set(asked, path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/keys")
def read_keys(path: dict[str, str], caller: Caller) -> Response:
    """List the keys."""
    return keys.list(path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/keys", AskedKey)
def add_key(asked: AskedKey, path: dict[str, str], caller: Caller) -> Response:
    """Make a key."""
    return keys.add(asked, path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/keys/{key}/rotate")
def rotate_key(path: dict[str, str], caller: Caller) -> Response:
    """Give a key another secret."""
    return keys.rotate(path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/keys/{key}/revoke")
def revoke_key(path: dict[str, str], caller: Caller) -> Response:
    """Revoke a key."""
    return keys.revoke(path, caller)


@handler.changes("POST /v1/workspaces/{workspace}/trail/list")
def list_trail(asked: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """List what happened, newest first."""
    return trail().list(asked, path, caller)


@handler.changes("POST /v1/workspaces/{workspace}/trail/export")
def export_trail(asked: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """Hand out what happened as CSV, JSON Lines or OCSF."""
    return trail().export(asked, path, caller)


@handler.changes("POST /v1/workspaces/{workspace}/trail/overview")
def overview_trail(asked: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """Count what happened, by day."""
    return trail().overview(asked, path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/directory")
def read_directory(path: dict[str, str], caller: Caller) -> Response:
    """Show how the directory is doing."""
    return directory().show(path, caller)


@handler.changes("POST /v1/workspaces/{workspace}/directory/people/find")
def find_person(asked: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """Find somebody in the directory."""
    return directory().find(asked, path, caller)


@handler.changes("POST /v1/workspaces/{workspace}/directory/people/list")
def list_people(asked: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """List the people of the directory."""
    return directory().list(asked, path, caller)


@cache
def directory() -> "DirectoryRoutes":
    """Return the routes of the directory, which are loaded when somebody looks at it."""
    from portico.edge.directory_routes import DirectoryRoutes  # noqa: PLC0415

    return DirectoryRoutes.behind(access, settings)


@cache
def trail() -> "TrailRoutes":
    """Return the routes of the trail, which are loaded when somebody reads it."""
    from portico.edge.trail_routes import TrailRoutes  # noqa: PLC0415

    return TrailRoutes.behind(access, settings)


@cache
def touched() -> "TouchedRoutes":
    """Return the routes of changes to come, which are loaded when somebody looks at one."""
    from portico.edge.touched_routes import TouchedRoutes  # noqa: PLC0415

    return TouchedRoutes.behind(access, settings)
