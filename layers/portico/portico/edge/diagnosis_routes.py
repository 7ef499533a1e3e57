"""The route of a diagnosis: why somebody does not get in, for a team and its keys."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

from portico.aws.tables import get_many
from portico.clock import SYSTEM, Clock
from portico.diagnosis.diagnose import diagnosis_answer
from portico.diagnosis.facts import Facts
from portico.diagnosis.findings import Press, Remedy
from portico.diagnosis.gather import SIGN_IN, Gathering
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess
from portico.errors import InvalidRequest, NotFound
from portico.events import Caller
from portico.ids import is_contact
from portico.people.addresses import normalise
from portico.settings import DiagnoseSettings
from portico.team.look_ups import LookUps
from portico.team.rules import SCOPE_FOR, Action, may
from portico.team.team_caller import KeyCaller, TeamCaller
from portico.team.visits import Visits

PRESSED_BY: dict[Remedy, Action] = {
    Remedy.SWITCH_ON: Action.WRITE_SETTINGS,
    Remedy.END_PAUSE: Action.WRITE_SETTINGS,
    Remedy.TAKE_CODES: Action.WRITE_SETTINGS,
    Remedy.SWITCH_CONNECTION_ON: Action.WRITE_SETTINGS,
    Remedy.TEST_CONNECTION: Action.WRITE_SETTINGS,
    Remedy.CONFIRM_CONNECTION: Action.WRITE_TEAM,
    Remedy.ADD_CONTACT: Action.WRITE_CONTACT,
    Remedy.REACTIVATE: Action.REACTIVATE_CONTACT,
    Remedy.NEW_LINK: Action.WRITE_LINKS,
    Remedy.LIFT: Action.LIFT_SUPPRESSION,
    Remedy.LIFT_DOMAIN: Action.LIFT_SUPPRESSION,
}
"""What the route of each remedy asks for."""

type Asker = TeamCaller | KeyCaller


@dataclass(frozen=True, slots=True)
class AskedDiagnosis:
    """POST …/diagnosis: an address, a contact's id, or the name of a sign-in."""

    email: str | None = field(default=None, repr=False)
    contact: str | None = None
    sign_in: str | None = None


@dataclass(frozen=True, slots=True)
class DiagnosisRoutes:
    """What the door answers."""

    people_table: str
    sign_in_table: str
    trail_table: str
    access: TeamAccess
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, access: TeamAccess, settings: DiagnoseSettings) -> Self:
        """Make the route from a door's settings."""
        return cls(settings.people_table, settings.sign_in_table, settings.trail_table, access)

    def diagnose(self, asked: AskedDiagnosis, path: dict[str, str], caller: Caller) -> Response:
        """Answer why somebody does not get in, the decisive reason first."""
        found = self.access.of_anyone(path, caller, Action.DIAGNOSE)
        if [asked.email, asked.contact, asked.sign_in].count(None) != 2:
            raise InvalidRequest("email", "one of email, contact and sign_in")
        gathering = Gathering(
            found.workspace,
            self.people_table,
            self.sign_in_table,
            self.trail_table,
            caller.host,
            self.clock,
        )
        now = self.clock.now()
        look_ups = LookUps.of(self.people_table, self.sign_in_table, found, caller.host, at=now)
        facts = self._facts(look_ups, asked, gathering)
        if facts is None:
            raise NotFound
        facts = replace(facts, hides=look_ups is not None)
        if facts.contact is not None:
            visits = Visits(self.sign_in_table, self.clock)
            visits.note_contact(found, facts.contact.id, look_ups=look_ups)

        def presses(each: Press) -> dict[str, Any]:
            return {"may": _may_press(found, each, facts)}

        return Response(200, diagnosis_answer(facts, presses))

    def _facts(
        self, look_ups: LookUps | None, asked: AskedDiagnosis, gathering: Gathering
    ) -> Facts | None:
        if asked.email is not None:
            return self._of_address(look_ups, normalise(asked.email), gathering)
        if asked.contact is not None:
            return gathering.of_contact(asked.contact) if is_contact(asked.contact) else None
        sign_in = asked.sign_in or ""
        return gathering.of_sign_in(sign_in) if SIGN_IN.match(sign_in) else None

    def _of_address(self, look_ups: LookUps | None, email: str, gathering: Gathering) -> Facts:
        wanted = [gathering.pointer_wanted(email)]
        if look_ups:
            wanted.append((look_ups.rows, *look_ups.key))
        pointer, *misses = get_many(wanted, consistent=True)
        if look_ups:
            look_ups.demand_room(misses[0])
            if pointer is None or "contact" not in pointer:
                # Counted before anything is told: a hundred other addresses are tried as well.
                look_ups.count_miss()
        return gathering.of_address(email, pointer)


def _may_press(found: Asker, press: Press, facts: Facts) -> bool:
    """Say whether whoever asks may press what a finding ends in."""
    action = PRESSED_BY[press.remedy]
    if press.contact is not None and not found.reach.includes(press.contact, facts.role):
        return False
    if isinstance(found, KeyCaller):
        return SCOPE_FOR.get(action) in found.key.scopes
    return may(found.role, action)
