"""Undo a change of address, with all that came after it, by the link in the old mailbox."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from portico.account.owner import Owners
from portico.account.profile import identities_of
from portico.aws.keys import KeyRing, ring
from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock, epoch
from portico.errors import ChallengeClosed, TakenAlready, TryLater
from portico.events import Caller, Event
from portico.links.destinations import return_to
from portico.mail.devices import device_of
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from portico.notices.undo_token import Undo
from portico.people.address_chain import AddressChange, told_of_undo
from portico.people.address_change import AddressChanges, address_change_key
from portico.people.identities import Identity, letting_go
from portico.people.password_store import Password, Passwords, password_key
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key, settings_row_key, workspace_of
from portico.settings import AccountSettings

UNDO_TRIES = 3
"""Tries, so that a thief does not win by changing something at the same moment."""
MOST_SWEPT = 20
"""Accounts that one undo removes. The head's ``voids`` close the rest."""


@dataclass(frozen=True, slots=True)
class AskedUndo:
    """POST /v1/account/email/undo."""

    workspace: str
    undo: str = field(repr=False)
    preview: bool = False
    """Only look: say whose account it is about and whether it can be undone, and change nothing."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A change that was undone, now or before; or that a preview has found still standing."""

    workspace: Workspace
    removed: dict[str, Any] | None
    """The ways in that it removed: ``password``, and the labels of ``identities``. ``None``: the
    change stands."""

    def answer(self, caller: Caller) -> dict[str, Any]:
        """Return the answer's members. They tell whoever has the token where to sign in."""
        portal = return_to(self.workspace, None, None, issuer=caller.own_origin)
        return {
            "workspace": self.workspace.id,
            "name": self.workspace.name,
            "portal_url": portal.url,
            "undone": self.removed is not None,
            "removed": self.removed,
        }


@dataclass(frozen=True, slots=True)
class _Found:
    """What an undo needs, as read."""

    workspace: Workspace
    contact: Contact
    change: AddressChange
    password: Password | None


class _Meanwhile(Exception):
    """A row changed between reading and writing."""


@dataclass(frozen=True, slots=True)
class EmailUndos:
    """Undoes changes of address."""

    owners: Owners
    keys: KeyRing
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: AccountSettings, owners: Owners) -> "EmailUndos":
        """Make it from a door's settings."""
        return cls(owners, ring(settings.code_secret))

    def undo(self, asked: AskedUndo, caller: Caller) -> Undone:
        """Give a contact their old address back. All their sessions end.

        Whoever reads mail to the old address may do so, whatever has changed since. Later changes
        of the address are voided, and younger ways in are removed. A repeated request gets the
        same answer as long as the address is back, and the change is not forgotten. A portal that
        is off or paused keeps nobody from it: it signs nobody in.

        A preview changes nothing. It is refused like the change itself, but for an address that is
        another contact's by now.

        Raises:
            ChallengeClosed: ``expired``: too old, or not valid; ``used``: it was undone, and the
                address has changed since; ``voided``: the contact has gone back further.
            TakenAlready: the old address is another contact's.
            CrossSite, TryLater: as for every request.
        """
        token = Undo.parse(asked.undo)
        if token is None or token.workspace_id != asked.workspace:
            raise ChallengeClosed("expired")
        for _ in range(UNDO_TRIES):
            found, now = self._read(token), self.clock.now()
            # Not whether the portal is open: the undo's time runs on while it is closed.
            found.workspace.demand_site(caller)
            if now >= found.change.forgotten_at:
                raise ChallengeClosed("expired")
            if not found.change.stands:
                return _undone_before(found)
            if now >= found.change.undo_ends_at:
                raise ChallengeClosed("expired")
            if asked.preview:
                return Undone(found.workspace, None)
            try:
                return self._take_back(found, caller)
            except _Meanwhile:
                continue
        raise TryLater(cause="the contact was changed meanwhile")

    def _read(self, token: Undo) -> _Found:
        people = People(self.owners.people_table, token.workspace_id)
        row, head, settings_row, password = people.read(
            address_change_key(token.workspace_id, token.contact, token.change),
            head_key(token.workspace_id, token.contact),
            settings_row_key(token.workspace_id),
            password_key(token.workspace_id, token.contact),
        )
        if row is None or head is None or settings_row is None:
            raise ChallengeClosed("expired")
        # Read the row first: an invented token has no change's id, and costs no read of a secret.
        workspace, contact = workspace_of(settings_row), Contact.from_row(head)
        is_in = contact.is_in(at=self.clock.now())
        if not is_in or not token.is_true(self.keys):
            raise ChallengeClosed("expired")
        change = AddressChange.from_row(row)
        if change.goes_back:
            raise ChallengeClosed("expired")
        return _Found(workspace, contact, change, Password.from_row(password))

    def _take_back(self, found: _Found, caller: Caller) -> Undone:
        workspace, contact, change = found.workspace, found.contact, found.change
        people = People(self.owners.people_table, workspace.id)
        changes = AddressChanges(people.table, workspace.id)
        chain = changes.chain(contact)
        younger = [
            row
            for row in identities_of(people, contact, also_void=True)
            if row["linked_at"] >= epoch(change.at)
        ]
        takes_password = found.password is not None and found.password.changed_at >= change.at
        labels = dict.fromkeys(workspace.label_of(row["connection"]) for row in younger)
        removed = {"password": takes_password, "identities": [*labels]}
        event = self._event("email.restored", found, caller, _names(takes_password, younger))
        parts = {
            **changes.undoing(change, contact, chain=chain, removed=removed, event=event),
            **self._telling(found, chain, removed, caller),
        }
        if takes_password:
            going = self._event("password.removed", found, caller, "")
            passwords = Passwords(people.table, workspace.id)
            parts["password"] = passwords.removing(contact.id, going)
        for row in younger[:MOST_SWEPT]:
            identity = Identity.from_row(row)
            part = letting_go(people.rows, workspace.id, identity, contact.id)
            parts[f"identity {identity.key}"] = part
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if refused.failed == {"pointer"}:
                raise TakenAlready("email") from None
            raise _Meanwhile from None
        return Undone(workspace, removed)

    def _telling(
        self,
        found: _Found,
        chain: Sequence[AddressChange],
        removed: dict[str, Any],
        caller: Caller,
    ) -> Parts:
        """Return the parts that tell of the undo."""
        notices = Notices(self.owners.sign_in_table, found.workspace.id)
        change, contact = found.change, found.contact
        return {
            f"notice {email}": notices.asking(
                Happened(
                    Change.EMAIL_RESTORED,
                    contact.id,
                    caller.host,
                    found.workspace.trail_days,
                    name=f"{change.change}|{email}",
                    at=self.clock.now(),
                    label=", ".join(removed["identities"]),
                    device=device_of(caller.user_agent),
                    to=email,
                    took_password=removed["password"],
                )
            )
            for email in told_of_undo(change, contact, chain)
        }

    def _event(self, name: str, found: _Found, caller: Caller, removed: str) -> Event:
        detail = {"removed": removed} if removed else {}
        days = found.workspace.trail_days
        now = self.clock.now()
        return Event(name, now, found.contact.id, days, network=caller.network, detail=detail)


def _undone_before(found: _Found) -> Undone:
    if found.contact.email == found.change.old:
        # A change that was voided, or undone by an earlier version, names nothing.
        removed = {"password": False, "identities": []} | found.change.removed
        return Undone(found.workspace, removed)
    raise ChallengeClosed("voided" if found.change.voided_by else "used")


def _names(takes_password: bool, younger: list[dict[str, Any]]) -> str:
    """Name what is removed, for the trail: ``password``, and connections by their ids."""
    connections = dict.fromkeys(row["connection"] for row in younger)
    return ",".join([*(["password"] if takes_password else []), *connections])
