"""Memberships: who is on a workspace's team. Only the room ``team`` writes them.

What other rooms need is here: a contact must not leave by another way while they have a role.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portico.aws.tables import Rows
from portico.errors import Refused
from portico.ids import digest

_NO_MATTER = frozenset("pk sk id workspace label on draft waits agreed list listed event".split())
"""Attributes of a connection's row that decide nothing about whom it signs in. If any other
changes, also one that we do not know yet, an owner looks again."""


def team_settings_key(workspace_id: str) -> tuple[str, str]:
    """Return the key of the team's own settings."""
    return f"{workspace_id}#workspace", "team"


def connection_stamp(row: dict[str, Any]) -> str:
    """Return what an owner confirms of a connection's row: it changes with what decides.

    Whoever proposes a connection chooses its values, so the digest is whole: nobody finds two
    connections with one stamp, a harmless one for an owner to confirm, and another.
    """
    told = {name: row[name] for name in row.keys() - _NO_MATTER if row[name]}
    return f"connection:{row['id']}:{digest(json.dumps(told, sort_keys=True))}"


def is_of_connection(stamp: str) -> bool:
    """Say whether a stamp is a connection's (`connection_stamp`)."""
    return stamp.startswith("connection:")


def has_confirmed(team: dict[str, Any] | None, connection: dict[str, Any]) -> bool:
    """Say whether an owner has confirmed a connection as its row is now.

    Args:
        team: the row of the team's own settings, or ``None``.
        connection: the connection's row.
    """
    return connection_stamp(connection) in (team or {}).get("confirmed", ())


class StillOwner(Refused):
    """The contact is an owner of their workspace's team, and must step down first."""


class Role(StrEnum):
    """What a team member may do, from most to least."""

    OWNER = "owner"
    ADMIN = "admin"
    AGENT = "agent"
    AUDITOR = "auditor"


def team_key(workspace_id: str) -> str:
    """Return the partition of a workspace's memberships, and of the counter of its owners."""
    return f"{workspace_id}#team"


def membership_key(workspace_id: str, contact: str) -> tuple[str, str]:
    """Return the key of a contact's membership."""
    return team_key(workspace_id), contact


def is_no_member(rows: Rows, workspace_id: str, contact: str) -> dict[str, Any]:
    """Return the part of a transaction that checks that a contact has no role."""
    key = membership_key(workspace_id, contact)
    return rows.checking(*key, "attribute_not_exists(role)")


def is_no_owner(rows: Rows, workspace_id: str, contact: str) -> dict[str, Any]:
    """Return the part of a transaction that checks that a contact is no owner.

    An owner must step down before they are switched off. So one place alone takes owners away,
    and counts them.
    """
    key = membership_key(workspace_id, contact)
    condition = "attribute_not_exists(role) OR role <> :owner"
    return rows.checking(*key, condition, {":owner": Role.OWNER.value})


@dataclass(frozen=True, slots=True)
class Reach:
    """On whom somebody may act: contacts without a role, those of *roles*, and *themselves*."""

    roles: frozenset[Role]
    themselves: str | None = None
    """The id of the contact who acts; ``None``: a machine, or somebody above all roles."""

    def includes(self, contact: str, role: Role | None) -> bool:
        """Say whether they may act on a contact of this role."""
        return contact == self.themselves or role is None or role in self.roles

    def checking(self, rows: Rows, workspace_id: str, contact: str) -> dict[str, Any]:
        """Return the part of a transaction that checks that they may act on *contact*.

        Its name is ``member``. There is none where nothing can refuse it.
        """
        if contact == self.themselves or self.roles == EVERY_ROLE:
            return {}
        key = membership_key(workspace_id, contact)
        allowed = {f":role_{n}": role.value for n, role in enumerate(sorted(self.roles))}
        condition = "attribute_not_exists(role)"
        if allowed:
            condition += f" OR role IN ({', '.join(allowed)})"
        return {"member": rows.checking(*key, condition, allowed)}


EVERY_ROLE = frozenset(Role)
ABOVE_ALL = Reach(EVERY_ROLE)
"""The command's: whoever has the stack's credentials."""
