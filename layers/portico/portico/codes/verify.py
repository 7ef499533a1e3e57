"""Trade a code for a session."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from portico.aws.keys import KeyRing, ring
from portico.aws.tables import Parts, Rows
from portico.clock import SYSTEM, Clock
from portico.codes.challenge import NOT_YET, Challenge
from portico.codes.check import Checked, CodeChecks, CodeEntry
from portico.errors import AlreadyLinked, ChallengeClosed, TryLater
from portico.events import Caller, Event
from portico.limits.known_browser import mark_of
from portico.links.destinations import ReturnTo
from portico.links.rules import ACCOUNT_LINK, TEAM_LINK
from portico.links.store import Links
from portico.mail.letters import SIGNS_IN, Change, Purpose
from portico.notices.store import Happened, Notices
from portico.people.heads import Heads
from portico.people.identities import Identity, owning
from portico.people.open_checks import OpenChecks
from portico.people.rules import CODE_WAY, SIGN_UP_WAY, Contact, sso_way
from portico.sessions.flow import Sessions
from portico.sessions.proof import AlsoRefused, ContactChanged, Proof, SignedIn, UsedAlready
from portico.sessions.rules import session_id
from portico.settings import VerifyCodeSettings


@dataclass(frozen=True, slots=True)
class TypedCode:
    """POST /v1/codes/verify."""

    challenge: str = field(repr=False)
    code: str = field(repr=False)
    request_id: str | None = None
    shared_computer: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """A session, and where its contact wanted to go."""

    signed_in: SignedIn
    return_to: ReturnTo
    mark: str | None = field(repr=False)
    """The mark that makes this browser known next time; ``None`` on a shared computer."""
    is_new: bool = False
    """Whether the code has created the contact."""

    def answer(self) -> dict[str, Any]:
        """Return the members of the JSON answer."""
        to = {"area": self.return_to.area, "url": self.return_to.url}
        new = {"new": True} if self.is_new else {}
        return {**self.signed_in.answer(), "return_to": to, **new}


@dataclass(frozen=True, slots=True)
class Codes:
    """Trades codes for sessions."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    sessions: Sessions
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: VerifyCodeSettings) -> "Codes":
        """Make it from a door's settings."""
        return cls(
            settings.people_table,
            settings.sign_in_table,
            ring(settings.code_secret),
            Sessions.from_settings(settings),
        )

    def verify(self, typed: TypedCode, caller: Caller) -> Verified:
        """Trade a code for a session.

        Raises:
            InvalidRequest: the entry does not have the shape of a code. It costs no attempt.
            CodeNotAccepted: the code is not the one we mailed.
            ChallengeClosed: the code has expired or is used, or five attempts were wrong.
            AlreadyLinked: the code is right, but the account is another contact's.
            CrossSite: the request's origin is not the one that asked for the code.
            TryLater: nothing was used up. The same request can be sent again.
        """
        checks = CodeChecks(self.sign_in_table, self.keys, self.clock)
        entry = CodeEntry(typed.challenge, typed.code, typed.request_id)
        checked = checks.check(entry, caller, purposes=SIGNS_IN)
        proof = _proof(checked, typed)
        try:
            signed_in = self._begin(checked, proof, caller)
        except TryLater:
            checks.give_back(checked)
            raise
        except UsedAlready:
            checks.note_refusal(checked.challenge, caller, reason="used")
            raise ChallengeClosed("used") from None
        except ContactChanged:
            checks.note_refusal(checked.challenge, caller, reason="contact-changed")
            raise ChallengeClosed("expired") from None
        except AlsoRefused as refused:
            if refused.failed & {"settings", "connection"}:
                # The team has closed this way in while the code was out.
                checks.note_refusal(checked.challenge, caller, reason="method-off")
                raise ChallengeClosed("expired") from None
            if checked.challenge.connects:
                # Whoever typed this code has proved both, so the answer may say it.
                checks.note_refusal(checked.challenge, caller, reason="already-linked")
                raise AlreadyLinked from None
            # The break-glass link was used; or, during a sign-up, the address became another
            # contact's.
            reason = "email-taken" if proof.is_new or proof.gives_email else "link-used"
            checks.note_refusal(checked.challenge, caller, reason=reason)
            raise ChallengeClosed("used") from None
        mark = mark_for(proof, self.keys, at=self.clock.now())
        return Verified(signed_in, checked.challenge.return_to, mark, proof.is_new)

    def _begin(self, checked: Checked, proof: Proof, caller: Caller) -> SignedIn:
        # The team's own way in is open while the portal is not, so it brings no token for it.
        is_for_team = checked.challenge.is_for_team
        sessions = replace(self.sessions, signing_key="") if is_for_team else self.sessions
        try:
            return sessions.begin(proof, caller, also=self._also(checked, proof))
        except AlsoRefused:
            if not proof.gives_email:
                raise
        # The same press, whose answer was lost: the address is theirs already.
        heads = Heads(self.people_table, proof.workspace_id)
        has_it = heads.having(proof.contact, proof.email, sver=proof.sver, at=self.clock.now())
        return self.sessions.begin(proof, caller, also={"head": has_it})

    def _also(self, checked: Checked, proof: Proof) -> Parts:
        """Return the other parts of the session's transaction."""
        now = self.clock.now()
        challenge = checked.challenge
        also = dict(self._becoming(checked, proof)) if proof.is_new else {}
        if proof.gives_email:
            also |= self._giving(checked, proof)
        # What is made here stays, unlike a session that ends at its first refresh.
        settings = OpenChecks(self.people_table, proof.workspace_id, now)
        if challenge.connects:
            connection = challenge.connects["connection"]
            also |= settings.still_connecting(connection, by_code=True, signs_up=proof.is_new)
        elif proof.is_new:
            also |= settings.still_signing_up()
        if challenge.connects:
            also["identity"] = owning(
                Rows(self.people_table, f"{proof.workspace_id}#"),
                Identity.from_row(challenge.connects),
                workspace_id=proof.workspace_id,
                contact=proof.contact,
                sver=proof.sver,
                at=now,
                by_mailbox=True,
            )
            # In the same transaction, so that we connect no account without a mail to the contact.
            also["notice"] = self._telling(challenge, proof)
        if challenge.is_break_glass:
            event = Event(
                "link.used",
                now,
                proof.contact,
                proof.stay.keep_days,
                detail={"link": challenge.link},
            )
            links = Links(self.people_table, proof.workspace_id)
            also["link"] = links.using(
                challenge.link, session=session_id(proof.challenge), event=event
            )
        return also

    def _becoming(self, checked: Checked, proof: Proof) -> Parts:
        """Return the parts that create a contact for whoever just proved an address."""
        event = Event("contact.signed-up", self.clock.now(), proof.contact, proof.stay.keep_days)
        contact = Contact(
            proof.contact,
            proof.workspace_id,
            proof.name,
            proof.email,
            sver=proof.sver,
            email_verified=True,
            # Until they choose another, their mails speak as the page did.
            language=checked.challenge.language,
        )
        heads = Heads(self.people_table, proof.workspace_id)
        return heads.signing_up(contact, event, proof=str(checked.challenge.id))

    def _giving(self, checked: Checked, proof: Proof) -> Parts:
        """Return the parts that give a contact the address that the code has proved."""
        found_by = checked.challenge.gives_to
        contact = Contact(
            proof.contact,
            proof.workspace_id,
            proof.name,
            email="",
            sver=checked.mail.sver,
            found_by=list(found_by) if found_by else None,
        )
        event = Event("email.changed", self.clock.now(), proof.contact, proof.stay.keep_days)
        heads = Heads(self.people_table, proof.workspace_id)
        return heads.giving_address(contact, proof.email, event, is_proved=True)

    def _telling(self, challenge: Challenge, proof: Proof) -> dict[str, Any]:
        happened = Happened(
            Change.IDENTITY_LINKED,
            proof.contact,
            challenge.host,
            challenge.stay.keep_days,
            name=str(challenge.id),
            at=self.clock.now(),
            label=challenge.connects["label"] if challenge.connects else "",
            device=challenge.device,
        )
        return Notices(self.sign_in_table, proof.workspace_id).asking(happened)


def mark_for(proof: Proof, keys: KeyRing, *, at: datetime) -> str | None:
    """Return the mark that makes the browser of *proof* known, if it may have one."""
    if proof.shared_computer:
        return None
    return mark_of(
        keys.current().mailbox,
        workspace_id=proof.workspace_id,
        contact=proof.contact,
        sver=proof.sver,
        at=at,
    )


def _proof(checked: Checked, typed: TypedCode) -> Proof:
    challenge = checked.challenge
    is_new = checked.mail.sver == NOT_YET
    gives_email = challenge.gives_to is not None
    return Proof(
        challenge=str(challenge.id),
        request_id=checked.request_id,
        workspace_id=challenge.id.workspace_id,
        contact=challenge.contact_id or "",
        name=challenge.contact_name or "",
        email=challenge.contact_email or "",
        # The first address ends what was begun before it, so the session begins after it.
        sver=1 if is_new else checked.mail.sver + gives_email,
        method="code",
        stay=challenge.stay,
        shared_computer=typed.shared_computer or challenge.shared_computer,
        device=challenge.device,
        is_new=is_new,
        # The code was mailed to the contact's own address, which a newcomer's row says anyway.
        proves_email=not is_new and not gives_email and not challenge.contact_proved,
        gives_email=gives_email,
        way=_way(challenge),
        link=None if challenge.link in (ACCOUNT_LINK, TEAM_LINK) else challenge.link,
        began=challenge.asked[0],
    )


def _way(challenge: Challenge) -> str | None:
    """Return the way in that must still be open when the session is first refreshed."""
    if challenge.is_break_glass:
        return None
    if challenge.connects:
        return sso_way(challenge.connects["connection"])
    return SIGN_UP_WAY if challenge.purpose == Purpose.SIGN_UP else CODE_WAY
