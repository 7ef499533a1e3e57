"""Change one's own address with a code. The old address is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from portico.account.owner import Owner, Owners
from portico.account.profile import FROM_DIRECTORY
from portico.aws.keys import KeyRing, ring
from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.codes.check import Checked, CodeChecks, CodeEntry
from portico.errors import (
    ChallengeClosed,
    InvalidRequest,
    NotSignedIn,
    PorticoError,
    TakenAlready,
    TooManyRequests,
    TryLater,
)
from portico.events import Caller
from portico.mail.letters import Change, Purpose
from portico.people.address_chain import AddressChange, target_of, told_of_change
from portico.people.address_change import AddressChanges
from portico.people.disposable_domains import may_sign_up
from portico.people.rules import Contact
from portico.settings import AccountSettings


@dataclass(frozen=True, slots=True)
class TypedEmailChange:
    """POST /v1/account/email/confirm."""

    workspace: str
    challenge: str = field(repr=False)
    code: str = field(repr=False)
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class EmailChanges:
    """Changes addresses."""

    owners: Owners
    keys: KeyRing
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: AccountSettings, owners: Owners) -> "EmailChanges":
        """Make it from a door's settings."""
        return cls(owners, ring(settings.code_secret))

    def confirm(self, typed: TypedEmailChange, caller: Caller) -> Contact:
        """Make a proved address the contact's primary one. Their other sessions end.

        Raises:
            InvalidRequest, CodeNotAccepted, ChallengeClosed, CrossSite: the code is refused.
            InvalidRequest: the address is of a domain that may not sign up.
            TakenAlready: the address has become another contact's, or is reserved for one.
            TooManyRequests: as many changes can be undone as may be at once.
            NotSignedIn: the session has ended.
            TryLater: nothing was used up. The same request can be sent again.
        """
        owner = self.owners.of(typed.workspace, caller)
        checks = CodeChecks(self.owners.sign_in_table, self.keys, self.clock)
        entry = CodeEntry(typed.challenge, typed.code, typed.request_id)
        checked = checks.check(entry, caller, purposes=(Purpose.NEW_EMAIL,))
        challenge = checked.challenge
        new = challenge.email or ""
        if (challenge.id.workspace_id, challenge.contact_id) != (typed.workspace, owner.id):
            checks.note_refusal(challenge, caller, reason="another-contact")
            raise ChallengeClosed("expired")
        try:
            self._change(owner, checked, new)
        except TryLater:
            checks.give_back(checked)
            raise
        except (
            ChallengeClosed,
            InvalidRequest,
            NotSignedIn,
            TakenAlready,
            TooManyRequests,
        ) as refused:
            checks.note_refusal(challenge, caller, reason=_why(refused))
            raise
        return replace(owner.standing.contact, email=new)

    def _change(self, owner: Owner, checked: Checked, new: str) -> None:
        contact, change = owner.standing.contact, checked.challenge.id.random
        changes = AddressChanges(self.owners.people_table, contact.workspace_id)
        if new == contact.email and changes.get(contact.id, change) is not None:
            return  # a repeat of the same press, whose first answer was lost
        if checked.mail.sver != contact.sver:
            raise ChallengeClosed("expired")
        if owner.standing.workspace.lets_directory_name(contact):
            raise InvalidRequest("email", FROM_DIRECTORY)
        if not may_sign_up(owner.standing.workspace, new):
            raise InvalidRequest("email", "not allowed here")
        chain, event = changes.chain(contact), owner.event("email.changed")
        parts = {
            **changes.changing(
                contact, new, change=change, chain=chain, is_proved=True, event=event
            ),
            "session": owner.sessions.keeping(owner.standing.session, at=self.clock.now()),
            **_telling(owner, change, chain, target_of(new, chain, at=event.at)),
        }
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if "change" in refused.failed:
                raise ChallengeClosed("used") from None
            if refused.failed & {"head", "session"}:
                raise NotSignedIn from None
            raise TakenAlready("email") from None


def _why(refused: PorticoError) -> str:
    """Return the trail's word for why a right code was refused."""
    match refused:
        case TakenAlready():
            return "email-taken"
        case InvalidRequest():
            return "email-not-allowed"
        case TooManyRequests():
            return "too-many-changes"
        case ChallengeClosed(reason=reason):
            return "used" if reason == "used" else "contact-changed"
    return "session-ended"


def _telling(
    owner: Owner, change: str, chain: Sequence[AddressChange], target: AddressChange | None
) -> Parts:
    """Return the parts that tell of the change."""
    told = told_of_change(target, owner.standing.contact, chain)
    if target is None:
        (email,) = told
        return {"notice": owner.telling(Change.EMAIL_CHANGED, name=change, to=email, undo=change)}
    return {
        f"notice {email}": owner.telling(Change.EMAIL_RESTORED, name=f"{change}|{email}", to=email)
        for email in told
    }
