"""Set a password with a code: a first one, or a new one for a forgotten one.

The code proves the address. It signs nobody in.
"""

from dataclasses import dataclass, field
from typing import Any

from portico.aws.keys import KeyRing, ring
from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.codes.check import Checked, CodeChecks, CodeEntry
from portico.codes.store import Challenges
from portico.errors import (
    ChallengeClosed,
    InvalidRequest,
    MethodOff,
    PortalUnavailable,
    TryLater,
)
from portico.events import Caller, Event
from portico.ids import digest
from portico.links.destinations import ReturnTo
from portico.mail.letters import Change, Purpose
from portico.notices.store import Happened, Notices
from portico.passwords.password_hash import hashed, is_same
from portico.passwords.rules import chosen, own_words
from portico.people.heads import Heads
from portico.people.password_store import Password, Passwords, password_key
from portico.people.rules import Workspace
from portico.people.store import People, settings_row_key, workspace_of
from portico.settings import PasswordSettings

RESET_BY_CODE = "reset"
"""Where a password was set, as its row and the trail say it."""


@dataclass(frozen=True, slots=True)
class TypedReset:
    """POST /v1/passwords/reset: the mailed code, and the new password."""

    challenge: str = field(repr=False)
    code: str = field(repr=False)
    password: str = field(repr=False)
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """Where the contact wanted to go. They still have to sign in."""

    workspace_id: str
    return_to: ReturnTo

    def answer(self) -> dict[str, Any]:
        """Return the members of the JSON answer."""
        to = {"area": self.return_to.area, "url": self.return_to.url}
        return {"workspace": self.workspace_id, "return_to": to}


@dataclass(frozen=True, slots=True)
class PasswordResets:
    """Sets passwords with codes."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: PasswordSettings) -> "PasswordResets":
        """Make it from a door's settings."""
        return cls(settings.people_table, settings.sign_in_table, ring(settings.code_secret))

    def reset(self, typed: TypedReset, caller: Caller) -> PasswordSet:
        """Trade a code for a new password. All sessions and other codes end.

        Raises:
            InvalidRequest: the password may not be set, or the text cannot be a code. No attempt
                is counted.
            CodeNotAccepted: it is not the one we mailed.
            ChallengeClosed: expired, used, or five attempts are over.
            MethodOff, PortalUnavailable: the workspace takes no passwords (any more).
            CrossSite: not the origin that asked for the code.
            TryLater: nothing was consumed; the same request can be sent again.
        """
        password = chosen(typed.password)
        checks = CodeChecks(self.sign_in_table, self.keys, self.clock)
        entry = CodeEntry(typed.challenge, typed.code, typed.request_id)
        checked = checks.check(entry, caller, purposes=(Purpose.RESET,))
        try:
            workspace, before = self._read(checked, caller)
            # Checked only now: somebody who has not proved the address must not learn names by
            # trying which passwords are too close to them.
            chosen(password, own=_own(workspace, checked))
            press = digest(f"{checked.challenge.id}|{checked.request_id}")[:16]
            self._set(checked, password, before, caller, press=press)
        except (TryLater, InvalidRequest, MethodOff, PortalUnavailable) as refused:
            checks.give_back(checked)
            if not isinstance(refused, TryLater):
                is_password = isinstance(refused, InvalidRequest)
                reason = "password-not-allowed" if is_password else "method-off"
                checks.note_refusal(checked.challenge, caller, reason=reason)
            raise
        except ChallengeClosed as closed:
            reason = "used" if closed.reason == "used" else "contact-changed"
            checks.note_refusal(checked.challenge, caller, reason=reason)
            raise
        return PasswordSet(workspace.id, checked.challenge.return_to)

    def _read(self, checked: Checked, caller: Caller) -> tuple[Workspace, Password | None]:
        people = People(self.people_table, checked.challenge.id.workspace_id)
        contact = checked.challenge.contact_id or ""
        settings_row, row = people.read(
            settings_row_key(people.workspace_id), password_key(people.workspace_id, contact)
        )
        workspace = workspace_of(settings_row) if settings_row else None
        if workspace is None:
            raise MethodOff
        workspace.admit(caller, at=self.clock.now())
        if not workspace.takes_passwords():
            raise MethodOff
        return workspace, Password.from_row(row)

    def _set(
        self,
        checked: Checked,
        password: str,
        before: Password | None,
        caller: Caller,
        *,
        press: str,
    ) -> None:
        if before is not None and before.proof == press:
            if not is_same(before, password, press=press):
                raise ChallengeClosed("used")
            return  # the same press again: its first answer was lost
        after = Password(hashed(password), self.clock.now(), RESET_BY_CODE, press)
        try:
            transact_surely(self._parts(checked, after, before, caller))
        except TransactionRefused as refused:
            if "challenge" in refused.failed:
                # By this very press a moment ago, or by somebody's other one.
                kept = Password.from_row(refused.rows.get("password"))
                if not is_same(kept, password, press=press):
                    raise ChallengeClosed("used") from None
                return
            if "head" in refused.failed:
                # Since we mailed this code, another code set a password, or the contact was
                # deactivated or signed out everywhere.
                raise ChallengeClosed("expired") from None
            raise TryLater(cause="the password was hashed anew meanwhile") from None

    def _parts(
        self, checked: Checked, after: Password, before: Password | None, caller: Caller
    ) -> Parts:
        challenge, now = checked.challenge, after.changed_at
        workspace_id, contact = challenge.id.workspace_id, challenge.contact_id or ""
        change = Change.PASSWORD_CHANGED if before else Change.PASSWORD_SET
        event = Event(
            "password.changed" if before else "password.set",
            now,
            contact,
            challenge.stay.keep_days,
            network=caller.network,
            detail={"by": RESET_BY_CODE},
        )
        happened = Happened(
            change,
            contact,
            challenge.host,
            challenge.stay.keep_days,
            name=str(challenge.id),
            at=now,
            device=challenge.device,
        )
        challenges = Challenges(self.sign_in_table, workspace_id)
        heads = Heads(self.people_table, workspace_id)
        return {
            "challenge": challenges.using(challenge.id, request_id=checked.request_id),
            "head": heads.raising_sver(
                contact,
                sver=checked.mail.sver,
                at=now,
                proves=not challenge.contact_proved,
            ),
            "password": Passwords(self.people_table, workspace_id).putting(
                contact, after, before=before, event=event
            ),
            # In the same transaction, so that no password changes without a mail to its contact.
            "notice": Notices(self.sign_in_table, workspace_id).asking(happened),
        }


def _own(workspace: Workspace, checked: Checked) -> list[str]:
    challenge = checked.challenge
    return own_words(workspace, challenge.contact_name, challenge.contact_email)
