"""The route that says whom a change would touch, before anybody makes it."""

from dataclasses import dataclass, replace
from typing import Any, Self

from portico.clock import SYSTEM, Clock
from portico.edge.requests import shaped
from portico.edge.responses import Response
from portico.edge.settings_routes import as_invalid
from portico.edge.team_access import TeamAccess
from portico.errors import NotFound
from portico.events import Caller
from portico.people.rules import Workspace
from portico.people.setting_changes import SettingChange
from portico.people.store import People
from portico.people.workspace_settings import SettingsRefused
from portico.settings import ManageWorkspaceSettings
from portico.sso.rules import Connection
from portico.sso.store import Connections, is_listed
from portico.team.rules import Action
from portico.team.team_caller import TeamCaller
from portico.team.touched import TouchedContacts
from portico.team.touched_rules import (
    COUNTED,
    NO_WAYS,
    OpenWays,
    TouchedContact,
    WaysChange,
    closes,
    is_counted,
)
from portico.team.visits import Visits
from portico.team.workspace_changes import WorkspaceChanges


@dataclass(frozen=True, slots=True)
class AskedTouched:
    """POST …/touched: a change of settings, or a connection that is to be off or gone."""

    settings: dict[str, Any] | None = None
    connection: str | None = None


@dataclass(frozen=True, slots=True)
class TouchedRoutes:
    """What the door answers about changes that nobody has made yet."""

    access: TeamAccess
    changes: WorkspaceChanges
    visits: Visits
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageWorkspaceSettings) -> Self:
        """Make the routes from a door's settings."""
        changes = WorkspaceChanges(settings.people_table, settings.sign_in_table)
        return cls(access, changes, Visits(settings.sign_in_table))

    def count(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Count who would lose a way in. Whoever may change settings may list contacts, too."""
        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)
        asked = shaped(wanted, AskedTouched)
        change = self._planned(member, asked)
        table, id_ = self.changes.people_table, member.workspace.id
        before = Connections(table, id_).all()
        before = [each for each in before if is_listed(member.workspace, each.id)]
        if asked.connection is not None and not is_listed(member.workspace, asked.connection):
            raise NotFound
        after = [_off(each) if each.id == asked.connection else each for each in before]
        workspace = _after(member.workspace, change)
        is_closing = closes(member.workspace, workspace, at=self.clock.now())
        ways = WaysChange(
            OpenWays.of(member.workspace, before),
            NO_WAYS if is_closing else OpenWays.of(workspace, after),
        )
        found = TouchedContacts(People(table, id_)).count(ways)
        if found.first:
            self.visits.note_list(member, by="touched", found=found.count)
        answer = {
            "count": found.count,
            "shut_out": found.shut_out,
            "looked_at": found.looked_at,
            "complete": found.is_complete,
            "contacts": [_answer(each) for each in found.first],
            "not_counted": sorted(
                name
                for name, value in change.after.items()
                if not is_counted(name, change.before[name], value)
            ),
        }
        return Response(200, answer)

    def _planned(self, member: TeamCaller, asked: AskedTouched) -> SettingChange:
        """Check the settings as a change of them does."""
        workspace, words, _ = self.changes.read(member.workspace)
        try:
            return self.changes.plan(workspace, words, asked.settings or {}, by=member.by).change
        except SettingsRefused as refused:
            raise as_invalid(refused) from None


def _after(workspace: Workspace, change: SettingChange) -> Workspace:
    counted = {name: value for name, value in change.after.items() if name in COUNTED}
    return replace(workspace, **counted)


def _off(connection: Connection) -> Connection:
    return replace(connection, on=False)


def _answer(touched: TouchedContact) -> dict[str, Any]:
    contact = touched.contact
    return {
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "loses": list(touched.loses),
        "shut_out": touched.is_shut_out,
        "why": touched.why,
    }
