"""Memberships: who is on a workspace's team. Only the room ``team`` writes them.

What other rooms need is here: a contact must not leave by another way while they have a role.
"""

from enum import StrEnum
from typing import Any

from portico.aws.tables import Rows
from portico.errors import Refused


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
