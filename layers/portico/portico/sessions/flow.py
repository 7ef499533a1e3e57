"""Begin and refresh sessions."""

from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from portico.aws.keys import KeyRing, ring
from portico.aws.parallel import in_parallel
from portico.aws.tables import Parts, Rows, TransactionRefused, get_many, transact_surely
from portico.clock import SYSTEM, Clock
from portico.errors import NotSignedIn, TryLater
from portico.events import Caller
from portico.ids import fingerprint
from portico.people.heads import Heads
from portico.people.rules import Contact, Workspace
from portico.people.store import head_key, settings_row_key, workspace_of
from portico.sessions.access_token import Claims, make
from portico.sessions.proof import AlsoRefused, ContactChanged, Proof, SignedIn, UsedAlready
from portico.sessions.refresh import Rotations
from portico.sessions.rules import (
    SHARED_COMPUTER_IDLE,
    RefreshToken,
    Session,
    is_good,
    session_id,
)
from portico.sessions.store import SessionStore, happened, session_key
from portico.settings import PasswordSettings, SessionSettings, VerifyCodeSettings


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of a deployment."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    signing_key: str
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(
        cls, settings: VerifyCodeSettings | SessionSettings | PasswordSettings
    ) -> "Sessions":
        """Make it from a door's settings."""
        return cls(
            settings.people_table,
            settings.sign_in_table,
            ring(settings.code_secret),
            settings.signing_keys.split(",")[0],
        )

    @classmethod
    def without_tokens(cls, people_table: str, sign_in_table: str, secret: str) -> "Sessions":
        """Make it without a signing key: a redirect needs a cookie and no access token."""
        return cls(people_table, sign_in_table, ring(secret), signing_key="")

    def begin(self, proof: Proof, caller: Caller, *, also: Parts | None = None) -> SignedIn:
        """Turn a proof into a session, once, while KMS signs in parallel.

        Args:
            proof: what was proved.
            caller: the browser that proved it.
            also: further parts of the transaction, under other names than ``session`` and
                ``standing``.

        Raises:
            UsedAlready: another request has used the proof.
            ContactChanged: the contact may no longer sign in.
            AlsoRefused: a part of *also* was refused.
            TryLater: DynamoDB or KMS is out of reach. The same request can be sent again.
        """
        now = self.clock.now()
        keys = self.keys.current()
        stay = proof.stay
        idle = min(stay.idle, SHARED_COMPUTER_IDLE) if proof.shared_computer else stay.idle
        id_ = session_id(proof.challenge)
        token = RefreshToken.first(
            keys.refresh, contact=proof.contact, session=id_, challenge=proof.challenge
        )
        session = Session(
            id=id_,
            workspace_id=proof.workspace_id,
            contact=proof.contact,
            sver=proof.sver,
            method=proof.method,
            signed_in_at=now,
            expires_at=now + stay.absolute,
            idle_ends_at=now + idle,
            idle=idle,
            shared_computer=proof.shared_computer,
            n=0,
            current=token.hash,
            previous=None,
            previous_stays=False,
            rotated_at=now,
            key=keys.version,
            ended_at=None,
            ended_by=None,
            keep_days=stay.keep_days,
            way=proof.way,
            # Every other proof names the way in that it came by.
            break_glass=proof.way is None,
            account_since=proof.account_since,
            account_vouched=proof.account_vouched,
            account=proof.account,
        )
        signing = in_parallel(
            lambda: self._access_token(session, proof.name, proof.email, caller, at=now)
        )
        sign_in = fingerprint(proof.challenge)
        by_link = {"link": proof.link} if proof.link else {}
        event = happened(
            "session.started",
            session,
            caller,
            at=now,
            method=proof.method,
            sign_in=sign_in,
            **by_link,
        )
        event = replace(event, began=proof.began)
        started = self._store(proof.workspace_id).beginning(
            session, request_id=proof.request_id, event=event, device=proof.device
        )
        heads = Heads(self.people_table, proof.workspace_id)
        # A part of *also* writes the head of a new contact, or of one with a new address.
        standing = (
            {}
            if proof.is_new or proof.gives_email
            else {"standing": _standing(heads, proof, at=now)}
        )
        try:
            transact_surely({"session": started, **standing, **(also or {})})
        except TransactionRefused as refused:
            if "session" in refused.failed:
                raise UsedAlready from None
            if "standing" in refused.failed:
                raise ContactChanged from None
            raise AlsoRefused(refused.failed) from None
        return self._signed_in(session, proof.name, proof.email, token, signing.result(), at=now)

    def refresh(self, workspace_id: str, token: RefreshToken, caller: Caller) -> SignedIn:
        """Exchange a refresh token, while KMS signs in parallel for whoever holds a good one.

        Raises:
            NotSignedIn: there is no such session, or it has ended. A true but outdated token
                ends the whole session, because one of its two holders stole it.
            CrossSite, PortalUnavailable: as for every request.
            TryLater: the same request can be sent again.
        """
        people = Rows(self.people_table, f"{workspace_id}#")
        sign_in = Rows(self.sign_in_table, f"{workspace_id}#")
        head, settings_row, row = get_many(
            [
                (people, *head_key(workspace_id, token.contact)),
                (people, *settings_row_key(workspace_id)),
                (sign_in, *session_key(workspace_id, token.contact, token.session)),
            ],
            consistent=True,
        )
        if settings_row is None:
            raise NotSignedIn
        workspace = workspace_of(settings_row)
        now = self.clock.now()
        workspace.admit(caller, at=now)
        contact = Contact.from_row(head) if head else None
        if contact is None or not contact.is_in(at=now):
            raise NotSignedIn
        signing = self._signing(row, token, workspace, contact, caller, at=now)
        rotations = Rotations(self.sign_in_table, self.keys)
        session, kept = rotations.rotate(
            workspace_id, token, caller, sver=contact.sver, ways=workspace.ways_in, at=now
        )
        try:
            if signing is not None:
                signed = signing.result()
            else:
                # It was not good when we read it, and is now: another tab came between.
                signed = self._access_token(session, contact.name, contact.email, caller, at=now)
        except TryLater:
            rotations.keep(workspace_id, token, kept)
            raise
        return self._signed_in(session, contact.name, contact.email, kept, signed, at=now)

    def _signing(
        self,
        row: dict[str, Any] | None,
        token: RefreshToken,
        workspace: Workspace,
        contact: Contact,
        caller: Caller,
        *,
        at: datetime,
    ) -> Future[str] | None:
        """Begin to sign for a session as it was read, if its token will be taken.

        The exchange decides, and nobody gets what was signed if it refuses. What an access token
        says of a session never changes.
        """
        session = Session.from_row(row) if row else None
        if session is None or not session.began_by_one_of(workspace.ways_in):
            return None
        if not is_good(session, token, contact.sver, active=contact.is_in(at=at), at=at):
            return None
        return in_parallel(
            lambda: self._access_token(session, contact.name, contact.email, caller, at=at)
        )

    def _access_token(
        self, session: Session, name: str, email: str, caller: Caller, *, at: datetime
    ) -> str:
        if not self.signing_key:
            return ""
        claims = Claims(
            issuer=caller.own_origin,
            workspace_id=session.workspace_id,
            contact=session.contact,
            name=name,
            email=email,
            session=session.id,
            method=session.method,
            signed_in_at=session.signed_in_at,
            session_expires_at=session.expires_at,
        )
        return make(claims, key=self.signing_key, at=at)

    def _signed_in(
        self,
        session: Session,
        name: str,
        email: str,
        token: RefreshToken,
        access_token: str,
        *,
        at: datetime,
    ) -> SignedIn:
        stays = None if session.shared_computer else min(session.idle, session.expires_at - at)
        return SignedIn(
            session.workspace_id, session.contact, name, email, access_token, str(token), stays
        )

    def _store(self, workspace_id: str) -> SessionStore:
        return SessionStore(self.sign_in_table, workspace_id)


def _standing(heads: Heads, proof: Proof, *, at: datetime) -> dict[str, Any]:
    """Return the part that checks that the contact may still sign in, and keeps what was proved."""
    if proof.proves_email:
        return heads.proving(proof.contact, sver=proof.sver, at=at)
    return heads.standing(proof.contact, sver=proof.sver, at=at)
