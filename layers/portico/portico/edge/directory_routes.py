"""The routes by which a team sees its directory."""

from dataclasses import dataclass, field
from typing import Any, Self

from portico.clock import SYSTEM, Clock
from portico.directory.scim.synced_user import LONGEST_NAMED
from portico.edge.cursors import cursor_at, page_size_of, place_of
from portico.edge.requests import shaped
from portico.edge.responses import Response
from portico.edge.seen_contact import contact_answer
from portico.edge.team_access import TeamAccess
from portico.errors import InvalidRequest, NotFound
from portico.events import Caller
from portico.people.addresses import normalise
from portico.people.rules import Workspace
from portico.settings import ManageWorkspaceSettings
from portico.sso.rules import Connection, ends_sessions_by, revocation_url
from portico.sso.store import Connections, is_listed
from portico.team.directory_answers import found_answer, sent_answer, status_answer
from portico.team.directory_people import DirectoryPeople
from portico.team.directory_status import DirectoryReader
from portico.team.look_ups import LookUps
from portico.team.rules import Action
from portico.team.team_caller import KeyCaller, TeamCaller
from portico.team.visits import Visits
from portico.team.workspace_key import Scope


@dataclass(frozen=True, slots=True)
class SoughtPerson:
    """POST …/directory/people/find: a whole address, or the directory's own id."""

    email: str | None = field(default=None, repr=False)
    external_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AskedPeople:
    """POST …/directory/people/list: a page of all."""

    limit: int | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class DirectoryRoutes:
    """What the door answers about the directory."""

    people_table: str
    sign_in_table: str
    trail_table: str
    access: TeamAccess
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageWorkspaceSettings) -> Self:
        """Make the routes from a door's settings."""
        return cls(settings.people_table, settings.sign_in_table, settings.trail_table, access)

    def show(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with who syncs, how many people there are, and what goes wrong."""
        found = self.access.of_anyone(path, caller, Action.LIST_CONTACTS)
        workspace, origin = found.workspace, caller.own_origin
        reader = DirectoryReader(self.people_table, self.sign_in_table, workspace, self.clock)
        connections = [
            each
            for each in Connections(self.people_table, workspace.id).all()
            if is_listed(workspace, each.id) and ends_sessions_by(each)
        ]
        answer = {
            "scim_url": f"{origin}/scim/v2/{workspace.id}",
            "token_endpoint": f"{origin}/oauth2/token",
            "universal_logout": [_logout_answer(each, origin) for each in connections],
            "makes_contacts": workspace.directory_contacts,
            "rule": workspace.directory_rule,
            **status_answer(reader.status(), at=self.clock.now()),
        }
        return Response(200, answer)

    def find(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Answer with whom an address or an external id finds."""
        found = self.access.of_anyone(path, caller, Action.READ_CONTACT)
        asked = shaped(wanted, SoughtPerson)
        if (asked.email is None) == (asked.external_id is None):
            raise InvalidRequest("email", "this or external_id, one of the two")
        look_ups = self._look_ups(found, caller)
        shows_log = isinstance(found, TeamCaller) or Scope.READ_TRAIL in found.key.scopes
        people = self._people(found.workspace)
        if asked.email is not None:
            seen = people.with_address(normalise(asked.email), shows_log=shows_log)
        else:
            seen = people.with_external_id(_external(asked.external_id), shows_log=shows_log)
        if seen.is_nobody:
            if look_ups:
                look_ups.count_miss()
            raise NotFound
        visits = Visits(self.sign_in_table, self.clock)
        contacts = {each.id for person in seen.people for each in person.contacts}
        if look_ups and not contacts:
            # Whoever is no contact counts as one.
            look_ups.count_hit(normalise(asked.email) if asked.email else str(asked.external_id))
        for contact in contacts:
            visits.note_contact(found, contact, look_ups=look_ups)
        groups = found.workspace.directory_groups
        answer = found_answer(seen, groups, contact_answer, shows_log=shows_log)
        return Response(200, answer)

    def list(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Answer with a page of all people, by their ids."""
        found = self.access.of_anyone(path, caller, Action.LIST_CONTACTS)
        asked = shaped(wanted, AskedPeople)
        size = page_size_of(None if asked.limit is None else str(asked.limit))
        name, after = f"{found.workspace.id}|directory", ""
        if asked.cursor is not None:
            (after,) = place_of(asked.cursor, of=name)
        page, last = self._people(found.workspace).page(after=after, size=size)
        if not after:
            Visits(self.sign_in_table, self.clock).note_list(found, by="directory", found=len(page))
        following = cursor_at([last], of=name) if last else None
        return Response(200, {"people": [sent_answer(each) for each in page], "next": following})

    def _people(self, workspace: Workspace) -> DirectoryPeople:
        return DirectoryPeople(self.people_table, self.trail_table, workspace, self.clock)

    def _look_ups(self, found: TeamCaller | KeyCaller, caller: Caller) -> LookUps | None:
        """Return what a member who may not list everybody has looked up, if there is room."""
        now = self.clock.now()
        look_ups = LookUps.of(self.people_table, self.sign_in_table, found, caller.host, at=now)
        if look_ups:
            look_ups.read_room()
        return look_ups


def _external(id_: str | None) -> str:
    if not id_ or len(id_) > LONGEST_NAMED:
        raise InvalidRequest("external_id", f"1 to {LONGEST_NAMED} characters")
    return id_


def _logout_answer(connection: Connection, origin: str) -> dict[str, Any]:
    url = revocation_url(origin, connection.workspace_id, connection.id)
    return {"connection": connection.id, "label": connection.label, "url": url}
