"""Set by which ways a team may come in, and confirm what somebody else has changed about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from portico.aws.tables import Parts, TransactionRefused, get_many, transact_surely
from portico.clock import SYSTEM, Clock, epoch, moment
from portico.errors import InvalidRequest, NotFound, TryLater
from portico.events import Event
from portico.people.memberships import (
    connection_stamp,
    is_of_connection,
    membership_key,
    team_settings_key,
)
from portico.people.rules import Contact, Workspace
from portico.people.store import People, connection_key
from portico.sso.rules import Connection
from portico.sso.store import Connections
from portico.team.owner_notices import OwnerNotices
from portico.team.rules import ADDRESS_REST
from portico.team.store import Membership
from portico.team.team_settings import (
    METHODS,
    TeamSettings,
    account_stamp,
    address_stamp,
    is_of_account,
)

MOST_CONFIRMED = 60
"""Stamps that are kept, the newest first: ten connections, and members who have changed something."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that keeps members, or everybody, out until an owner confirms it."""

    what: str
    """``address``; ``account``, one that a member has connected; ``connection``, by which members do
    not come in; or ``draft``, one that has passed its test and that nobody is offered."""
    id: str
    """The member's contact, or the connection."""
    until: datetime | None = None
    """When it ends by itself; ``None``: never."""
    connection: str | None = None
    """Of an account, its connection."""
    stamp: str | None = None
    """What an owner confirms of a member, who may have several that wait."""


@dataclass(frozen=True, slots=True)
class TeamEntries:
    """The team's own settings, in all workspaces of a deployment."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def of(self, workspace: Workspace) -> TeamSettings:
        """Read the settings of a team."""
        row = self._people(workspace).rows.get(*team_settings_key(workspace.id))
        return TeamSettings.from_row(row)

    def waiting(
        self,
        workspace: Workspace,
        members: Sequence[Contact],
        memberships: Sequence[Membership] = (),
    ) -> list[Waiting]:
        """Return what waits for an owner, as `TeamTokens.refresh` decides it for whoever comes.

        Args:
            workspace: the workspace.
            members: the team's contacts.
            memberships: theirs, where accounts of theirs are asked for as well.
        """
        # Loaded here: only a list of the whole team asks for changes of addresses.
        from portico.people.address_change import address_change_key  # noqa: PLC0415

        settings, rows, now = self.of(workspace), self._people(workspace).rows, self.clock.now()
        moved = [
            (each.id, address_stamp(each.id, each.address_change), each.address_change)
            for each in members
            if each.address_change
            and address_stamp(each.id, each.address_change) not in settings.confirmed
        ]
        takes_them = not settings.methods or "sso" in settings.methods
        offered = [each["id"] for each in workspace.connections if takes_them and each.get("on")]
        drafts = [
            Waiting("draft", each["id"])
            for each in workspace.connections
            if each.get("waits") and not each.get("draft")
        ]
        wanted = [
            *(address_change_key(workspace.id, id_, change) for id_, _, change in moved),
            *(connection_key(workspace.id, each) for each in offered),
        ]
        accounts = [
            Waiting(
                "account",
                each.contact,
                end,
                account.partition(":")[0],
                account_stamp(each.contact, account),
            )
            for each in memberships
            for account, end in _resting(each, settings, at=now).items()
        ]
        if not wanted:
            return [*drafts, *accounts]
        found = get_many([(rows, *key) for key in wanted], consistent=True)
        ends = [
            Waiting("address", id_, moment(row["changed_at"]) + ADDRESS_REST, stamp=stamp)
            for (id_, stamp, _), row in zip(moved, found, strict=False)
            if row is not None
        ]
        return [
            *drafts,
            *(each for each in ends if each.until is not None and now < each.until),
            *accounts,
            *(
                Waiting("connection", id_)
                for id_, row in zip(offered, found[len(moved) :], strict=True)
                if row is not None and connection_stamp(row) not in settings.confirmed
            ),
        ]

    def set_methods(
        self, workspace: Workspace, methods: list[str], *, host: str, by: str
    ) -> TeamSettings:
        """Set the ways by which a member's session must have begun; none: every way does.

        Raises:
            InvalidRequest: there is no such way.
            TryLater: nothing has changed.
        """
        unknown = [each for each in methods if each not in METHODS]
        if unknown:
            raise InvalidRequest("methods", f"{', '.join(METHODS)}")
        before = self.of(workspace)
        after = replace(before, methods=tuple(each for each in METHODS if each in methods))
        if after != before:
            # In whole seconds, as the row has it.
            now = moment(epoch(self.clock.now()))
            after = replace(after, sso_since=now if after.is_sso_alone else None)
            said = ", ".join(before.methods) or "*", ", ".join(after.methods) or "*"
            event = self._event(
                workspace, "team.methods-changed", by, before=said[0], methods=said[1]
            )
            told = f"{said[0]} → {said[1]}"
            self._write(workspace, before, after, event, told=told, host=host)
        return after

    def confirm_connection(
        self,
        workspace: Workspace,
        connection: str,
        *,
        seen: Connection | None = None,
        host: str,
        by: str,
    ) -> TeamSettings:
        """Let members come in by a connection as it is now, and everybody if it waits for an owner.

        Args:
            workspace: the workspace, read before the connection. If it was changed since, nothing
                that waits is confirmed.
            connection: the connection's id.
            seen: the connection as the owner has looked at it; ``None``: it is read here.
            host: our own host, which the mails name.
            by: who confirms it.

        Raises:
            NotFound: there is no such connection.
            TryLater: nothing has changed.
        """
        confirmed = seen or Connections(self.people_table, workspace.id).get(connection)
        if confirmed is None:
            raise NotFound
        event = self._event(workspace, "team.connection-confirmed", by, connection=connection)
        opened: Parts = {}
        if confirmed.waits:
            # Loaded here: whoever lists a team, or sets its ways, changes no connection.
            from portico.team.connection_changes import ConnectionChanges  # noqa: PLC0415

            changes = ConnectionChanges(self.people_table, self.sign_in_table, "", clock=self.clock)
            _, plan = changes.plan_confirmed(workspace, confirmed, by=by)
            opened = plan.whole(self.people_table)
        stamp = connection_stamp(confirmed.row())
        return self._confirm(workspace, stamp, event, told=connection, host=host, also=opened)

    def confirm_member(
        self,
        workspace: Workspace,
        contact: Contact,
        *,
        seen: Callable[[str], bool] = lambda _: True,
        host: str,
        by: str,
    ) -> TeamSettings:
        """Let a member come in although their address was just changed, or by what they have just
        connected.

        Args:
            workspace: the workspace.
            contact: the member.
            seen: says by its stamp whether the owner has looked at something and means it. Somebody
                else may have connected another account meanwhile.
            host: our own host, which the mails name.
            by: who confirms it.

        Raises:
            NotFound: nothing of theirs waits for that.
            TryLater: not all of it is confirmed.
        """
        row = self._people(workspace).rows.get(*membership_key(workspace.id, contact.id))
        membership, settings = Membership.from_row(row), self.of(workspace)
        # Confirmed again, as after an answer that was lost, it is confirmed.
        rests = _rests(membership, at=self.clock.now()) if membership else {}
        resting = [each for each in rests if seen(account_stamp(contact.id, each))]
        for account in resting:
            connection = account.partition(":")[0]
            detail = {"contact": contact.id, "connection": connection}
            event = self._event(workspace, "team.account-confirmed", by, **detail)
            stamp, told = account_stamp(contact.id, account), f"{contact.email}, {connection}"
            settings = self._confirm(workspace, stamp, event, told=told, host=host)
        change = contact.address_change
        if change and seen(address_stamp(contact.id, change)):
            return self.confirm_address(workspace, contact, host=host, by=by)
        if not resting:
            raise NotFound
        return settings

    def confirm_address(
        self, workspace: Workspace, contact: Contact, *, host: str, by: str
    ) -> TeamSettings:
        """Let a member come in although their address was changed less than three days ago.

        Raises:
            NotFound: no change of their address stands.
            TryLater: nothing has changed.
        """
        if not contact.address_change:
            raise NotFound
        event = self._event(workspace, "team.address-confirmed", by, contact=contact.id)
        stamp = address_stamp(contact.id, contact.address_change)
        return self._confirm(workspace, stamp, event, told=contact.email, host=host)

    def _confirm(
        self,
        workspace: Workspace,
        stamp: str,
        event: Event,
        *,
        told: str,
        host: str,
        also: Parts | None = None,
    ) -> TeamSettings:
        before = self.of(workspace)
        if stamp in before.confirmed and not also:
            return before
        others = [each for each in before.confirmed if not _replaces(stamp, each)]
        after = replace(before, confirmed=_newest([stamp, *others]))
        self._write(workspace, before, after, event, told=f"✓ {told}", host=host, also=also)
        return after

    def _write(
        self,
        workspace: Workspace,
        before: TeamSettings,
        after: TeamSettings,
        event: Event,
        *,
        told: str,
        host: str,
        also: Parts | None = None,
    ) -> None:
        """Write the whole row, if it is as it was read, and what is *also* to be written with it."""
        rows = self._people(workspace).rows
        is_as_read = "methods = :methods AND confirmed = :confirmed"
        if not before.methods and not before.confirmed:
            is_as_read = f"attribute_not_exists(pk) OR ({is_as_read})"
        written = rows.updating(
            *team_settings_key(workspace.id),
            "SET methods = :new_methods, confirmed = :new_confirmed, sso_since = :sso_since, "
            "event = :event",
            is_as_read,
            {
                # 0 as well where a way was chosen before there was this.
                ":sso_since": epoch(after.sso_since) if after.sso_since else 0,
                ":methods": list(before.methods),
                ":confirmed": list(before.confirmed),
                ":new_methods": list(after.methods),
                ":new_confirmed": list(after.confirmed),
                ":event": event.rider(),
            },
        )
        notices = OwnerNotices(self.people_table, self.sign_in_table, workspace, host)
        try:
            transact_surely({"team": written, **(also or {}), **notices.telling(event, told)})
        except TransactionRefused:
            raise TryLater(cause="the team's settings, or others, were changed meanwhile") from None

    def _event(self, workspace: Workspace, name: str, by: str, **detail: str) -> Event:
        days = workspace.trail_days
        return Event(name, self.clock.now(), workspace.id, days, by, detail=detail)

    def _people(self, workspace: Workspace) -> People:
        return People(self.people_table, workspace.id)


def _replaces(stamp: str, earlier: str) -> bool:
    """Say whether what an earlier stamp confirms is not there any more. Of accounts a member has several."""
    if is_of_account(stamp):
        return stamp == earlier
    return stamp.rpartition(":")[0] == earlier.rpartition(":")[0]


def _newest(stamps: Sequence[str]) -> tuple[str, ...]:
    """Return the stamps that there is room for, newest first.

    What waits for a member ends by itself. A connection waits for ever: without its stamp nobody comes in
    by it, and no owner either. So those go last.
    """
    over = max(0, len(stamps) - MOST_CONFIRMED)
    of_members = [each for each in stamps[1:] if not is_of_connection(each)]
    gone = of_members[len(of_members) - min(over, len(of_members)) :]
    return tuple(each for each in stamps if each not in gone)[:MOST_CONFIRMED]


def _resting(member: Membership, settings: TeamSettings, *, at: datetime) -> dict[str, datetime]:
    """Return until when accounts of a member rest that no owner has confirmed, by their names."""
    ends = _rests(member, at=at) if settings.is_sso_alone else {}
    return {
        name: end
        for name, end in ends.items()
        if account_stamp(member.contact, name) not in settings.confirmed
    }


def _rests(member: Membership, *, at: datetime) -> dict[str, datetime]:
    """Return the ends of all rests that are not over, confirmed or not."""
    ends = {name: moment(since) + ADDRESS_REST for name, since in member.accounts.items()}
    return {name: end for name, end in ends.items() if at < end}
