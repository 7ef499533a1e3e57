"""The routes of a workspace's settings."""

from dataclasses import dataclass

from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess
from portico.events import Caller
from portico.team.rules import Action


@dataclass(frozen=True, slots=True)
class SettingsRoutes:
    """What the door answers about settings."""

    access: TeamAccess

    def show(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with the workspace's settings, to a member or to a key."""
        found = self.access.of_anyone(path, caller, Action.READ_SETTINGS)
        return Response(200, {"settings": found.workspace.row()})
