"""Who on a team may do what, to whom. A caller has one role in one workspace."""

from enum import StrEnum

from portico.errors import Refused
from portico.people.memberships import Role


class LastOwner(Refused):
    """No owner would be left."""


class TooManyOwners(Refused):
    """The team has as many owners as it may have."""


RANKS = {Role.OWNER: 3, Role.ADMIN: 2, Role.AGENT: 1, Role.AUDITOR: 1}
"""How high a role is. Agents and auditors may do different things, and neither may act on the
other."""


class Action(StrEnum):
    """What a team member asks for, as `MAY` lists it."""

    READ_SETTINGS = "settings:read"
    WRITE_SETTINGS = "settings:write"
    READ_TEAM = "team:read"
    WRITE_TEAM = "team:write"


MAY: dict[Action, frozenset[Role]] = {
    Action.READ_SETTINGS: frozenset(Role),
    Action.WRITE_SETTINGS: frozenset({Role.OWNER, Role.ADMIN}),
    Action.READ_TEAM: frozenset({Role.OWNER, Role.ADMIN, Role.AUDITOR}),
    Action.WRITE_TEAM: frozenset({Role.OWNER}),
}
"""Which roles may ask for an action."""


def may(role: Role, action: Action) -> bool:
    """Say whether *role* may ask for *action* at all."""
    return role in MAY[action]


def may_act_on(role: Role, other: Role | None, *, is_self: bool) -> bool:
    """Say whether somebody of *role* may act on somebody of the role *other*.

    Nobody acts on a role that is as high as their own or higher, except on themselves. So one
    owner whose session was stolen cannot put out the others.

    Args:
        role: the caller's.
        other: the other's; ``None``: a contact who is not on the team.
        is_self: whether both are the same contact.
    """
    return is_self or other is None or RANKS[role] > RANKS[other]
