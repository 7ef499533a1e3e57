"""Add, change, test and remove a workspace's connections, for the command and for its team.

A client secret goes to Secrets Manager and nowhere else, and never comes back from there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from portico.aws import client_secrets
from portico.clock import SYSTEM, Clock, epoch
from portico.errors import ChangedSince, InvalidRequest, NotFound, Refused, TakenAlready
from portico.people.memberships import team_settings_key
from portico.people.rules import Workspace
from portico.people.setting_changes import SettingChange, differing
from portico.people.store import People, connection_key
from portico.people.workspace_settings import checked, checked_by, demand_known
from portico.sso import connection_rules
from portico.sso.connection_rules import CONNECTION_KINDS, LABELS
from portico.sso.rules import CONNECTION, Connection
from portico.sso.store import Connections, is_listed, secret_name, shown_after
from portico.team import connection_drafts
from portico.team.planned_changes import ThingChange, ThingChanges
from portico.team.weaknesses import CONNECTION_WEAKENS, weakened


class NeverTested(Refused):
    """The connection is a draft, and only a test that it passes switches it on."""


class NeverConfirmed(Refused):
    """The connection waits for an owner, and only one who confirms it switches it on."""


class OtherKind(Refused):
    """The id belongs to a connection of another kind, to which accounts are linked."""


@dataclass(frozen=True, slots=True)
class ConnectionChanges:
    """The connections of a deployment's workspaces."""

    people_table: str
    sign_in_table: str
    secrets: str
    """What the names of client secrets begin with."""
    loopback: bool = False
    """Whether a provider may be on this machine."""
    by_team: bool = False
    """Whether members of the team make the changes, so that an owner has to confirm them."""
    clock: Clock = SYSTEM

    def all(self, workspace: Workspace) -> list[Connection]:
        """List the connections by id."""
        found = Connections(self.people_table, workspace.id).all()
        return sorted((c for c in found if is_listed(workspace, c.id)), key=lambda each: each.id)

    def find(self, workspace: Workspace, id_: str) -> Connection:
        """Read a connection.

        Raises:
            NotFound: there is none of this id, or it was removed.
        """
        found = self.former(workspace, id_) if is_listed(workspace, id_) else None
        if found is None:
            raise NotFound
        return found

    def find_stamped(self, workspace: Workspace, id_: str) -> tuple[Connection, frozenset[str]]:
        """Read a connection, and the stamps of what owners have confirmed, in one call.

        Raises:
            NotFound: there is none of this id, or it was removed.
        """
        if not is_listed(workspace, id_):
            raise NotFound
        people = People(self.people_table, workspace.id)
        row, team = people.read(connection_key(workspace.id, id_), team_settings_key(workspace.id))
        if row is None:
            raise NotFound
        return Connection.from_row(row), frozenset((team or {}).get("confirmed", ()))

    def former(self, workspace: Workspace, id_: str) -> Connection | None:
        """Read what is there under an id that somebody wants to use."""
        if not CONNECTION.match(id_):
            return None
        (row,) = People(self.people_table, workspace.id).read(connection_key(workspace.id, id_))
        return Connection.from_row(row) if row else None

    def plan_add(
        self,
        workspace: Workspace,
        id_: str,
        values: Mapping[str, Any],
        *,
        replacing: bool = False,
        by: str,
    ) -> tuple[Connection, ThingChange]:
        """Plan to add a connection. It is a draft until its test has passed; of a team's, until an
        owner has confirmed it as well.

        Args:
            workspace: the workspace.
            id_: the connection's.
            values: what is set of it, by the names of `CONNECTION_KINDS`.
            replacing: whether one of this id may be written over. It stays on, or a draft.
            by: who does it.

        Raises:
            SettingsRefused: one or more values are not allowed.
            TakenAlready: there is a connection of this id.
            OtherKind: there is, or was, one of another kind.
        """
        typed = _typed(values)
        for name in ("kind", "client_id"):
            if name not in typed:
                raise InvalidRequest(name, CONNECTION_KINDS[name].says)
        before = self.former(workspace, id_)
        is_there = before is not None and is_listed(workspace, id_)
        if is_there and not replacing:
            raise TakenAlready("connection")
        if before is not None and before.kind != typed["kind"]:
            # Accounts are linked to a connection; of another kind they would be others'.
            raise OtherKind
        bare = Connection(
            id=id_,
            workspace_id=workspace.id,
            kind=typed["kind"],
            label=LABELS.get(typed["kind"], workspace.name),
            client_id=typed["client_id"],
            on=before.on if before and is_there else False,
            draft=before.draft or before.waits if before and is_there else True,
        )
        after = connection_rules.checked(replace(bare, **typed), loopback=self.loopback)
        if self.by_team:
            after = connection_drafts.set_by_team(before if is_there else None, after)
        name = "connection.changed" if is_there else "connection.added"
        return after, self._plan(workspace, before if is_there else None, after, name, by=by)

    def plan_change(
        self,
        workspace: Workspace,
        before: Connection,
        values: Mapping[str, Any],
        *,
        on: bool | None = None,
        by: str,
    ) -> tuple[Connection, ThingChange]:
        """Plan to change a connection, or to switch it. A team's change of whom it signs in makes a
        draft of it.

        Args:
            workspace: the workspace.
            before: the connection as it was read.
            values: what changes, by the names of `CONNECTION_KINDS`, but never its kind.
            on: whether the sign-in page offers it; ``None``: as before.
            by: who does it.

        Raises:
            SettingsRefused: one or more values are not allowed.
            NeverTested: a draft is to be switched on, or what the change makes one.
            NeverConfirmed: the team is to switch on what waits for an owner.
            OtherKind: it would become another kind.
        """
        typed = _typed(values)
        if typed.get("kind", before.kind) != before.kind:
            raise OtherKind
        if on and before.draft:
            raise NeverTested
        switched = before.on if on is None else on
        after = connection_rules.checked(
            replace(before, **typed, on=switched), loopback=self.loopback
        )
        if self.by_team:
            after = connection_drafts.set_by_team(before, after)
            if on and not after.on:
                raise NeverTested if after.draft else NeverConfirmed
        elif on and before.waits:
            after = connection_drafts.confirmed(after)
        name = "connection.changed"
        if not typed and switched is not before.on:
            name = f"connection.switched-{'on' if switched else 'off'}"
        return after, self._plan(workspace, before, after, name, by=by)

    def plan_tested(
        self, workspace: Workspace, before: Connection, *, by: str
    ) -> tuple[Connection, ThingChange]:
        """Plan what a passed test changes: a draft is offered from then on, or waits for an owner."""
        after = connection_drafts.tested(before, by_team=self.by_team)
        if not after.waits:
            return after, self._plan(workspace, before, after, "connection.switched-on", by=by)
        plan = self._plan(workspace, before, after, "connection.changed", by=by)
        # All owners are told: now it waits for nothing but one of them.
        return after, replace(plan, weakens=["draft"])

    def plan_confirmed(
        self, workspace: Workspace, before: Connection, *, by: str
    ) -> tuple[Connection, ThingChange]:
        """Plan what an owner's word changes of a connection that waits for it."""
        after = connection_drafts.confirmed(before)
        name = f"connection.{'switched-on' if after.on else 'changed'}"
        return after, self._plan(workspace, before, after, name, by=by)

    def plan_secret(
        self, workspace: Workspace, before: Connection, *, by: str
    ) -> tuple[Connection, ThingChange]:
        """Plan to replace the client secret. The change says that, and nothing of the secret."""
        plan = self._plan(workspace, before, before, "connection.secret-replaced", by=by)
        now = str(epoch(self.clock.now()))
        change = replace(plan.change, before={"secret": ""}, after={"secret": f"replaced at {now}"})
        return before, replace(plan, change=change, weakens=["secret"])

    def plan_removal(
        self, workspace: Workspace, before: Connection, *, by: str
    ) -> tuple[Connection, ThingChange]:
        """Plan to remove a connection. Accounts stay linked to its id, and open nothing."""
        gone = replace(before, on=False, draft=True)
        plan = self._plan(workspace, before, gone, "connection.removed", by=by, removed=True)
        change = replace(plan.change, before=before.values(), after={"removed": True})
        return gone, replace(plan, change=change, weakens=[])

    def plan_undo(
        self, workspace: Workspace, now: Connection, change: SettingChange, *, by: str
    ) -> tuple[Connection, ThingChange]:
        """Plan to bring back what was set before a change, but never a secret.

        Raises:
            ChangedSince: what it has set was changed since, or it cannot be undone, as what an
                owner has confirmed.
            SettingsRefused: the values are not allowed any more.
        """
        since = change.changed_since(now.values())
        if since or not change.before:
            raise ChangedSince(tuple(sorted(since or {"id"})))
        if change.before.get("waits") and not set(change.fields) - {"waits", "on"}:
            raise ChangedSince(("waits",))
        after = connection_rules.checked(replace(now, **change.before), loopback=self.loopback)
        if after.draft:
            after = replace(after, on=False)
        if self.by_team:
            after = connection_drafts.set_by_team(now, after)
        plan = self._plan(workspace, now, after, "connection.changed", by=by)
        return after, replace(plan, change=replace(plan.change, undoes=change.id))

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

    def keep_secret(self, connection: Connection, text: str) -> None:
        """Write a client secret, after the line that says so: none is ever written silently."""
        client_secrets.keep_secret(secret_name(self.secrets, connection), text)

    def drop_secret(self, connection: Connection) -> None:
        """Delete the client secret of a connection that was removed."""
        client_secrets.drop_secret(secret_name(self.secrets, connection))

    def has_secret(self, connection: Connection) -> bool:
        """Say whether there is a client secret, without reading it."""
        return client_secrets.is_kept(secret_name(self.secrets, connection))

    def _plan(
        self,
        workspace: Workspace,
        before: Connection | None,
        after: Connection,
        name: str,
        *,
        by: str,
        removed: bool = False,
    ) -> ThingChange:
        # What the page will know of it shares a row with all other settings.
        checked(workspace, {"connections": shown_after(workspace, after, removed=removed)})
        was, becomes = differing(before.values() if before else {}, after.values())
        change = SettingChange.made(
            f"connection:{after.id}", was, becomes, by=by, at=self.clock.now()
        )
        store = Connections(self.people_table, workspace.id)
        return ThingChange(
            workspace,
            change,
            name,
            {"connection": after.id, "label": after.label, "kind": after.kind},
            weakened(CONNECTION_WEAKENS, was, becomes),
            store.writing(after, workspace, removed=removed),
        )


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    demand_known(CONNECTION_KINDS, values)
    return checked_by(CONNECTION_KINDS, dict(values))
