"""Finish a trip to a provider: identify the person, and decide whether they may sign in."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from portico.aws.keys import KeyRing, ring
from portico.clock import SYSTEM, Clock
from portico.codes.pending_identity import (
    PendingIdentities,
    PendingIdentity,
    ask_for_proof,
    browser_of,
)
from portico.errors import TryLater
from portico.events import Caller, Event
from portico.sessions.flow import Sessions
from portico.settings import FinishSsoSettings
from portico.sso.arrival import Arrivals
from portico.sso.discovery import Discovery, Misconfigured
from portico.sso.match import MatchedContact, match_of, obey_directory
from portico.sso.outcomes import Answered, Arrived, Refusal, ToPage
from portico.sso.providers.kinds import NotBelieved
from portico.sso.relying_party import Attempt, RelyingParty
from portico.sso.rules import Person
from portico.sso.states import State, States, Trip
from portico.sso.store import client_secret
from portico.sso.transport import ProviderAway


@dataclass(frozen=True, slots=True)
class SsoCallbacks:
    """Finishes the trips of a deployment."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    secret_prefix: str
    discovery: Discovery
    sessions: Sessions
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: FinishSsoSettings) -> "SsoCallbacks":
        """Make it from a door's settings."""
        return cls(
            settings.people_table,
            settings.sign_in_table,
            ring(settings.code_secret),
            settings.connection_secrets,
            Discovery(loopback=settings.provider_loopback == "open"),
            Sessions.without_tokens(
                settings.people_table, settings.sign_in_table, settings.code_secret
            ),
        )

    def finish(self, answered: Answered, caller: Caller) -> Arrived | ToPage:
        """Sign the person in, or say how to continue. A provider's fault never raises."""
        state = State.parse(answered.state)
        if state is None:
            return ToPage("", "e", "sso-failed")
        states = States(self.sign_in_table, state.workspace_id)
        try:
            trip = states.use(
                state,
                connection=answered.connection,
                browser=browser_of(caller),
                request=caller.request_id,
                at=self.clock.now(),
            )
        except TryLater:
            return ToPage(state.workspace_id, "e", "try-later")
        if trip is None:
            return ToPage(state.workspace_id, "e", "sso-expired")
        outcome = self._ended(states, state, trip, answered, caller)
        return replace(outcome, trip=(state.workspace_id, trip.connection.id))

    def _ended(
        self, states: States, state: State, trip: Trip, answered: Answered, caller: Caller
    ) -> Arrived | ToPage:
        try:
            return self._finish(state, trip, answered, caller)
        except Refusal as refused:
            self._note(states, state, trip, caller, refused.detail, of=refused.contact)
            return ToPage(state.workspace_id, trip.fragment_key, refused.reason)
        except (ProviderAway, TryLater) as away:
            self._note(states, state, trip, caller, f"away: {type(away).__name__}")
            return ToPage(state.workspace_id, trip.fragment_key, "try-later")

    def _finish(
        self, state: State, trip: Trip, answered: Answered, caller: Caller
    ) -> Arrived | ToPage:
        person = self._person(state, trip, answered, caller)
        if trip.adds:
            tables = self.people_table, self.sign_in_table
            # Loaded here: almost every trip signs in.
            from portico.sso.link_account import link_account  # noqa: PLC0415

            link_account(
                trip,
                person,
                state.workspace_id,
                caller,
                tables=tables,
                name=str(state),
                at=self.clock.now(),
            )
            return ToPage(state.workspace_id, trip.fragment_key, "linked")
        now = self.clock.now()
        known = match_of(self.people_table, state.workspace_id, trip, person, at=now)
        try:
            return self._known(state, trip, person, known, caller, at=now)
        except Refusal as refused:
            # A shared link knows nobody. Now the provider has said who it is: the line is theirs.
            refused.contact = None if trip.contact else known.owner or known.by_address
            raise

    def _known(
        self,
        state: State,
        trip: Trip,
        person: Person,
        known: MatchedContact,
        caller: Caller,
        *,
        at: datetime,
    ) -> Arrived | ToPage:
        if not known.workspace.is_open(at=at):
            raise Refusal("portal-unavailable")
        # The state keeps the connection as it was. Check now whether it may still be used.
        if not known.workspace.offers(trip.connection.id):
            raise Refusal("sso-failed", "connection-off")
        obey_directory(known, at=at)
        contact = known.owner or known.by_address
        if trip.contact is not None and contact not in (None, trip.contact):
            raise Refusal("another-contact")
        if contact is None:
            return self._prove(state, trip, person, known, caller)
        arrivals = Arrivals(self.people_table, self.sign_in_table, self.sessions, self.clock)
        return arrivals.let_in(state, trip, person, contact, known, caller)

    def _person(self, state: State, trip: Trip, answered: Answered, caller: Caller) -> Person:
        if answered.error:
            denied = answered.error in ("access_denied", "user_cancelled_login", "consent_required")
            raise Refusal(
                "sso-denied" if denied else "sso-failed", f"answer: {answered.error[:64]}"
            )
        if not answered.code or len(answered.code) > 4096:
            raise Refusal("sso-failed", "no-code")
        connection = trip.connection
        secret = client_secret(self.secret_prefix, connection)
        # The environment that began the trip may have used another version of the keys.
        keys = self.keys.of(trip.key)
        if keys is None:
            raise Refusal("sso-expired", "key-rotated-twice")
        attempt = Attempt.of(state, keys.code, connection, caller)
        try:
            return RelyingParty(connection, secret, self.discovery).person(
                attempt, answered.code, issuer=answered.issuer, at=self.clock.now()
            )
        except NotBelieved as error:
            raise Refusal("sso-failed", error.reason) from error
        except Misconfigured as error:
            raise Refusal("sso-failed", "misconfigured") from error

    def _prove(
        self, state: State, trip: Trip, person: Person, known: MatchedContact, caller: Caller
    ) -> ToPage:
        # Under a directory rule only a match signs somebody in. A code would bypass the rule.
        if known.workspace.needs_record():
            raise Refusal("no-contact", "in-directory-but-no-contact")
        connecting = PendingIdentity(
            identity=person.identity,
            label=trip.connection.label,
            browser=trip.browser,
            link=trip.link,
            contact=trip.contact,
            return_to=trip.return_to,
            stay=trip.stay,
            device=trip.device,
            language=trip.language,
        )
        address = person.mail_address()
        now = self.clock.now()
        if trip.contact is None and address is None:
            detail = {"connection": trip.connection.id}
            event = Event("sso.address-needed", now, network=caller.network, detail=detail)
            waiting = PendingIdentities(self.sign_in_table, state.workspace_id).wait(
                connecting, event
            )
            return ToPage(state.workspace_id, "p", str(waiting))
        # The contact will type the code on our own page, where this answer sends the browser.
        page = replace(caller, origin=caller.own_origin)
        challenge = ask_for_proof(
            self.sign_in_table, state.workspace_id, connecting, address, page, now
        )
        return ToPage(state.workspace_id, "c", str(challenge.id))

    def _note(
        self,
        states: States,
        state: State,
        trip: Trip,
        caller: Caller,
        reason: str,
        *,
        of: str | None = None,
    ) -> None:
        detail = {"connection": trip.connection.id, "reason": reason}
        event = Event(
            "sso.refused",
            self.clock.now(),
            of or "",
            network=caller.network,
            detail=detail,
            began=trip.began,
        )
        # The refusal holds even if the trail cannot record it.
        with suppress(TryLater):
            states.note(state, event)
