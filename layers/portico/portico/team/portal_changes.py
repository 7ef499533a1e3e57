"""Register, change and remove a workspace's portals, for the command and for its team."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from portico.clock import SYSTEM, Clock
from portico.errors import ChangedSince, NotFound, TakenAlready
from portico.ids import digest
from portico.openid import registration
from portico.openid.registered_client import (
    CLIENT_NAME,
    SECRETS_KEPT,
    RegisteredClient,
    client_key,
    new_secret,
)
from portico.openid.registration import PORTAL_KINDS
from portico.openid.store import RegisteredClients, shown_after
from portico.people.rules import Workspace
from portico.people.setting_changes import SettingChange, SettingChangeLog, differing
from portico.people.store import People
from portico.people.workspace_settings import checked, checked_by, demand_known
from portico.team.planned_changes import ThingChange, ThingChanges
from portico.team.weaknesses import PORTAL_WEAKENS, weakened


@dataclass(frozen=True, slots=True)
class PortalChanges:
    """The portals of a deployment's workspaces."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def all(self, workspace: Workspace, *, removed: bool = False) -> list[RegisteredClient]:
        """List portals by name; with *removed* also those that a team took away."""
        every = RegisteredClients(self.people_table, workspace.id).all()
        kept = [each for each in every if removed or not each.is_removed]
        return sorted(kept, key=lambda each: each.id)

    def find(self, workspace: Workspace, name: str) -> RegisteredClient:
        """Read a portal.

        Raises:
            NotFound: there is none of this name, or it was removed.
        """
        return self.find_with_change(workspace, name, "")[0]

    def find_with_change(
        self, workspace: Workspace, name: str, change: str, *, removed: bool = False
    ) -> tuple[RegisteredClient, SettingChange | None]:
        """Read a portal, and a change of a workspace that can still be undone, in one call.

        Raises:
            NotFound: there is none of this name, or it was removed.
        """
        if not CLIENT_NAME.match(name):
            raise NotFound
        log = SettingChangeLog(self.people_table, workspace.id)
        keys = [client_key(workspace.id, name), *log.keys(change)]
        row, *rows = People(self.people_table, workspace.id).read(*keys)
        found = RegisteredClient.from_row(row) if row else None
        if found is None or (found.is_removed and not removed):
            raise NotFound
        return found, log.found(rows, at=self.clock.now())

    def former(self, workspace: Workspace, name: str) -> RegisteredClient | None:
        """Read what is there under a name that somebody wants to use."""
        (row,) = People(self.people_table, workspace.id).read(client_key(workspace.id, name))
        return RegisteredClient.from_row(row) if row else None

    def plan_add(
        self,
        workspace: Workspace,
        name: str,
        values: Mapping[str, Any],
        *,
        public: bool = False,
        replacing: bool = False,
        by: str,
    ) -> tuple[tuple[RegisteredClient, str | None], ThingChange]:
        """Plan to register a portal, and return it with its secret, which nobody can see again.

        Args:
            workspace: the workspace.
            name: the portal's.
            values: what is set of it, by the names of `PORTAL_KINDS`.
            public: whether it keeps no secret.
            replacing: whether the name of a removed portal may be used again.
            by: who does it.

        Raises:
            SettingsRefused: one or more values are not allowed.
            TakenAlready: there is a portal of this name, or was one.
        """
        before = self.former(workspace, name) if CLIENT_NAME.match(name) else None
        if before is not None and not (before.is_removed and replacing):
            raise TakenAlready("portal")
        fresh = None if public else new_secret(secrets.token_bytes(32))
        bare = RegisteredClient(
            id=name,
            workspace_id=workspace.id,
            label=name,
            secrets=[digest(fresh)] if fresh else [],
        )
        portal = registration.checked(replace(bare, **_typed(values)))
        kind = "public" if public else "confidential"
        plan = self._plan(workspace, None, portal, "portal.added", by=by, kind=kind)
        return (portal, fresh), plan

    def plan_change(
        self,
        workspace: Workspace,
        before: RegisteredClient,
        values: Mapping[str, Any],
        *,
        keeping: int | None = None,
        new: bool = False,
        press: tuple[str, ...] = (),
        by: str,
    ) -> tuple[tuple[RegisteredClient, str | None], ThingChange]:
        """Plan to change what is registered of a portal, and return a new secret if there is one.

        Args:
            workspace: the workspace.
            before: the portal as it was read.
            values: what changes, by the names of `PORTAL_KINDS`.
            keeping: how many of its secrets stay valid, the newest first; 0 makes it public.
            new: whether it gets one more secret. The oldest ends, if there are two.
            press: digests of the request for it, of which the first is kept. If it comes again before
                anything else has changed, nobody has seen the secret that it made before: that one is
                replaced, and the one in use stays good.
            by: who does it.

        Raises:
            SettingsRefused: one or more values are not allowed.
        """
        fresh = new_secret(secrets.token_bytes(32)) if new else None
        is_repeat = before.rotated_by in press
        seen = before.secrets[1:] if is_repeat else before.secrets
        every = [digest(fresh), *seen] if fresh else before.secrets
        kept = every[: SECRETS_KEPT if keeping is None else keeping]
        # By its first press: one that comes every day is no repeat of them all.
        rotated_by = before.rotated_by if is_repeat else next(iter(press), "")
        changed = replace(before, **_typed(values), secrets=kept, rotated_by=rotated_by)
        portal = registration.checked(changed)
        plan = self._plan(workspace, before, portal, "portal.changed", by=by)
        return (portal, fresh), plan

    def plan_removal(
        self, workspace: Workspace, before: RegisteredClient, *, by: str
    ) -> tuple[RegisteredClient, ThingChange]:
        """Plan to remove a portal: nobody signs in through it, and it refreshes no tokens."""
        gone = replace(
            before,
            on=False,
            redirect_uris=[],
            post_logout_uris=[],
            secrets=[],
            without_pkce=False,
            initiate_login_uri=None,
            backchannel_logout_uri=None,
            rotated_by="",
        )
        plan = self._plan(workspace, before, gone, "portal.removed", by=by)
        return gone, replace(plan, weakens=[])

    def plan_undo(
        self, workspace: Workspace, now: RegisteredClient, change: SettingChange, *, by: str
    ) -> tuple[RegisteredClient, ThingChange]:
        """Plan to bring back what was registered before a change, but never a secret.

        Raises:
            ChangedSince: what it has set was changed since, or it cannot be undone.
            SettingsRefused: the values are not allowed any more.
        """
        since = change.changed_since(now.values()) | ({"secrets"} & set(change.fields))
        if since or not change.before:
            raise ChangedSince(tuple(sorted(since or {"id"})))
        portal = registration.checked(replace(now, **change.before, rotated_by=""))
        plan = self._plan(workspace, now, portal, "portal.changed", by=by)
        return portal, replace(plan, change=replace(plan.change, undoes=change.id))

    def make[T](
        self,
        workspace: Workspace,
        planned: Callable[[Workspace], tuple[T, ThingChange]],
        *,
        host: str,
    ) -> T:
        """Plan a change and make it (`ThingChanges.make`)."""
        return ThingChanges(self.people_table, self.sign_in_table).make(
            workspace, planned, host=host
        )

    def _plan(
        self,
        workspace: Workspace,
        before: RegisteredClient | None,
        after: RegisteredClient,
        name: str,
        *,
        by: str,
        **detail: str,
    ) -> ThingChange:
        # What the doors will know of it shares a row with all other settings.
        checked(workspace, {"portals": shown_after(workspace, after)})
        was, becomes = differing(before.values() if before else {}, after.values())
        now = self.clock.now()
        change = SettingChange.made(f"portal:{after.id}", was, becomes, by=by, at=now)
        parts = RegisteredClients(self.people_table, workspace.id).writing(after, workspace, at=now)
        detail = {"portal": after.id, "label": after.label, **detail}
        weakens = weakened(PORTAL_WEAKENS, was, becomes)
        return ThingChange(workspace, change, name, detail, weakens, parts)


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    demand_known(PORTAL_KINDS, values)
    return checked_by(PORTAL_KINDS, dict(values))
