"""Change one's own address with a code. A mail to the old address can undo the change."""

from dataclasses import dataclass, field, replace

from portico.account.owner import Owner, Owners
from portico.aws.keys import KeyRing, ring
from portico.aws.tables import TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.codes.check import Checked, CodeChecks, CodeEntry
from portico.errors import ChallengeClosed, NotSignedIn, TakenAlready, TryLater
from portico.events import Caller, Event
from portico.ids import is_workspace
from portico.mail.letters import Change, Purpose
from portico.notices.undo_token import Undo
from portico.people.address_change import (
    UNDO_LIFETIME,
    AddressChange,
    AddressChanges,
    address_change_key,
)
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key, settings_row_key, workspace_of
from portico.settings import AccountSettings


@dataclass(frozen=True, slots=True)
class TypedEmailChange:
    """POST /v1/account/email/confirm."""

    workspace: str
    challenge: str = field(repr=False)
    code: str = field(repr=False)
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class AskedUndo:
    """POST /v1/account/email/undo."""

    workspace: str
    undo: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EmailChanges:
    """Changes addresses, and undoes changes."""

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
            TakenAlready: the address has become another contact's.
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
        except (ChallengeClosed, NotSignedIn, TakenAlready) as refused:
            checks.note_refusal(challenge, caller, reason=_why(refused))
            raise
        return replace(owner.standing.contact, email=new)

    def undo(self, asked: AskedUndo, caller: Caller) -> Workspace:
        """Give a contact their old address back. All their sessions end.

        Whoever reads mail to the old address may do so, whatever has changed since.

        Raises:
            ChallengeClosed: the token is not valid, too old, or used.
            TakenAlready: the old address has become another contact's.
            CrossSite, PortalUnavailable, TryLater: as for every request.
        """
        token = Undo.parse(asked.undo)
        if (
            token is None
            or token.workspace_id != asked.workspace
            or not is_workspace(asked.workspace)
        ):
            raise ChallengeClosed("expired")
        people = People(self.owners.people_table, token.workspace_id)
        row, head, settings_row = people.read(
            address_change_key(token.workspace_id, token.contact, token.change),
            head_key(token.workspace_id, token.contact),
            settings_row_key(token.workspace_id),
        )
        if row is None or head is None or settings_row is None:
            raise ChallengeClosed("expired")
        # Read the row first: an invented token has no change's id, and costs no read of a secret.
        if head["active"] is not True or not token.is_true(self.keys):
            raise ChallengeClosed("expired")
        workspace, contact = workspace_of(settings_row), Contact.from_row(head)
        change = AddressChange.from_row(row)
        workspace.admit(caller)
        if change.undone_at is not None:
            raise ChallengeClosed("used")
        if self.clock.now() >= change.at + UNDO_LIFETIME:
            raise ChallengeClosed("expired")
        self._take_back(workspace, change, contact, caller)
        return workspace

    def _change(self, owner: Owner, checked: Checked, new: str) -> None:
        contact, change = owner.standing.contact, checked.challenge.id.random
        changes = AddressChanges(self.owners.people_table, contact.workspace_id)
        if new == contact.email and changes.is_made(contact.id, change):
            return  # a repeat of the same press, whose first answer was lost
        if checked.mail.sver != contact.sver:
            raise ChallengeClosed("expired")
        parts = {
            **changes.changing(contact, new, change=change, event=owner.event("email.changed")),
            "session": owner.sessions.keeping(owner.standing.session, at=self.clock.now()),
            "notice": owner.telling(Change.EMAIL_CHANGED, to=contact.email, undo=change),
        }
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if "change" in refused.failed:
                raise ChallengeClosed("used") from None
            if refused.failed & {"head", "session"}:
                raise NotSignedIn from None
            raise TakenAlready("email") from None

    def _take_back(
        self,
        workspace: Workspace,
        change: AddressChange,
        contact: Contact,
        caller: Caller,
    ) -> None:
        now = self.clock.now()
        event = Event(
            "email.restored", now, contact.id, workspace.trail_days, network=caller.network
        )
        changes = AddressChanges(self.owners.people_table, workspace.id)
        try:
            transact_surely(changes.undoing(change, contact, event=event))
        except TransactionRefused as refused:
            if "change" in refused.failed:
                raise ChallengeClosed("used") from None
            if "head" in refused.failed:
                raise TryLater(cause="the contact was changed meanwhile") from None
            raise TakenAlready("email") from None


def _why(refused: ChallengeClosed | NotSignedIn | TakenAlready) -> str:
    """Return the trail's word for why a right code was refused."""
    if isinstance(refused, TakenAlready):
        return "email-taken"
    if isinstance(refused, ChallengeClosed):
        return "used" if refused.reason == "used" else "contact-changed"
    return "session-ended"
