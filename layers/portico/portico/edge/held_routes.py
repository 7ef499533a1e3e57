"""The routes of access that is held while a directory puts many people out: who it is, and what
becomes of them.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from portico.aws import deadline
from portico.aws.tables import Parts
from portico.clock import SYSTEM, Clock, epoch
from portico.directory.scim.held_people import (
    DECIDED_AT_ONCE,
    HeldDecision,
    HeldPeople,
)
from portico.directory.scim.sync import DirectorySync
from portico.directory.scim.synced_user import SyncedUser
from portico.directory.store import SCIM_SOURCE
from portico.edge.cursors import cursor_at, page_size_of, place_of
from portico.edge.requests import shaped
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess
from portico.errors import InvalidRequest
from portico.events import Caller
from portico.settings import ManageContactsSettings
from portico.team.held_notices import telling_of_kept
from portico.team.rules import Action
from portico.team.team_caller import KeyCaller, TeamCaller
from portico.team.visits import Visits

LONGEST_ID = 100
"""Characters that are looked up."""


@dataclass(frozen=True, slots=True)
class AskedHeld:
    """POST …/directory/held: what becomes of these people."""

    decision: str
    people: list[str]


@dataclass(frozen=True, slots=True)
class HeldRoutes:
    """What the door answers about whose access is held."""

    people_table: str
    sign_in_table: str
    access: TeamAccess
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageContactsSettings) -> Self:
        """Make the routes from a door's settings."""
        return cls(settings.people_table, settings.sign_in_table, access)

    def list(self, asked: dict[str, str], caller: Caller) -> Response:
        """List whose access is held, the first end first, and whom the team keeps."""
        found = self.access.of_anyone(asked, caller, Action.LIST_CONTACTS)
        of, size = f"{found.workspace.id}|held", page_size_of(asked.get("limit"))
        after = place_of(asked["cursor"], of=of)[0] if "cursor" in asked else ""
        page, last = self._held(found).page(after=after, size=size)
        if not after:
            Visits(self.sign_in_table, self.clock).note_list(found, by="held", found=len(page))
        following = cursor_at([last], of=of) if last else None
        return Response(200, {"people": [held_answer(each) for each in page], "next": following})

    def decide(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Let people leave, or keep them in until their directory says something new of them."""
        member = self.access.of_member(path, caller, Action.DECIDE_HELD)
        asked = shaped(wanted, AskedHeld)
        if asked.decision not in set(HeldDecision):
            raise InvalidRequest("decision", " or ".join(HeldDecision))
        are_ids = all(isinstance(each, str) for each in asked.people)
        are_ids = are_ids and all(len(each) <= LONGEST_ID for each in asked.people)
        if not (are_ids and 1 <= len(asked.people) <= DECIDED_AT_ONCE):
            raise InvalidRequest("people", f"1 to {DECIDED_AT_ONCE} ids")
        decision = HeldDecision(asked.decision)
        if decision is HeldDecision.KEEP:
            # It lets people in whom their directory has as gone.
            member.standing.demand_fresh(at=self.clock.now())
        held, telling = self._held(member), partial(self._telling, member, caller)
        answer, rest = [], deadline.OneByOne()
        for each in dict.fromkeys(asked.people):
            with rest.each():
                outcome = held.decide(decision, each, telling)
                answer.append({"id": each, "outcome": outcome.value})
            deadline.ask()
        rest.end()
        return Response(200, {"people": answer})

    def _telling(self, member: TeamCaller, caller: Caller, user: SyncedUser) -> Parts:
        tables = self.people_table, self.sign_in_table
        return telling_of_kept(
            tables,
            member.workspace,
            user,
            who=member.contact.email,
            by=member.by,
            host=caller.host,
            at=self.clock.now(),
        )

    def _held(self, found: TeamCaller | KeyCaller) -> HeldPeople:
        sync = DirectorySync(
            self.people_table, found.workspace, found.by, clock=self.clock, reach=found.reach
        )
        return HeldPeople(sync)


def held_answer(user: SyncedUser) -> dict[str, Any]:
    """Return somebody whose access is held, or whom the team keeps, as answers have them."""
    hold = user.hold
    if hold is None:
        raise ValueError(user.id)
    return {
        "id": user.id,
        "state": "kept" if hold.is_kept else "held",
        "user_name": user.user_name,
        "name": user.shown_name,
        "external_id": user.external_id,
        "emails": list(user.emails()),
        "contacts": sorted(hold.contacts),
        "source": SCIM_SOURCE,
        "by": hold.by,
        "why": "groups" if user.active else "inactive",
        "since": epoch(hold.since),
        "until": None if hold.is_kept else epoch(hold.until),
        "kept_at": epoch(hold.kept_at) if hold.kept_at else None,
        "kept_by": hold.kept_by,
    }
