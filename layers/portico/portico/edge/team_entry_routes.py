"""The routes by which owners say how their team comes in."""

from dataclasses import dataclass
from typing import Any, Self

from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess, demand_match
from portico.errors import InvalidRequest, NotFound
from portico.events import Caller
from portico.ids import digest, is_contact
from portico.people.store import People
from portico.settings import ManageWorkspaceSettings
from portico.team.rules import Action
from portico.team.team_entry import TeamEntries
from portico.team.team_settings import METHODS, TeamSettings


@dataclass(frozen=True, slots=True)
class AskedMethods:
    """PUT …/team-methods: the ways to sign in that lead to the team's side, divided by spaces."""

    methods: str


@dataclass(frozen=True, slots=True)
class TeamEntryRoutes:
    """What the door answers about the ways in for members."""

    people_table: str
    access: TeamAccess
    entries: TeamEntries

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageWorkspaceSettings) -> Self:
        """Make the routes from a door's settings."""
        entries = TeamEntries(settings.people_table, settings.sign_in_table)
        return cls(settings.people_table, access, entries)

    def show(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with the ways that lead to the team's side."""
        member = self.access.of_member(path, caller, Action.READ_TEAM)
        return _showing(self.entries.of(member.workspace))

    def set(self, asked: AskedMethods, path: dict[str, str], caller: Caller) -> Response:
        """Set the ways that lead to the team's side. They count from the next token on."""
        member = self.access.of_member(path, caller, Action.WRITE_TEAM)
        methods = [each for each in asked.methods.split(" ") if each]
        if not methods:
            raise InvalidRequest("methods", f"one at least of {' '.join(METHODS)}")
        before = self.entries.of(member.workspace)
        demand_match(caller, _etag(before), _answer(before))
        wanted = [] if set(methods) == set(METHODS) else methods
        return _showing(
            self.entries.set_methods(member.workspace, wanted, host=caller.host, by=member.by)
        )

    def confirm_member(self, path: dict[str, str], caller: Caller) -> Response:
        """Let a member come in although their address was just changed, or by an account that they have
        just connected. Nobody says so of their own.
        """
        member = self.access.of_member(path, caller, Action.WRITE_TEAM)
        id_ = path["contact"]
        found = (
            People(self.people_table, member.workspace.id).contact(id_)
            if is_contact(id_) and id_ != member.contact.id
            else None
        )
        if found is None:
            raise NotFound
        seen = caller.if_match
        self.entries.confirm_member(
            member.workspace,
            found,
            # As the owner has looked at it. Somebody who reads the mailbox may have added to it since.
            seen=lambda stamp: seen is None or seen == stamp_etag(stamp),
            host=caller.host,
            by=member.by,
        )
        return Response(204)


def stamp_etag(stamp: str) -> str:
    """Return the ``ETag`` of one thing that waits for an owner, by its stamp."""
    return f'"{digest(stamp)[:32]}"'


def _answer(settings: TeamSettings) -> dict[str, Any]:
    return {"methods": " ".join(settings.methods or METHODS), "etag": _etag(settings)}


def _showing(settings: TeamSettings) -> Response:
    return Response(200, _answer(settings), {"etag": _etag(settings)})


def _etag(settings: TeamSettings) -> str:
    return f'"{digest(" ".join(settings.methods or METHODS))[:16]}"'
