"""/v1/workspaces: what a workspace's team does without the command: settings, team, keys."""

import os

from portico.edge.door import Door
from portico.edge.responses import Response
from portico.edge.team_routes import AskedKey, AskedMember, AskedRole, TeamFlows
from portico.events import Caller
from portico.settings import ManageWorkspaceSettings

settings = ManageWorkspaceSettings.read(os.environ)
flows = TeamFlows.from_settings(settings)
handler = Door("manage_workspace", settings)


@handler.reads("GET /v1/workspaces/{workspace}/settings")
def read_settings(path: dict[str, str], caller: Caller) -> Response:
    """Show the settings."""
    return flows.settings(path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/team")
def read_team(path: dict[str, str], caller: Caller) -> Response:
    """List the team."""
    return flows.team(path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/team", AskedMember)
def add_member(asked: AskedMember, path: dict[str, str], caller: Caller) -> Response:
    """Put a contact on the team."""
    return flows.add(asked, path, caller)


@handler.writes("PUT /v1/workspaces/{workspace}/team/{contact}", AskedRole)
def change_member(asked: AskedRole, path: dict[str, str], caller: Caller) -> Response:
    """Give a member another role."""
    return flows.change(asked, path, caller)


@handler.reads("DELETE /v1/workspaces/{workspace}/team/{contact}")
def remove_member(path: dict[str, str], caller: Caller) -> Response:
    """Take a member off the team."""
    return flows.remove(path, caller)


@handler.reads("GET /v1/workspaces/{workspace}/keys")
def read_keys(path: dict[str, str], caller: Caller) -> Response:
    """List the keys."""
    return flows.list_keys(path, caller)


@handler.writes("POST /v1/workspaces/{workspace}/keys", AskedKey)
def add_key(asked: AskedKey, path: dict[str, str], caller: Caller) -> Response:
    """Make a key."""
    return flows.add_key(asked, path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/keys/{key}/rotate")
def rotate_key(path: dict[str, str], caller: Caller) -> Response:
    """Give a key another secret."""
    return flows.rotate_key(path, caller)


@handler.reads("POST /v1/workspaces/{workspace}/keys/{key}/revoke")
def revoke_key(path: dict[str, str], caller: Caller) -> Response:
    """Revoke a key."""
    return flows.revoke_key(path, caller)
