"""Begin the session of a contact whom a provider signed in, and connect the account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.clock import Clock, epoch, moment
from portico.events import Caller
from portico.ids import fingerprint
from portico.people.rules import Contact, sso_way
from portico.people.store import People
from portico.sessions.flow import Sessions
from portico.sessions.proof import AlsoRefused, ContactChanged, Proof, UsedAlready
from portico.sso.identity_parts import identity_parts
from portico.sso.match import MatchedContact
from portico.sso.outcomes import Arrived, Refusal
from portico.sso.rules import Person
from portico.sso.states import State, Trip


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Signs contacts in at the end of a trip."""

    people_table: str
    sign_in_table: str
    sessions: Sessions
    clock: Clock

    def let_in(
        self,
        state: State,
        trip: Trip,
        person: Person,
        contact: str,
        known: MatchedContact,
        caller: Caller,
    ) -> Arrived:
        """Begin the session of a contact that our rows know.

        Raises:
            Refusal: the contact may not sign in, or something has changed meanwhile.
            TryLater: our rows are out of reach.
        """
        now = self.clock.now()
        # The daily path: the identity's row keeps the contact's `sver` as a hint. The transaction
        # checks it, and only a wrong hint costs a read.
        if known.owner and known.owner_sver is not None:
            try:
                return self._begin(
                    state, trip, person, contact, known.owner_sver, known, caller, at=now
                )
            except ContactChanged:
                pass
        head = People(self.people_table, state.workspace_id).contact(contact)
        if head is None or not head.is_in(at=now):
            raise Refusal("sso-failed", "contact-inactive")
        if known.owner and head.is_void(known.linked_at, known.owner_sver or 0):
            raise Refusal("sso-failed", "identity-taken-back")
        if not known.owner and head.email != known.address:
            # The address has changed in the last moment, or a change of it was undone.
            raise Refusal("sso-failed", "contact-changed")
        try:
            return self._begin(
                state, trip, person, contact, head.sver, known, caller, at=now, head=head
            )
        except ContactChanged:
            raise Refusal("sso-failed", "contact-changed") from None

    def _begin(
        self,
        state: State,
        trip: Trip,
        person: Person,
        contact: str,
        sver: int,
        known: MatchedContact,
        caller: Caller,
        *,
        at: datetime,
        head: Contact | None = None,
    ) -> Arrived:
        # A provider is believed about the domains that the team has bound to it. Where the head was
        # read, the address may have changed since the pointer was.
        vouched = known.by_address == contact and (head is None or head.email == known.address)
        is_known = head.email_verified if head else known.owner_vouched
        proof = Proof(
            challenge=str(state),
            request_id=caller.request_id,
            workspace_id=state.workspace_id,
            contact=contact,
            name=head.name if head else "",
            email=head.email if head else "",
            sver=sver,
            method=f"sso:{trip.connection.id}",
            stay=trip.stay,
            device=trip.device,
            way=sso_way(trip.connection.id),
            proves_email=vouched and not is_known,
            link=trip.link,
            began=trip.began,
            account_since=_since(known, head, at=at),
            account_vouched=vouched,
            account=fingerprint(person.identity.key),
        )
        also = identity_parts(
            self.people_table,
            proof,
            person,
            known,
            at=at,
            is_hint_wrong=head is not None,
            vouched=vouched,
        )
        if known.owner is None:
            # In the same transaction, so that nothing becomes a way in without a notice.
            also = {**also, "notice": self._telling(proof, trip, caller, at=at)}
        try:
            signed_in = self.sessions.begin(proof, caller, also=also)
        except UsedAlready:
            raise Refusal("sso-expired") from None
        except AlsoRefused as refused:
            if "identity" in refused.failed:
                raise Refusal("sso-failed", "identity-of-another-contact") from None
            raise Refusal("not-in-directory", "directory-record-changed") from None
        return Arrived(signed_in, trip.return_to)

    def _telling(self, proof: Proof, trip: Trip, caller: Caller, *, at: datetime) -> dict[str, Any]:
        # Loaded here, because an account is connected once and used a hundred times.
        from portico.mail.letters import Change  # noqa: PLC0415
        from portico.notices.store import Happened, Notices  # noqa: PLC0415

        happened = Happened(
            Change.IDENTITY_LINKED,
            proof.contact,
            caller.host,
            trip.stay.keep_days,
            name=proof.challenge,
            at=at,
            label=trip.connection.label,
            device=trip.device,
        )
        return Notices(self.sign_in_table, proof.workspace_id).asking(happened)


def _since(known: MatchedContact, head: Contact | None, *, at: datetime) -> datetime | None:
    """Return when an account was connected, if reading the contact's mailbox was enough for that."""
    if known.owner:
        return moment(known.linked_at) if known.linked_by_mailbox else None
    # It is connected now, since its provider vouches for the address. The mailbox was enough to change
    # that to one of somebody else's.
    return moment(epoch(at)) if head and head.address_change else None
