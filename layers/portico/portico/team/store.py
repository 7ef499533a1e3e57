"""Membership rows, and the counter of owners. Both change in one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from portico.aws.queries import rows_within
from portico.aws.tables import Parts, Rows
from portico.clock import epoch, moment
from portico.events import Event
from portico.people.memberships import Role, membership_key, team_key

MOST_OWNERS = 10
"""Each owner is told of a change in its own transaction, and one has room for a hundred rows."""
MEMBER_PREFIX = "ct_"
IS_THE_ROLE_READ = (
    "role = :before AND (keys = :keys OR (:keys = :zero AND attribute_not_exists(keys)))"
)
"""The member has the role that was read, and answers for no further key."""
JOINED_BEFORE = "joined_at = if_not_exists(joined_at, since)"
"""A row of before 0.5.0 says only since when the member has had this role."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A contact's role on their workspace's team."""

    contact: str
    role: Role
    since: datetime
    """When they got this role."""
    by: str
    """Who gave it to them, e.g. ``cli:olga``."""
    keys: int = 0
    """How often they have become the one who answers for a key. It only rises."""
    joined_at: datetime | None = None
    """When they first came to the team, in whatever role; ``None``: nobody knows any more."""
    accounts: dict[str, int] = field(default_factory=dict)
    """Accounts that rest before they lead to the team, or did: since when, by `account_name`."""

    @classmethod
    def from_row(cls, row: dict[str, Any] | None) -> Self | None:
        """Read a row; ``None`` if there is none, or if the role was taken away."""
        if row is None or "role" not in row:
            return None
        joined = moment(row["joined_at"]) if "joined_at" in row else None
        return cls(
            row["sk"],
            Role(row["role"]),
            moment(row["since"]),
            row["by"],
            row.get("keys", 0),
            joined,
            row.get("accounts", {}),
        )


@dataclass(frozen=True, slots=True)
class Memberships:
    """The memberships of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def get(self, contact: str) -> Membership | None:
        """Read a contact's membership, consistently."""
        return Membership.from_row(self.rows.get(*membership_key(self.workspace_id, contact)))

    def all(self) -> Iterator[Membership]:
        """Read the whole team, consistently, in the order of the contacts' ids."""
        found = rows_within(self.rows, team_key(self.workspace_id), starting=MEMBER_PREFIX)
        yield from filter(None, map(Membership.from_row, found))

    def giving(self, contact: str, role: Role, event: Event) -> Parts:
        """Return the parts that put a contact on the team, who must not be on it.

        Their names are ``member``, and ``owners`` for an owner.
        """
        # Whoever comes back has come before.
        member = self.rows.updating(
            *membership_key(self.workspace_id, contact),
            "SET role = :role, since = :now, joined_at = if_not_exists(joined_at, :now), by = :by, "
            "event = :event REMOVE removed_at",
            "attribute_not_exists(role)",
            self._values(role, event),
        )
        return {"member": member, **self._counting(None, role)}

    def changing(self, before: Membership, role: Role, event: Event) -> Parts:
        """Return the parts that give a member another role, if theirs is still that of *before*.

        Their names are ``member``, and ``owners`` where an owner comes or goes.
        """
        member = self.rows.updating(
            *membership_key(self.workspace_id, before.contact),
            f"SET role = :role, since = :now, {JOINED_BEFORE}, by = :by, event = :event",
            IS_THE_ROLE_READ,
            self._values(role, event) | _as_read(before),
        )
        return {"member": member, **self._counting(before.role, role)}

    def taking(self, before: Membership, event: Event) -> Parts:
        """Return the parts that take a member off the team, if their role is that of *before*.

        The row stays without a role. The parts' names are ``member``, and ``owners`` for an owner.
        """
        member = self.rows.updating(
            *membership_key(self.workspace_id, before.contact),
            f"SET removed_at = :now, {JOINED_BEFORE}, by = :by, event = :event REMOVE role",
            IS_THE_ROLE_READ,
            {
                ":now": epoch(event.at),
                ":by": event.by,
                ":event": event.rider(),
                **_as_read(before),
            },
        )
        return {"member": member, **self._counting(before.role, None)}

    def resting(self, before: Membership, accounts: dict[str, int], event: Event) -> dict[str, Any]:
        """Return the part that writes down which accounts of a member rest, if they are as read.

        It names no other attribute: the door that asks for it may write nobody's role.
        """
        is_as_read = "accounts = :before" if before.accounts else "attribute_not_exists(accounts)"
        values = {":accounts": accounts, ":event": event.rider()}
        return self.rows.updating(
            *membership_key(self.workspace_id, before.contact),
            "SET accounts = :accounts, event = :event",
            f"attribute_exists(pk) AND {is_as_read}",
            values | ({":before": before.accounts} if before.accounts else {}),
        )

    def answering(self, contact: str) -> dict[str, Any]:
        """Return the part by which an owner answers for one more key.

        It fails if they are no owner. Whoever takes the role away in the same moment fails
        instead, reads their keys again, and holds this one too.
        """
        return self.rows.updating(
            *membership_key(self.workspace_id, contact),
            "SET keys = if_not_exists(keys, :zero) + :one REMOVE event",
            "role = :owner",
            {":zero": 0, ":one": 1, ":owner": Role.OWNER.value},
        )

    def _values(self, role: Role, event: Event) -> dict[str, Any]:
        return {
            ":role": role.value,
            ":now": epoch(event.at),
            ":by": event.by,
            ":event": event.rider(),
        }

    def _counting(self, before: Role | None, after: Role | None) -> Parts:
        """Return the part that counts an owner in or out; the last one stays."""
        change = (after is Role.OWNER) - (before is Role.OWNER)
        if not change:
            return {}
        has_room = "attribute_not_exists(owners) OR owners < :most"
        one_stays = "owners > :one"
        values = {":change": change} | ({":most": MOST_OWNERS} if change > 0 else {":one": 1})
        counted = self.rows.updating(
            team_key(self.workspace_id),
            "owners",
            "ADD owners :change",
            has_room if change > 0 else one_stays,
            values,
        )
        return {"owners": counted}


def _as_read(before: Membership) -> dict[str, Any]:
    return {":before": before.role.value, ":keys": before.keys, ":zero": 0}
