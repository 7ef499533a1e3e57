"""What a team does with workspaces: create and change them, and their front entrance with them.

The front entrance is the link that a workspace's address alone opens. It is a shared link whose
token is ``ent_<workspace>``, so every door takes it as it takes any link. No door imports this:
only a team opens and closes a front entrance.
"""

from dataclasses import dataclass
from typing import Any

from portico.aws.tables import Parts
from portico.clock import SYSTEM, Clock
from portico.events import Event
from portico.links.rules import front_token, public_id
from portico.links.store import Links
from portico.people.flow import TeamPeople
from portico.people.rules import Workspace


@dataclass(frozen=True, slots=True)
class TeamWorkspaces:
    """Creates and changes workspaces, each together with its front entrance."""

    people_table: str
    clock: Clock = SYSTEM

    @property
    def team(self) -> TeamPeople:
        """What a team does with the workspace's own rows."""
        return TeamPeople(self.people_table, self.clock)

    def create(
        self, workspace: Workspace, *, by: str, words: dict[str, Any] | None = None
    ) -> Workspace:
        """Create a workspace, and its front entrance if *workspace* has one.

        Raises:
            InvalidRequest: the id is not allowed.
            TakenAlready: a workspace has this id.
        """
        also = self._entrance(workspace, by) if workspace.entrance else {}
        return self.team.create_workspace(workspace, words=words, by=by, also=also)

    def change(self, workspace_id: str, changes: dict[str, Any], *, by: str) -> Workspace:
        """Change settings and words of a workspace. The caller has checked the values.

        Raises:
            NotFound: there is no such workspace.
        """
        also: Parts = {}
        if "entrance" in changes:
            workspace = self.team.workspace(workspace_id)
            also = self._entrance(workspace, by, is_open=changes["entrance"])
        return self.team.change_workspace(workspace_id, changes, by=by, also=also)

    def _entrance(self, workspace: Workspace, by: str, *, is_open: bool = True) -> Parts:
        # Setting and link are written in one transaction, so the doors only look at the link.
        token, now = front_token(workspace.id), self.clock.now()
        link = public_id(token)
        event = Event(
            "link.created" if is_open else "link.revoked",
            now,
            f"link-{link}",
            workspace.trail_days,
            by,
            detail={"link": link, "kind": "entrance"},
        )
        part = Links(self.people_table, workspace.id).entrance(
            token, label="Front entrance", portal=None, is_open=is_open, at=now, event=event
        )
        return {"entrance": part}
