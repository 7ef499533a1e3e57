"""The routes of a contact's sessions, for a team."""

import re
from dataclasses import dataclass
from typing import Any, Self

from portico.clock import epoch
from portico.edge.cursors import cursor_at, page_size_of, place_of
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess
from portico.errors import InvalidRequest, NotFound
from portico.events import Caller
from portico.ids import is_contact, is_session
from portico.people.store import People
from portico.sessions.team_sessions import ListedSession, TeamSessions
from portico.settings import ManageLinksSettings
from portico.team.look_ups import LookUps
from portico.team.rules import Action
from portico.team.visits import Visits

_PLACE = re.compile(r"(session#ses|held#pse)_[A-Za-z0-9_-]{22}\Z")


@dataclass(frozen=True, slots=True)
class ContactSessionRoutes:
    """What the door answers about the sessions of one contact."""

    people_table: str
    sign_in_table: str
    access: TeamAccess
    sessions: TeamSessions

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageLinksSettings) -> Self:
        """Make the routes from a door's settings."""
        sessions = TeamSessions(settings.people_table, settings.sign_in_table)
        return cls(settings.people_table, settings.sign_in_table, access, sessions)

    def list(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with a page of a contact's sessions: of browsers, and of portals."""
        found = self.access.of_anyone(path, caller, Action.READ_SESSIONS)
        size, ended = page_size_of(path.get("limit")), path.get("ended", "false")
        if ended not in ("true", "false"):
            raise InvalidRequest("ended", "true or false")
        id_ = _contact(path)
        contact = People(self.people_table, found.workspace.id).contact(id_)
        if contact is None:
            raise NotFound
        name, after = f"{found.workspace.id}|sessions|{id_}|{ended}", ""
        if "cursor" in path:
            (after,) = place_of(path["cursor"], of=name)
            if not _PLACE.match(after):
                raise InvalidRequest("cursor", "it is not a cursor of this list")
        # From where and by what somebody signs in is told of them, as their name is.
        now = self.sessions.clock.now()
        look_ups = LookUps.of(self.people_table, self.sign_in_table, found, caller.host, at=now)
        visits = Visits(self.sign_in_table, self.sessions.clock)
        visits.note_contact(found, id_, look_ups=look_ups)
        listed, last = self.sessions.page(contact, after=after, size=size)
        shown = [each for each in listed if ended == "true" or each.state == "alive"]
        following = cursor_at([last], of=name) if last else None
        return Response(200, {"sessions": [_answer(each) for each in shown], "next": following})

    def end(self, path: dict[str, str], caller: Caller) -> Response:
        """End one session of a contact."""
        found = self.access.of_anyone(path, caller, Action.END_SESSIONS)
        if not is_session(path["session"]):
            raise NotFound
        self.sessions.end(
            found.workspace, _contact(path), path["session"], by=found.by, reach=found.reach
        )
        return Response(204)

    def end_all(self, path: dict[str, str], caller: Caller) -> Response:
        """End all sessions of a contact, and their open codes."""
        found = self.access.of_anyone(path, caller, Action.END_SESSIONS)
        self.sessions.end_all(found.workspace, _contact(path), by=found.by, reach=found.reach)
        return Response(204)


def _contact(path: dict[str, str]) -> str:
    if not is_contact(path["contact"]):
        raise NotFound
    return path["contact"]


def _answer(each: ListedSession) -> dict[str, Any]:
    session = each.session
    return {
        "id": session.id,
        "state": each.state,
        "portal": session.portal,
        "parent": session.parent,
        "device": each.device,
        "network": each.network,
        "method": session.method,
        "shared_computer": session.shared_computer,
        "signed_in_at": epoch(session.signed_in_at),
        "last_used_at": epoch(session.rotated_at),
        "ends_at": epoch(min(session.idle_ends_at, session.expires_at)),
    }
