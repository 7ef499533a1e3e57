"""The routes of a workspace's team: who is on it, and as what."""

from dataclasses import dataclass, field
from typing import Any, Self

from portico.clock import epoch
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess, demand_match
from portico.edge.team_entry_routes import stamp_etag
from portico.errors import InvalidRequest, NotFound, RoleTooHigh
from portico.events import Caller
from portico.ids import digest, is_contact
from portico.people.addresses import normalise
from portico.people.memberships import Role
from portico.people.rules import Contact, Workspace
from portico.people.store import People
from portico.settings import ManageWorkspaceSettings
from portico.team.members import TeamMember, TeamMembers
from portico.team.rules import Action, may_act_on
from portico.team.team_caller import TeamCaller
from portico.team.team_entry import TeamEntries, Waiting


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
class MemberRoutes:
    """What the door answers about the team."""

    people_table: str
    access: TeamAccess
    members: TeamMembers
    entries: TeamEntries

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageWorkspaceSettings) -> Self:
        """Make the routes from a door's settings."""
        members = TeamMembers(settings.people_table, settings.sign_in_table)
        entries = TeamEntries(settings.people_table, settings.sign_in_table)
        return cls(settings.people_table, access, members, entries)

    def list(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with the whole team, and with what keeps members out until an owner confirms it."""
        member = self.access.of_member(path, caller, Action.READ_TEAM)
        team = self.members.of(member.workspace)
        waiting = self.entries.waiting(
            member.workspace,
            [each.contact for each in team],
            [each.membership for each in team],
        )
        return Response(
            200,
            {
                "members": [member_answer(each) for each in team],
                "waiting": [_waiting_answer(each) for each in waiting],
            },
        )

    def add(self, asked: AskedMember, path: dict[str, str], caller: Caller) -> Response:
        """Put a contact on the team."""
        member = self.access.of_member(path, caller, Action.WRITE_TEAM)
        role = _role(asked.role)
        contact = self._contact_at(member.workspace, asked.email)
        added = self.members.add(member.workspace, contact, role, host=caller.host, by=member.by)
        return _showing(added, status=201)

    def change(self, asked: AskedRole, path: dict[str, str], caller: Caller) -> Response:
        """Give a member another role."""
        member = self.access.of_member(path, caller, Action.WRITE_TEAM)
        role = _role(asked.role)
        other = self._other(member, path["contact"], caller)
        return _showing(
            self.members.change(
                member.workspace, other.contact, role, host=caller.host, by=member.by
            )
        )

    def remove(self, path: dict[str, str], caller: Caller) -> Response:
        """Take a member off the team."""
        member = self.access.of_member(path, caller, Action.WRITE_TEAM)
        other = self._other(member, path["contact"], caller)
        self.members.remove(member.workspace, other.contact, host=caller.host, by=member.by)
        return Response(204)

    def _contact_at(self, workspace: Workspace, email: str) -> Contact:
        people, wanted = People(self.people_table, workspace.id), normalise(email)
        pointer = people.pointers([wanted])[wanted]
        contact = people.contact(pointer.contact) if pointer.contact else None
        if contact is None:
            raise NotFound
        return contact

    def _other(self, member: TeamCaller, contact: str, caller: Caller) -> TeamMember:
        """Return whom a change is about, as it was when the caller last saw them."""
        people = People(self.people_table, member.workspace.id)
        # What has no id's shape may be longer than a key can be.
        found = people.contact(contact) if is_contact(contact) else None
        if found is None:
            raise NotFound
        other = self.members.find(member.workspace, found)
        is_self = found.id == member.contact.id
        if not may_act_on(member.role, other.membership.role, is_self=is_self):
            raise RoleTooHigh
        demand_match(caller, _etag(other), {"member": member_answer(other)})
        return other


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


def _waiting_answer(waiting: Waiting) -> dict[str, Any]:
    until = waiting.until
    return {
        "what": waiting.what,
        "id": waiting.id,
        "until": epoch(until) if until else None,
        "connection": waiting.connection,
        "etag": stamp_etag(waiting.stamp) if waiting.stamp else None,
    }


def _showing(member: TeamMember, *, status: int = 200) -> Response:
    return Response(status, {"member": member_answer(member)}, {"etag": _etag(member)})


def _etag(member: TeamMember) -> str:
    told = f"{member.membership.role}|{epoch(member.membership.since)}|{member.membership.by}"
    return f'"{digest(told)[:16]}"'


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise InvalidRequest("role", f"one of {', '.join(Role)}") from None
