"""Sign in with a password: count the guess, then compare. Every refusal takes the same work."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from portico import ids
from portico.aws import deadline
from portico.aws.keys import KeyRing, ring
from portico.aws.parallel import in_parallel
from portico.clock import SYSTEM, Clock
from portico.codes.check import request_id_of
from portico.codes.verify import Verified, mark_for
from portico.errors import (
    InvalidPortalLink,
    InvalidRequest,
    MethodOff,
    PasswordNotAccepted,
    TryLater,
)
from portico.events import Caller, Event
from portico.limits.known_browser import known_cookie, known_sver, sealed
from portico.limits.password_guesses import Guess, Guesses, Tried
from portico.limits.rules import PASSWORD_BUCKET
from portico.limits.store import Limits
from portico.links.destinations import ReturnTo, return_to
from portico.links.rules import Link, public_id
from portico.links.store import checked_link, link_key
from portico.mail.devices import device_of
from portico.passwords.decoys import READ, Decoys
from portico.passwords.password_hash import hashed, is_outdated, is_right
from portico.passwords.rules import sized
from portico.people.addresses import normalise, subject_of
from portico.people.password_store import Password, Passwords, password_key
from portico.people.pointers import Pointer, pointer_key
from portico.people.rules import PASSWORD_WAY, Contact, Workspace
from portico.people.store import People, head_key, settings_row_key
from portico.sessions.access_token import BY_PASSWORD
from portico.sessions.flow import Sessions
from portico.sessions.proof import ContactChanged, Proof, SignedIn, UsedAlready
from portico.settings import PasswordSettings


@dataclass(frozen=True, slots=True)
class TypedPassword:
    """POST /v1/passwords/sign-in: a link, the address that a shared one asks for, a password."""

    password: str = field(repr=False)
    workspace: str = ""
    link: str = field(default="", repr=False)
    to: str | None = None
    email: str | None = None
    request_id: str | None = None
    shared_computer: bool = False


@dataclass(frozen=True, slots=True)
class _Opened:
    """The result of a request's link and address: the workspace and the contact."""

    workspace: Workspace
    link: Link
    email: str | None
    found: str | None
    """The contact of the link or the address; ``None`` if nobody has it."""
    contact: str
    """The same contact; or an id that nobody has, so that both cases read the same rows."""

    @property
    def who(self) -> str:
        """The name under which guesses are counted together."""
        return self.email or self.contact

    @property
    def subject(self) -> str:
        """The subject under which the trail stores a refusal."""
        return self.found or subject_of(self.email or "")


@dataclass(frozen=True, slots=True)
class PasswordSignIns:
    """Signs contacts in with passwords."""

    people_table: str
    sign_in_table: str
    limits: Limits
    keys: KeyRing
    sessions: Sessions
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: PasswordSettings) -> "PasswordSignIns":
        """Make it from a door's settings."""
        return cls(
            settings.people_table,
            settings.sign_in_table,
            Limits(settings.sign_in_table),
            ring(settings.code_secret),
            Sessions.from_settings(settings),
        )

    def sign_in(self, typed: TypedPassword, caller: Caller) -> Verified:
        """Trade a password for a session.

        Raises:
            PasswordNotAccepted: no active contact has this address and this password.
            InvalidRequest: the address or the password has the wrong shape.
            InvalidPortalLink, PortalUnavailable, MethodOff, CrossSite: not allowed here.
            TooManyRequests: the network's budget is spent.
            GuessesSpent: the address's budget is spent. Nothing was compared.
            TryLater: nothing was consumed; the same request can be sent again.
        """
        password = sized(typed.password)
        request_id = request_id_of(typed.request_id)
        now = self.clock.now()
        opened = self._open(typed, caller, at=now)
        self._count_network(opened.workspace, caller, at=now)
        guesses = Guesses(self.sign_in_table, opened.workspace.id)
        key, workspace_id = self.keys.current().mailbox, opened.workspace.id
        seal = sealed(caller.cookies.get(known_cookie(workspace_id), ""))
        sver = known_sver(seal, key, workspace_id=workspace_id, contact=opened.contact, at=now)
        guess = guesses.count(_tried(opened, caller, sver), key=key, at=now)
        try:
            contact, kept, lacking = self._read(opened)
            if sver is not None and (contact is None or contact.sver != sver):
                # The mark ended with the sessions of its time, so this is a stranger's guess.
                guess = guesses.count(_tried(opened, caller, None), key=key, at=now)
            is_theirs = is_right(kept.hash if kept else None, password)
            is_in = contact is not None and contact.is_in(at=now)
            if contact is None or kept is None or not is_in or not is_theirs:
                self._level(opened, lacking, at=now)
                self._record_refusal(guesses, guess, opened, caller, at=now)
                raise PasswordNotAccepted
            proof = _proof(opened, contact, typed, request_id, caller)
            signed_in = self._begin(proof, kept, password, caller)
        except UsedAlready:
            self._record_refusal(guesses, guess, opened, caller, at=now, reason="used")
            raise InvalidRequest("request_id", "used already") from None
        except TryLater:
            # A failure before the comparison or the new session does not count as a guess.
            deadline.leave(deadline.TIME_TO_MEND)
            with suppress(TryLater):
                guesses.give_back(guess)
            raise
        except ContactChanged:
            # The contact was deactivated, or got another password, while we compared.
            self._record_refusal(guesses, guess, opened, caller, at=now, reason="contact-changed")
            raise PasswordNotAccepted from None
        self._forget(guesses, guess)
        mark = mark_for(proof, self.keys, at=now)
        return Verified(signed_in, _return_to(opened, typed, caller), mark)

    def _open(self, typed: TypedPassword, caller: Caller, *, at: datetime) -> _Opened:
        email = normalise(typed.email) if typed.email is not None else None
        if not ids.is_workspace(typed.workspace):
            raise InvalidPortalLink
        people = People(self.people_table, typed.workspace)
        common = (
            settings_row_key(people.workspace_id),
            link_key(people.workspace_id, public_id(typed.link)),
        )
        pointers = [pointer_key(people.workspace_id, email)] if email else []
        settings_row, row, *found = people.read(*common, *pointers)
        workspace, link = checked_link(settings_row, row, typed.link, at=at)
        workspace.admit(caller, at=at)
        if not workspace.takes_passwords():
            raise MethodOff
        if link.is_personal == (email is not None):
            raise InvalidRequest("email", "not asked for" if link.is_personal else "required")
        contact = Pointer.from_row(found[0]).contact if found else link.contact
        return _Opened(workspace, link, email, contact, contact or ids.new_contact_id())

    def _count_network(self, workspace: Workspace, caller: Caller, *, at: datetime) -> None:
        # Counted apart from codes: a guesser of passwords must not use up their office's codes.
        self.limits.start(workspace, caller.network, bucket=PASSWORD_BUCKET, at=at)

    def _read(self, opened: _Opened) -> tuple[Contact | None, Password | None, list[str]]:
        people = People(self.people_table, opened.workspace.id)
        keys = [key(people.workspace_id, opened.contact) for key in (head_key, password_key)]
        head, row = people.read(*keys, only=READ)
        contact, kept = Contact.from_row(head) if head else None, Password.from_row(row)
        lacks = {
            "pointer": opened.found is None,
            "head": contact is None,
            "password": row is None,
            "hash": row is not None and kept is None,
        }
        return contact, kept, [part for part, lacking in lacks.items() if lacking]

    def _level(self, opened: _Opened, lacking: list[str], *, at: datetime) -> None:
        decoys = Decoys(self.people_table, opened.workspace.id)
        # The answer is the same without it.
        with suppress(TryLater):
            decoys.read(lacking, at=at)

    def _record_refusal(
        self,
        guesses: Guesses,
        guess: Guess,
        opened: _Opened,
        caller: Caller,
        *,
        at: datetime,
        **detail: str,
    ) -> None:
        days = opened.workspace.trail_days
        event = Event(
            "password.refused", at, opened.subject, days, network=caller.network, detail=detail
        )
        # The guess was compared, so it stays counted even if the trail is out of reach.
        with suppress(TryLater):
            guesses.note(guess, event)

    def _forget(self, guesses: Guesses, guess: Guess) -> None:
        # Strangers share this count. Were a right password to stay in it, they would be refused
        # sooner for an address whose contact signs in.
        if guess.is_strangers:
            with suppress(TryLater):
                guesses.give_back(guess)

    def _begin(self, proof: Proof, kept: Password, password: str, caller: Caller) -> SignedIn:
        renewing = None
        if is_outdated(kept.hash):
            passwords = Passwords(self.people_table, proof.workspace_id)
            renewing = in_parallel(
                lambda: passwords.rehash(proof.contact, before=kept.hash, after=hashed(password))
            )
        try:
            return self.sessions.begin(proof, caller)
        finally:
            if renewing is not None:
                # The old hash still works, and the next sign-in will try again.
                with suppress(TryLater):
                    renewing.result()


def _tried(opened: _Opened, caller: Caller, sver: int | None) -> Tried:
    known = None if sver is None else opened.contact
    return Tried(opened.who, caller.request_id, known)


def _return_to(opened: _Opened, typed: TypedPassword, caller: Caller) -> ReturnTo:
    workspace, link = opened.workspace, opened.link
    return return_to(workspace, typed.to, link, issuer=caller.own_origin)


def _proof(
    opened: _Opened, contact: Contact, typed: TypedPassword, request_id: str, caller: Caller
) -> Proof:
    workspace = opened.workspace
    press = ids.digest(f"{workspace.id}|{contact.id}|{request_id}")
    return Proof(
        # A repeat of the same press, after a lost answer, gets the same session.
        challenge=f"pwd_{workspace.id}_{press}",
        request_id=request_id,
        workspace_id=workspace.id,
        contact=contact.id,
        name=contact.name,
        email=contact.email,
        sver=contact.sver,
        method=BY_PASSWORD,
        stay=workspace.stay,
        shared_computer=typed.shared_computer,
        device=device_of(caller.user_agent),
        way=PASSWORD_WAY,
        link=opened.link.id,
    )
