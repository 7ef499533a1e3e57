"""Change one's own address: proved by a code, told to the old one, and taken back from there."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from portico.account.owner import Owner, Owners
from portico.aws.keys import KeyRing, ring
from portico.aws.tables import NOT_THERE, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock, epoch, moment
from portico.codes.check import Checked, CodeChecks, CodeEntry
from portico.errors import ChallengeClosed, NotSignedIn, TakenAlready, TryLater
from portico.events import Caller, Event
from portico.ids import is_workspace
from portico.mail.letters import Change, Purpose
from portico.notices.undo_token import UNDO_LIFETIME, Undo
from portico.people.heads import Heads
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
class EmailChange:
    """A change of address that was made, for as long as it can be taken back."""

    contact: str
    change: str
    old: str
    new: str
    at: datetime
    undone_at: datetime | None = None

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "EmailChange":
        """Read a row."""
        undone = row.get("undone_at")
        names = (row["contact"], row["change"], row["old"], row["new"])
        return cls(*names, moment(row["changed_at"]), moment(undone) if undone else None)


def email_change_key(workspace_id: str, contact: str, change: str) -> tuple[str, str]:
    """Return the key of a change's row."""
    return f"{workspace_id}#contact#{contact}", f"email-change#{change}"


@dataclass(frozen=True, slots=True)
class EmailChanges:
    """Changing addresses, and taking it back."""

    owners: Owners
    keys: KeyRing
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: AccountSettings, owners: Owners) -> "EmailChanges":
        """Make the moves of a door."""
        return cls(owners, ring(settings.code_secret))

    def confirm(self, typed: TypedEmailChange, caller: Caller) -> Contact:
        """Make a proved address the contact's primary one; their other sessions end.

        Raises:
            InvalidRequest, CodeNotAccepted, ChallengeClosed, CrossSite: the code is not right.
            TakenAlready: the address has become another contact's.
            NotSignedIn: the session has ended.
            TryLater: nothing was consumed; the same request can be sent again.
        """
        owner = self.owners.of(typed.workspace, caller)
        checks = CodeChecks(self.owners.sign_in_table, self.keys, self.clock)
        entry = CodeEntry(typed.challenge, typed.code, typed.request_id)
        checked = checks.check(entry, caller, purposes=(Purpose.NEW_EMAIL,))
        challenge = checked.challenge
        new = challenge.email or ""
        if (challenge.id.workspace_id, challenge.contact_id) != (typed.workspace, owner.id):
            raise ChallengeClosed("expired")
        try:
            self._move(owner, checked, new)
        except TryLater:
            checks.give_back(checked)
            raise
        return replace(owner.standing.contact, email=new)

    def undo(self, asked: AskedUndo, caller: Caller) -> Workspace:
        """Give a contact the address back that they had; all of their sessions end.

        Whoever reads the old address may do so, whatever has been changed since.

        Raises:
            ChallengeClosed: the time for it is over, it was done before, or never was.
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
        row, head, door = people.read(
            email_change_key(token.workspace_id, token.contact, token.change),
            head_key(token.workspace_id, token.contact),
            settings_row_key(token.workspace_id),
        )
        if row is None or head is None or door is None:
            raise ChallengeClosed("expired")
        # The row first: whoever makes tokens up has no change's id, and asks for no secret.
        if not head["active"] or not token.is_true(self.keys):
            raise ChallengeClosed("expired")
        workspace, move, contact = (
            workspace_of(door),
            EmailChange.from_row(row),
            Contact.from_row(head),
        )
        workspace.admit(caller)
        if move.undone_at is not None:
            raise ChallengeClosed("used")
        if self.clock.now() >= move.at + UNDO_LIFETIME:
            raise ChallengeClosed("expired")
        self._take_back(people, workspace, move, contact, caller)
        return workspace

    def _move(self, owner: Owner, checked: Checked, new: str) -> None:
        contact = owner.standing.contact
        if new == contact.email and self._is_made(owner, checked):
            return  # the same press again: its first answer was lost
        people, now = owner.people, self.clock.now()
        change = checked.challenge.id.random
        pk, sk = email_change_key(contact.workspace_id, contact.id, change)
        made = {
            "pk": pk,
            "sk": sk,
            "contact": contact.id,
            "change": change,
            "old": contact.email,
            "new": new,
            "changed_at": epoch(now),
            "ttl": epoch(now + UNDO_LIFETIME * 2),
        }
        moved = owner.heads.moving(contact, new, event=owner.event("email.changed"))
        parts = [
            moved[0],
            owner.sessions.keeping(owner.standing.session, at=now),
            people.rows.putting(made, NOT_THERE),
            *moved[1:],
            owner.telling(Change.EMAIL_CHANGED, to=contact.email, undo=change),
        ]
        if checked.mail.sver != contact.sver:
            raise ChallengeClosed("expired")
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if 2 in refused.failed:
                raise ChallengeClosed("used") from None
            if {0, 1} & set(refused.failed):
                raise NotSignedIn from None
            raise TakenAlready("email") from None

    def _is_made(self, owner: Owner, checked: Checked) -> bool:
        change = checked.challenge.id.random
        key = email_change_key(owner.people.workspace_id, owner.id, change)
        return owner.people.rows.get(*key) is not None

    def _take_back(
        self,
        people: People,
        workspace: Workspace,
        move: EmailChange,
        contact: Contact,
        caller: Caller,
    ) -> None:
        now, heads = self.clock.now(), Heads(people.table, people.workspace_id)
        event = Event(
            "email.restored", now, contact.id, workspace.trail_days, network=caller.network
        )
        undone = people.rows.updating(
            *email_change_key(workspace.id, move.contact, move.change),
            "SET undone_at = :now",
            "attribute_not_exists(undone_at)",
            {":now": epoch(now)},
        )
        parts = [undone]
        if contact.email == move.old:
            parts.append(heads.outdating(contact.id, sver=contact.sver, event=event))
        else:
            parts.extend(heads.moving(contact, move.old, event=event))
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if 0 in refused.failed:
                raise ChallengeClosed("used") from None
            if 1 in refused.failed:
                raise TryLater(cause="the contact was changed meanwhile") from None
            raise TakenAlready("email") from None
