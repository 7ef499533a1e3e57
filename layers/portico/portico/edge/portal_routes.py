"""The routes of a workspace's portals: which there are, as what, and a new secret once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from portico.clock import SYSTEM, Clock
from portico.edge.responses import Response
from portico.edge.settings_routes import ThingPlan, allowed_by, etag_of, naming
from portico.edge.team_access import TeamAccess, demand_match, press_of
from portico.errors import InvalidRequest
from portico.events import Caller
from portico.openid.registered_client import CLIENT_NAME, SECRETS_KEPT, RegisteredClient
from portico.openid.registration import cautions
from portico.people.rules import Workspace
from portico.people.setting_changes import SettingChange
from portico.settings import ManageWorkspaceSettings
from portico.team.portal_changes import PortalChanges
from portico.team.rules import Action
from portico.team.team_caller import TeamCaller


@dataclass(frozen=True, slots=True)
class PortalRoutes:
    """What the door answers about portals."""

    access: TeamAccess
    portals: PortalChanges
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageWorkspaceSettings) -> Self:
        """Make the routes from a door's settings."""
        return cls(access, PortalChanges(settings.people_table, settings.sign_in_table))

    def list(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with all portals, without their secrets."""
        found = self.access.of_anyone(path, caller, Action.READ_SETTINGS)
        every = self.portals.all(found.workspace)
        return Response(200, {"portals": [_answer(each, found.workspace) for each in every]})

    def show(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with one portal."""
        found = self.access.of_anyone(path, caller, Action.READ_SETTINGS)
        portal = self.portals.find(found.workspace, path["portal"])
        return _showing(portal, found.workspace)

    def add(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Register a portal, and answer with its secret, only this once."""
        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)
        name, public = wanted.pop("id", None), wanted.pop("public", False)
        replacing = wanted.pop("replace", False)
        if not isinstance(name, str) or not CLIENT_NAME.match(name):
            raise InvalidRequest("id", "1 to 31 of a-z, 0-9 and -, a letter first")
        if not isinstance(public, bool) or not isinstance(replacing, bool):
            raise InvalidRequest("public", "true or false, and so is replace")

        def planned(workspace: Workspace) -> ThingPlan[tuple[RegisteredClient, str | None]]:
            return self.portals.plan_add(
                workspace, name, wanted, public=public, replacing=replacing, by=member.by
            )

        portal, secret = self._make(member, caller, planned)
        return _showing(portal, member.workspace, secret=secret, status=201)

    def change(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Change what was sent, and nothing else. Of secrets, how many stay valid."""
        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)
        keeping = wanted.pop("secrets_kept", None)
        if keeping is not None and (
            not isinstance(keeping, int)
            or isinstance(keeping, bool)
            or not 0 <= keeping <= SECRETS_KEPT
        ):
            raise InvalidRequest("secrets_kept", f"0 to {SECRETS_KEPT}: the newest stay")

        change: SettingChange | None = None

        def planned(workspace: Workspace) -> ThingPlan[tuple[RegisteredClient, str | None]]:
            nonlocal change
            before = self._seen(workspace, path["portal"], caller)
            made, plan = self.portals.plan_change(
                workspace, before, wanted, keeping=keeping, by=member.by
            )
            change = plan.change
            return made, plan

        portal, _ = self._make(member, caller, planned)
        return _showing(portal, member.workspace, naming(change))

    def rotate(self, path: dict[str, str], caller: Caller) -> Response:
        """Give a portal one more secret, and answer with it, only this once."""
        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)
        press = press_of(caller, member, "secret", path["portal"], at=self.clock.now())

        def planned(workspace: Workspace) -> ThingPlan[tuple[RegisteredClient, str | None]]:
            before = self.portals.find(workspace, path["portal"])
            # What a repeat has seen is the state before its own first answer, which was lost.
            if before.rotated_by not in press:
                demand_match(caller, _etag(before), {"portal": _answer(before, workspace)})
            return self.portals.plan_change(
                workspace, before, {}, new=True, press=press, by=member.by
            )

        portal, secret = self._make(member, caller, planned)
        return _showing(portal, member.workspace, secret=secret)

    def remove(self, path: dict[str, str], caller: Caller) -> Response:
        """Remove a portal."""
        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)

        def planned(workspace: Workspace) -> ThingPlan[RegisteredClient]:
            before = self._seen(workspace, path["portal"], caller)
            return self.portals.plan_removal(workspace, before, by=member.by)

        self._make(member, caller, planned)
        return Response(204)

    def undo(self, member: TeamCaller, change: SettingChange, caller: Caller) -> Response:
        """Bring back what was registered before a change."""
        name = change.about.partition(":")[2]

        def planned(workspace: Workspace) -> ThingPlan[RegisteredClient]:
            now = self._seen(workspace, name, caller, removed=True)
            return self.portals.plan_undo(workspace, now, change, by=member.by)

        return _showing(self._make(member, caller, planned), member.workspace)

    def _seen(
        self, workspace: Workspace, name: str, caller: Caller, *, removed: bool = False
    ) -> RegisteredClient:
        """Return the portal as it was when the caller last saw it."""
        found, _ = self.portals.find_with_change(workspace, name, "", removed=removed)
        demand_match(caller, _etag(found), {"portal": _answer(found, workspace)})
        return found

    def _make[T](
        self, member: TeamCaller, caller: Caller, planned: Callable[[Workspace], ThingPlan[T]]
    ) -> T:
        allowed = allowed_by(member, planned, self.clock)
        return self.portals.make(member.workspace, allowed, host=caller.host)


def _etag(portal: RegisteredClient) -> str:
    return etag_of(portal.values())


def _answer(portal: RegisteredClient, workspace: Workspace) -> dict[str, Any]:
    values = portal.values()
    del values["secrets"]
    return {
        "id": portal.id,
        "client_id": portal.client_id,
        **{name: values[name] for name in sorted(values)},
        "public": portal.is_public and not portal.is_removed,
        "secrets_kept": len(portal.secrets),
        "cautions": [] if portal.is_removed else cautions(portal, workspace),
        "etag": _etag(portal),
    }


def _showing(
    portal: RegisteredClient,
    workspace: Workspace,
    more: dict[str, Any] | None = None,
    *,
    secret: str | None = None,
    status: int = 200,
) -> Response:
    content: dict[str, Any] = {"portal": _answer(portal, workspace), **(more or {})}
    if secret is not None:
        content["secret"] = secret
    return Response(status, content, {"etag": _etag(portal)})
