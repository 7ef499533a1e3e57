"""Set or change the password of a signed-in contact. Their other sessions end; this one stays."""

from dataclasses import dataclass, field

from portico import ids
from portico.aws.tables import TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.codes.check import request_id_of
from portico.errors import InvalidRequest, MethodOff, NotSignedIn, TryLater
from portico.events import Caller, Event
from portico.limits.rules import AccountUse
from portico.limits.store import Limits
from portico.mail.devices import device_of
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices, too_many_changes
from portico.passwords.password_hash import hashed, is_same
from portico.passwords.rules import chosen, own_words
from portico.people.heads import Heads
from portico.people.password_store import Password, Passwords
from portico.sessions.access_token_check import TokenChecker
from portico.sessions.current_session import Standing, Standings
from portico.sessions.store import SessionStore
from portico.settings import PasswordSettings

SET_IN_ACCOUNT = "account"
"""Where a password was set, as its row and the trail say it."""


@dataclass(frozen=True, slots=True)
class TypedNewPassword:
    """PUT /v1/account/password."""

    workspace: str
    password: str = field(repr=False)
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class PasswordChanges:
    """Sets passwords from the account."""

    people_table: str
    sign_in_table: str
    standings: Standings
    limits: Limits
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: PasswordSettings) -> "PasswordChanges":
        """Make it from a door's settings."""
        tables = settings.people_table, settings.sign_in_table
        checker = TokenChecker(settings.signing_keys.split(","))
        return cls(*tables, Standings(*tables, checker), Limits(settings.sign_in_table))

    def change(self, typed: TypedNewPassword, caller: Caller) -> None:
        """Set the password of the signed-in contact.

        Raises:
            NotSignedIn: the session has ended.
            ReAuthNeeded: the session began more than a quarter of an hour ago.
            TooManyRequests: the session has edited as much as it may in an hour.
            InvalidRequest: the password is not allowed.
            MethodOff: the workspace has no sign-in with passwords.
            TooManyRequests: ways in were changed too often within the hour.
            TryLater: nothing has changed; the same request can be sent again.
        """
        request_id = request_id_of(typed.request_id)
        now = self.clock.now()
        standing = self.standings.of(typed.workspace, caller)
        if not standing.workspace.takes_passwords():
            raise MethodOff
        standing.demand_fresh(at=now)
        # Before the hash, which is what costs most here.
        self.limits.use_account(standing.session.id, AccountUse.EDIT, at=now)
        contact = standing.contact
        password = chosen(
            typed.password, own=own_words(standing.workspace, contact.name, contact.email)
        )
        before = Passwords(self.people_table, contact.workspace_id).get(contact.id)
        proof = ids.digest(f"{standing.session.id}|{request_id}")[:16]
        if before is None or before.proof != proof:
            after = Password(hashed(password), now, SET_IN_ACCOUNT, proof)
            self._set(standing, password, after, before, caller)
        elif not is_same(before, password, press=proof):
            raise InvalidRequest("request_id", "used already")

    def _set(
        self,
        standing: Standing,
        password: str,
        after: Password,
        before: Password | None,
        caller: Caller,
    ) -> None:
        contact = standing.contact
        heads = Heads(self.people_table, contact.workspace_id)
        passwords = Passwords(self.people_table, contact.workspace_id)
        sessions = SessionStore(self.sign_in_table, contact.workspace_id)
        notices = Notices(self.sign_in_table, contact.workspace_id)
        event = Event(
            "password.changed" if before else "password.set",
            after.changed_at,
            contact.id,
            standing.workspace.trail_days,
            network=caller.network,
            detail={"by": SET_IN_ACCOUNT},
        )
        parts = {
            "session": sessions.keeping(standing.session, at=after.changed_at),
            "head": heads.raising_sver(contact.id, sver=contact.sver, at=after.changed_at),
            "password": passwords.putting(contact.id, after, before=before, event=event),
            "notice": notices.asking(_happened(standing, before, caller, after)),
            "count": notices.counting(contact.id, at=after.changed_at),
        }
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            kept = passwords.get(contact.id)
            if is_same(kept, password, press=after.proof):
                return  # only the SDK's own repeat was refused
            if kept is not None and kept.proof == after.proof:
                raise InvalidRequest("request_id", "used already") from None
            if kept != before:
                raise TryLater(cause="the password was changed meanwhile") from None
            if refused.failed == {"count"}:
                raise too_many_changes(at=after.changed_at) from None
            raise NotSignedIn from None


def _happened(
    standing: Standing, before: Password | None, caller: Caller, password: Password
) -> Happened:
    return Happened(
        Change.PASSWORD_CHANGED if before else Change.PASSWORD_SET,
        standing.contact.id,
        caller.host,
        standing.workspace.trail_days,
        name=password.proof,
        at=password.changed_at,
        device=device_of(caller.user_agent),
    )
