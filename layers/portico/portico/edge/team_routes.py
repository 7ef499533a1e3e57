"""The flows of the door that manages a workspace: its settings to read, its team, its keys."""

from dataclasses import dataclass, field
from typing import Any

from portico.clock import SYSTEM, Clock, epoch
from portico.edge.responses import Response
from portico.errors import (
    ChangedMeanwhile,
    InvalidRequest,
    NotFound,
    PreconditionMissing,
    RoleTooHigh,
    RoleTooSmall,
)
from portico.events import Caller
from portico.ids import digest
from portico.people.addresses import normalise
from portico.people.memberships import Role
from portico.people.rules import Contact, Workspace
from portico.people.store import People, settings_row_key, workspace_of
from portico.sessions.access_token_check import TokenChecker
from portico.settings import ManageWorkspaceSettings
from portico.team.members import TeamMember, TeamMembers
from portico.team.rules import MAY, Action, may, may_act_on
from portico.team.team_budget import TeamUse, count_use
from portico.team.team_caller import KeyCaller, TeamCaller, TeamCallers
from portico.team.workspace_key import Scope, WorkspaceKey
from portico.team.workspace_keys import WorkspaceKeys

LONGEST_PRESS = 128
"""Characters of an ``Idempotency-Key``."""


@dataclass(frozen=True, slots=True)
class AskedMember:
    """POST …/team: put a contact on the team, by their address."""

    email: str = field(repr=False)
    role: str


@dataclass(frozen=True, slots=True)
class AskedRole:
    """PUT …/team/{contact}: give a member another role."""

    role: str


@dataclass(frozen=True, slots=True)
class AskedKey:
    """POST …/keys: make a key. *scope* is a list that is separated by spaces."""

    label: str
    scope: str


@dataclass(frozen=True, slots=True)
class TeamFlows:
    """The flows behind the routes. Each finds the caller, asks the rules, and counts, in this order."""

    people_table: str
    sign_in_table: str
    callers: TeamCallers
    members: TeamMembers
    keys: WorkspaceKeys
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: ManageWorkspaceSettings) -> "TeamFlows":
        """Make the flows from a door's settings."""
        tables = settings.people_table, settings.sign_in_table
        checker = TokenChecker(settings.signing_keys.split(","))
        return cls(
            *tables, TeamCallers(*tables, checker), TeamMembers(*tables), WorkspaceKeys(*tables)
        )

    def settings(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with the workspace's settings, to a member or to a key."""
        id_ = path["workspace"]
        found = self.callers.of_all(id_, caller)
        if isinstance(found, KeyCaller):
            if Scope.READ_SETTINGS not in found.key.scopes:
                raise RoleTooSmall((Scope.READ_SETTINGS.value,))
            self._count(id_, found.key.id, TeamUse.BY_KEY)
            row = People(self.people_table, id_).rows.get(*settings_row_key(id_))
            if row is None:
                raise NotFound
            return _settings_answer(workspace_of(row))
        self._demand(found, Action.READ_SETTINGS)
        return _settings_answer(found.workspace)

    def team(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with the whole team."""
        member = self._member(path, caller, Action.READ_TEAM)
        team = self.members.of(member.workspace)
        return Response(200, {"members": [member_answer(each) for each in team]})

    def add(self, asked: AskedMember, path: dict[str, str], caller: Caller) -> Response:
        """Put a contact on the team."""
        member = self._member(path, caller, Action.WRITE_TEAM)
        role = _role(asked.role)
        contact = self._contact_at(member.workspace, asked.email)
        added = self.members.add(member.workspace, contact, role, host=caller.host, by=_by(member))
        return _showing(added, status=201)

    def change(self, asked: AskedRole, path: dict[str, str], caller: Caller) -> Response:
        """Give a member another role."""
        member = self._member(path, caller, Action.WRITE_TEAM)
        role = _role(asked.role)
        other = self._other(member, path["contact"], caller)
        return _showing(
            self.members.change(
                member.workspace, other.contact, role, host=caller.host, by=_by(member)
            )
        )

    def remove(self, path: dict[str, str], caller: Caller) -> Response:
        """Take a member off the team."""
        member = self._member(path, caller, Action.WRITE_TEAM)
        other = self._other(member, path["contact"], caller)
        self.members.remove(member.workspace, other.contact, host=caller.host, by=_by(member))
        return Response(204)

    def list_keys(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with all keys that are kept, without their secrets."""
        member = self._member(path, caller, Action.READ_TEAM)
        found = self.keys.of(member.workspace)
        return Response(200, {"keys": [self._key_answer(each) for each in found]})

    def add_key(self, asked: AskedKey, path: dict[str, str], caller: Caller) -> Response:
        """Make a key, for which the caller answers."""
        member = self._member(path, caller, Action.WRITE_TEAM)
        press = caller.idempotency_key or ""
        if not 0 < len(press) <= LONGEST_PRESS:
            raise InvalidRequest("idempotency-key", f"1 to {LONGEST_PRESS} characters")
        key, text = self.keys.add(
            member.workspace,
            member.contact,
            label=asked.label,
            scopes=_scopes(asked.scope),
            once=press,
            host=caller.host,
            by=_by(member),
        )
        return Response(201, {"key": self._key_answer(key), "text": text})

    def rotate_key(self, path: dict[str, str], caller: Caller) -> Response:
        """Give a key another secret. The one before stays good for a week."""
        member = self._member(path, caller, Action.WRITE_TEAM)
        key, text = self.keys.rotate(
            member.workspace, path["key"], member.contact, host=caller.host, by=_by(member)
        )
        return Response(200, {"key": self._key_answer(key), "text": text})

    def revoke_key(self, path: dict[str, str], caller: Caller) -> Response:
        """Revoke a key."""
        member = self._member(path, caller, Action.WRITE_TEAM)
        key = self.keys.revoke(member.workspace, path["key"], host=caller.host, by=_by(member))
        return Response(200, {"key": self._key_answer(key)})

    def _member(self, path: dict[str, str], caller: Caller, action: Action) -> TeamCaller:
        """Return the member who asks, if they may; what weakens security asks for a fresh sign-in."""
        found = self.callers.of_all(path["workspace"], caller)
        if isinstance(found, KeyCaller):
            raise RoleTooSmall(_needs(action))
        self._demand(found, action)
        return found

    def _demand(self, member: TeamCaller, action: Action) -> None:
        if not may(member.role, action):
            raise RoleTooSmall(_needs(action))
        is_change = action is Action.WRITE_TEAM
        if is_change:
            member.standing.demand_fresh(at=self.clock.now())
        use = TeamUse.CHANGE if is_change else TeamUse.READ
        self._count(member.workspace.id, member.contact.id, use)

    def _count(self, workspace_id: str, who: str, use: TeamUse) -> None:
        count_use(self.sign_in_table, workspace_id, who, use, at=self.clock.now())

    def _contact_at(self, workspace: Workspace, email: str) -> Contact:
        people, wanted = People(self.people_table, workspace.id), normalise(email)
        pointer = people.pointers([wanted])[wanted]
        contact = people.contact(pointer.contact) if pointer.contact else None
        if contact is None:
            raise NotFound
        return contact

    def _other(self, member: TeamCaller, contact: str, caller: Caller) -> TeamMember:
        """Return whom a change is about, as it was when the caller last saw them."""
        found = People(self.people_table, member.workspace.id).contact(contact)
        if found is None:
            raise NotFound
        other = self.members.find(member.workspace, found)
        is_self = found.id == member.contact.id
        if not may_act_on(member.role, other.membership.role, is_self=is_self):
            raise RoleTooHigh
        if caller.if_match is None:
            raise PreconditionMissing
        if caller.if_match != _etag(other):
            raise ChangedMeanwhile({"member": member_answer(other)})
        return other

    def _key_answer(self, key: WorkspaceKey) -> dict[str, Any]:
        return {
            "id": key.id,
            "label": key.label,
            "state": key.state(at=self.clock.now()),
            "scope": " ".join(key.scopes),
            "owner": key.owner,
            "created_at": epoch(key.created_at),
            "expires_at": epoch(key.expires_at),
        }


def member_answer(member: TeamMember) -> dict[str, Any]:
    """Return a member as answers have them."""
    return {
        "contact": member.contact.id,
        "email": member.contact.email,
        "name": member.contact.name,
        "active": member.contact.active,
        "role": member.membership.role.value,
        "since": epoch(member.membership.since),
        "etag": _etag(member),
    }


def _showing(member: TeamMember, *, status: int = 200) -> Response:
    return Response(status, {"member": member_answer(member)}, {"etag": _etag(member)})


def _settings_answer(workspace: Workspace) -> Response:
    return Response(200, {"settings": workspace.row()})


def _etag(member: TeamMember) -> str:
    told = f"{member.membership.role}|{epoch(member.membership.since)}|{member.membership.by}"
    return f'"{digest(told)[:16]}"'


def _by(member: TeamCaller) -> str:
    return f"member:{member.contact.id}"


def _needs(action: Action) -> tuple[str, ...]:
    return tuple(each.value for each in Role if each in MAY[action])


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise InvalidRequest("role", f"one of {', '.join(Role)}") from None


def _scopes(text: str) -> list[Scope]:
    try:
        return [Scope(each) for each in text.split(" ") if each]
    except ValueError:
        raise InvalidRequest("scope", f"of {' '.join(Scope)}") from None
