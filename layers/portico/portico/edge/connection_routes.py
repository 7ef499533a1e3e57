"""The routes of a workspace's connections. A client secret is taken in, and never given out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from portico.aws import deadline
from portico.clock import SYSTEM, Clock
from portico.edge.responses import Response
from portico.edge.settings_routes import ThingPlan, allowed_by, etag_of, naming
from portico.edge.team_access import TeamAccess, demand_match
from portico.errors import InvalidRequest, TryLater
from portico.events import Caller
from portico.people.rules import Workspace
from portico.people.setting_changes import SettingChange
from portico.printable import printable
from portico.settings import ManageWorkspaceSettings
from portico.sso.connection_rules import cautions, checked_secret
from portico.sso.rules import CONNECTION, Connection
from portico.team.connection_changes import (
    ConnectionChanges,
    NeverConfirmed,
    NeverTested,
    OtherKind,
)
from portico.team.connection_drafts import stamp_of
from portico.team.rules import Action
from portico.team.team_caller import TeamCaller
from portico.team.team_entry import TeamEntries

TEST_TIME = timedelta(seconds=5)
"""A test reads two documents of a provider. The function has six seconds."""
_OTHER_KIND = "accounts are linked to this id: another kind needs another id"


@dataclass(frozen=True, slots=True)
class AskedSecret:
    """PUT …/connections/{connection}/secret: the client secret that the provider gave."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConnectionRoutes:
    """What the door answers about connections."""

    access: TeamAccess
    connections: ConnectionChanges
    entries: TeamEntries
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageWorkspaceSettings) -> Self:
        """Make the routes from a door's settings."""
        tables = settings.people_table, settings.sign_in_table
        loopback = settings.provider_loopback == "open"
        rooms = ConnectionChanges(
            *tables, settings.connection_secrets, loopback=loopback, by_team=True
        )
        return cls(access, rooms, TeamEntries(*tables))

    def list(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with all connections, without their secrets."""
        found = self.access.of_anyone(path, caller, Action.READ_SETTINGS)
        every = self.connections.all(found.workspace)
        stamps = self._stamps(found.workspace)
        shown = [_answer(each, stamps, caller) for each in every]
        return Response(200, {"connections": shown})

    def show(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with one connection."""
        found = self.access.of_anyone(path, caller, Action.READ_SETTINGS)
        connection, stamps = self.connections.find_stamped(found.workspace, path["connection"])
        return _showing(connection, stamps, caller)

    def add(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Add a connection, as a draft, with its client secret."""
        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)
        id_, secret = wanted.pop("id", None), checked_secret(wanted.pop("secret", None))
        if not isinstance(id_, str) or not CONNECTION.match(id_):
            raise InvalidRequest("id", "2 to 31 of a-z, 0-9 and -, a letter first")

        def planned(workspace: Workspace) -> ThingPlan[Connection]:
            try:
                return self.connections.plan_add(workspace, id_, wanted, by=member.by)
            except OtherKind:
                raise InvalidRequest("kind", _OTHER_KIND) from None

        connection = self._make(member, caller, planned)
        # After the line that says so, and only if this id was nobody's: a repeat writes no secret.
        self.connections.keep_secret(connection, secret)
        return _showing(connection, self._stamps(member.workspace), caller, status=201)

    def change(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Change what was sent, and nothing else. ``on`` switches it."""
        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)
        on = wanted.pop("on", None)
        if on is not None and not isinstance(on, bool):
            raise InvalidRequest("on", "true or false")

        stamps: frozenset[str] = frozenset()
        change: SettingChange | None = None

        def planned(workspace: Workspace) -> ThingPlan[Connection]:
            nonlocal stamps, change
            before, stamps = self._seen(workspace, path["connection"], caller)
            try:
                made, plan = self.connections.plan_change(
                    workspace, before, wanted, on=on, by=member.by
                )
            except NeverTested:
                raise InvalidRequest("on", "it is a draft, until its test has passed") from None
            except NeverConfirmed:
                raise InvalidRequest("on", "it waits until an owner confirms it") from None
            except OtherKind:
                raise InvalidRequest("kind", _OTHER_KIND) from None
            change = plan.change
            return made, plan

        connection = self._make(member, caller, planned)
        return _showing(connection, stamps, caller, naming(change))

    def replace_secret(self, asked: AskedSecret, path: dict[str, str], caller: Caller) -> Response:
        """Replace the client secret."""
        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)
        secret = checked_secret(asked.secret)
        stamps: frozenset[str] = frozenset()

        def planned(workspace: Workspace) -> ThingPlan[Connection]:
            nonlocal stamps
            before, stamps = self._seen(workspace, path["connection"], caller)
            return self.connections.plan_secret(workspace, before, by=member.by)

        connection = self._make(member, caller, planned)
        self.connections.keep_secret(connection, secret)
        return _showing(connection, stamps, caller)

    def test(self, path: dict[str, str], caller: Caller) -> Response:
        """Ask the provider as a sign-in would. A draft that passes waits for an owner from then on,
        or is offered if one has confirmed it.
        """
        # Loaded here: only this asks others, and no other request of this door needs it.
        from portico.sso.connection_check import check_connection  # noqa: PLC0415
        from portico.sso.discovery import Discovery  # noqa: PLC0415

        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)
        connection = self.connections.find(member.workspace, path["connection"])
        if connection.draft:
            member.standing.demand_fresh(at=self.clock.now())
        deadline.leave(TEST_TIME)
        trial = check_connection(connection, Discovery(loopback=self.connections.loopback))
        problems = list(trial.problems)
        if not self.connections.has_secret(connection):
            problems.append("There is no client secret: set it anew.")
        if not problems:
            deadline.leave(deadline.TIME_TO_MEND)
            connection = self._make(
                member, caller, lambda now: self._plan_tested(now, connection, by=member.by)
            )
        # What a provider publishes may hold anything, and somebody reads it on a terminal.
        outcome = {
            "passed": not problems,
            "problems": [printable(each) for each in problems],
            "found": {name: printable(each) for name, each in trial.asked.items()},
        }
        stamps = self._stamps(member.workspace)
        return _showing(connection, stamps, caller, {"test": outcome})

    def confirm(self, path: dict[str, str], caller: Caller) -> Response:
        """Let people come in by a connection as it is now. Only an owner says so."""
        member = self.access.of_member(path, caller, Action.WRITE_TEAM)
        connection, stamps = self.connections.find_stamped(member.workspace, path["connection"])
        if connection.waits or caller.if_match is not None:
            # As the owner has looked at it, and not as somebody has made it meanwhile. One that was
            # on when they looked may wait by now.
            demand_match(
                caller, _etag(connection), {"connection": _answer(connection, stamps, caller)}
            )
        self.entries.confirm_connection(
            member.workspace, connection.id, seen=connection, host=caller.host, by=member.by
        )
        return Response(204)

    def remove(self, path: dict[str, str], caller: Caller) -> Response:
        """Remove a connection, and its client secret."""
        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)

        def planned(workspace: Workspace) -> ThingPlan[Connection]:
            before, _ = self._seen(workspace, path["connection"], caller)
            return self.connections.plan_removal(workspace, before, by=member.by)

        self.connections.drop_secret(self._make(member, caller, planned))
        return Response(204)

    def undo(self, member: TeamCaller, change: SettingChange, caller: Caller) -> Response:
        """Bring back what was set before a change."""
        id_ = change.about.partition(":")[2]
        stamps: frozenset[str] = frozenset()

        def planned(workspace: Workspace) -> ThingPlan[Connection]:
            nonlocal stamps
            now, stamps = self._seen(workspace, id_, caller)
            return self.connections.plan_undo(workspace, now, change, by=member.by)

        return _showing(self._make(member, caller, planned), stamps, caller)

    def _plan_tested(
        self, workspace: Workspace, tested: Connection, *, by: str
    ) -> ThingPlan[Connection]:
        now = self.connections.find(workspace, tested.id)
        if stamp_of(now) != stamp_of(tested):
            raise TryLater(cause="the connection was changed while it was tested")
        return self.connections.plan_tested(workspace, now, by=by)

    def _stamps(self, workspace: Workspace) -> frozenset[str]:
        return frozenset(self.entries.of(workspace).confirmed)

    def _seen(
        self, workspace: Workspace, id_: str, caller: Caller
    ) -> tuple[Connection, frozenset[str]]:
        """Return the connection as it was when the caller last saw it, and what is confirmed."""
        found, stamps = self.connections.find_stamped(workspace, id_)
        demand_match(caller, _etag(found), {"connection": _answer(found, stamps, caller)})
        return found, stamps

    def _make[T](
        self, member: TeamCaller, caller: Caller, planned: Callable[[Workspace], ThingPlan[T]]
    ) -> T:
        allowed = allowed_by(member, planned, self.clock)
        return self.connections.make(member.workspace, allowed, host=caller.host)


def _etag(connection: Connection) -> str:
    return etag_of(connection.values())


def _showing(
    connection: Connection,
    stamps: frozenset[str],
    caller: Caller,
    more: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> Response:
    content = {"connection": _answer(connection, stamps, caller), **(more or {})}
    return Response(status, content, {"etag": _etag(connection)})


def _answer(connection: Connection, stamps: frozenset[str], caller: Caller) -> dict[str, Any]:
    values = connection.values()
    return {
        "id": connection.id,
        **{name: values[name] for name in sorted(values)},
        "redirect_uri": f"{caller.own_origin}/v1/sso/{connection.id}/callback",
        "cautions": cautions(connection),
        "confirmed": stamp_of(connection) in stamps,
        "etag": _etag(connection),
    }
