"""Who on a team may do what, to whom. A caller has one role in one workspace."""

from datetime import datetime, timedelta
from enum import StrEnum

from portico.people.memberships import Reach, Role
from portico.sessions.rules import Session
from portico.team.team_settings import TeamSettings
from portico.team.workspace_key import Scope

LONGEST_TEAM_VISIT = timedelta(hours=12)
"""A working day: after that a member signs in anew."""
TEAM_IDLE = timedelta(hours=1)
"""An unwatched browser is no member any more after an hour, however long its session may rest."""
ADDRESS_REST = timedelta(hours=72)
"""As long as a change of address can be undone. Until then whoever made it may not be the member."""


RANKS = {Role.OWNER: 3, Role.ADMIN: 2, Role.AGENT: 1, Role.AUDITOR: 1}
"""How high a role is. Agents and auditors may do different things, and neither may act on the
other."""


class Action(StrEnum):
    """What a team member asks for, as `MAY` lists it."""

    READ_SETTINGS = "settings:read"
    WRITE_SETTINGS = "settings:write"
    READ_TEAM = "team:read"
    WRITE_TEAM = "team:write"
    READ_CONTACT = "contact:read"
    LIST_CONTACTS = "contacts:list"
    EXPORT_CONTACT = "contact:export"
    WRITE_CONTACT = "contact:write"
    CHANGE_ADDRESS = "contact:address"
    DEACTIVATE_CONTACT = "contact:deactivate"
    REACTIVATE_CONTACT = "contact:reactivate"
    LIFT_SUPPRESSION = "contact:lift"
    READ_LINKS = "links:read"
    WRITE_LINKS = "links:write"
    WRITE_SHARED_LINKS = "shared-links:write"
    READ_SESSIONS = "sessions:read"
    DIAGNOSE = "contact:diagnose"
    END_SESSIONS = "sessions:end"
    ERASE_CONTACT = "contact:erase"
    READ_TRAIL = "trail:read"
    READ_CONTACT_TRAIL = "contact:trail"
    IMPORT_CONTACTS = "contacts:import"
    READ_IMPORT = "import:read"
    MERGE_CONTACTS = "contacts:merge"
    DECIDE_HELD = "directory:decide"


MAY: dict[Action, frozenset[Role]] = {
    Action.READ_SETTINGS: frozenset(Role),
    Action.WRITE_SETTINGS: frozenset({Role.OWNER, Role.ADMIN}),
    Action.READ_TEAM: frozenset({Role.OWNER, Role.ADMIN, Role.AUDITOR}),
    Action.WRITE_TEAM: frozenset({Role.OWNER}),
    Action.READ_CONTACT: frozenset(Role),
    Action.LIST_CONTACTS: frozenset({Role.OWNER, Role.ADMIN, Role.AUDITOR}),
    Action.EXPORT_CONTACT: frozenset({Role.OWNER, Role.ADMIN, Role.AUDITOR}),
    Action.WRITE_CONTACT: frozenset({Role.OWNER, Role.ADMIN, Role.AGENT}),
    Action.CHANGE_ADDRESS: frozenset({Role.OWNER, Role.ADMIN}),
    Action.DEACTIVATE_CONTACT: frozenset({Role.OWNER, Role.ADMIN}),
    Action.REACTIVATE_CONTACT: frozenset({Role.OWNER, Role.ADMIN}),
    Action.LIFT_SUPPRESSION: frozenset({Role.OWNER, Role.ADMIN, Role.AGENT}),
    Action.READ_LINKS: frozenset(Role),
    Action.WRITE_LINKS: frozenset({Role.OWNER, Role.ADMIN, Role.AGENT}),
    Action.WRITE_SHARED_LINKS: frozenset({Role.OWNER, Role.ADMIN}),
    Action.READ_SESSIONS: frozenset(Role),
    Action.DIAGNOSE: frozenset(Role),
    Action.END_SESSIONS: frozenset({Role.OWNER, Role.ADMIN, Role.AGENT}),
    Action.ERASE_CONTACT: frozenset({Role.OWNER, Role.ADMIN}),
    Action.READ_TRAIL: frozenset({Role.OWNER, Role.ADMIN, Role.AUDITOR}),
    Action.READ_CONTACT_TRAIL: frozenset(Role),
    Action.IMPORT_CONTACTS: frozenset({Role.OWNER, Role.ADMIN}),
    Action.READ_IMPORT: frozenset({Role.OWNER, Role.ADMIN}),
    Action.MERGE_CONTACTS: frozenset({Role.OWNER, Role.ADMIN}),
    Action.DECIDE_HELD: frozenset({Role.OWNER, Role.ADMIN}),
}
"""Which roles may ask for an action."""

SCOPE_FOR: dict[Action, Scope] = {
    Action.READ_SETTINGS: Scope.READ_SETTINGS,
    Action.READ_CONTACT: Scope.READ_CONTACTS,
    Action.LIST_CONTACTS: Scope.READ_CONTACTS,
    Action.EXPORT_CONTACT: Scope.READ_CONTACTS,
    Action.WRITE_CONTACT: Scope.WRITE_CONTACTS,
    Action.DEACTIVATE_CONTACT: Scope.WRITE_CONTACTS,
    Action.IMPORT_CONTACTS: Scope.WRITE_CONTACTS,
    Action.READ_IMPORT: Scope.WRITE_CONTACTS,
    Action.READ_LINKS: Scope.LINKS,
    Action.WRITE_LINKS: Scope.LINKS,
    Action.READ_SESSIONS: Scope.SESSIONS,
    Action.DIAGNOSE: Scope.DIAGNOSIS,
    Action.END_SESSIONS: Scope.SESSIONS,
    Action.READ_TRAIL: Scope.READ_TRAIL,
    Action.READ_CONTACT_TRAIL: Scope.READ_TRAIL,
}
"""The scope with which a key may ask for an action. What is not listed, no key may."""

CHANGES = frozenset(
    {
        Action.WRITE_SETTINGS,
        Action.WRITE_TEAM,
        Action.WRITE_CONTACT,
        Action.CHANGE_ADDRESS,
        Action.DEACTIVATE_CONTACT,
        Action.REACTIVATE_CONTACT,
        Action.LIFT_SUPPRESSION,
        Action.WRITE_LINKS,
        Action.END_SESSIONS,
        Action.ERASE_CONTACT,
        Action.MERGE_CONTACTS,
        Action.DECIDE_HELD,
    }
)
"""The actions that a member's smaller budget counts."""

NEEDS_FRESH_SIGN_IN = frozenset(
    {
        Action.WRITE_TEAM,
        Action.CHANGE_ADDRESS,
        Action.ERASE_CONTACT,
        Action.MERGE_CONTACTS,
    }
)
"""The actions that always weaken security. Others ask for a fresh sign-in when they do."""


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


def reach_of(role: Role, contact: str) -> Reach:
    """Return on whom a member may act, by :func:`may_act_on`."""
    lower = frozenset(each for each in Role if may_act_on(role, each, is_self=False))
    return Reach(lower, contact)


REACH_OF_KEYS = Reach(frozenset())
"""A key acts on contacts who are on no team."""


def why_no_visit(
    session: Session, settings: TeamSettings, *, rested_since: datetime, at: datetime
) -> str | None:
    """Return why a member's running session gives no access to the team's side; ``None``: it does.

    Args:
        session: the session, of a browser.
        settings: the team's.
        rested_since: when it was last used.
        at: the time.
    """
    if session.portal is not None:
        return "portal"
    if session.shared_computer:
        return "shared-computer"
    if session.break_glass:
        return "break-glass"
    if at >= session.signed_in_at + LONGEST_TEAM_VISIT:
        return "too-old"
    if at >= rested_since + TEAM_IDLE:
        return "rested"
    return None if settings.allows(session) else "method"
