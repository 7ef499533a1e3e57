"""Change a contact's primary address, and undo a change. No other module does this.

Every change leaves a row, which stays twice as long as the change can be undone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from portico.aws.tables import NOT_THERE, Parts, Rows
from portico.clock import epoch, moment
from portico.events import Event
from portico.people.heads import Heads
from portico.people.rules import Contact

UNDO_LIFETIME = timedelta(hours=72)
"""How long a reader of the old address can undo a change of address."""


@dataclass(frozen=True, slots=True)
class AddressChange:
    """A change of address that has happened."""

    contact: str
    change: str
    """The change's id: 22 characters."""
    old: str
    new: str
    at: datetime
    undone_at: datetime | None = None

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row."""
        undone = row.get("undone_at")
        names = (row["contact"], row["change"], row["old"], row["new"])
        return cls(*names, moment(row["changed_at"]), moment(undone) if undone else None)


def address_change_key(workspace_id: str, contact: str, change: str) -> tuple[str, str]:
    """Return the key of a change's row."""
    return f"{workspace_id}#contact#{contact}", f"email-change#{change}"


@dataclass(frozen=True, slots=True)
class AddressChanges:
    """Changes of address in one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def is_made(self, contact: str, change: str) -> bool:
        """Say whether the change of this id has been made."""
        return self.rows.get(*address_change_key(self.workspace_id, contact, change)) is not None

    def changing(self, contact: Contact, email: str, *, change: str, event: Event) -> Parts:
        """Return the parts of a transaction that change a contact's address, once per *change*.

        Their names are ``head``, ``change``, ``pointer`` and ``old_pointer``.
        """
        pk, sk = address_change_key(self.workspace_id, contact.id, change)
        made = {
            "pk": pk,
            "sk": sk,
            "contact": contact.id,
            "change": change,
            "old": contact.email,
            "new": email,
            "changed_at": epoch(event.at),
            "ttl": epoch(event.at + UNDO_LIFETIME * 2),
        }
        heads = Heads(self.table, self.workspace_id)
        return {
            "change": self.rows.putting(made, NOT_THERE),
            **heads.changing_address(contact, email, event=event),
        }

    def undoing(self, change: AddressChange, contact: Contact, *, event: Event) -> Parts:
        """Return the parts of a transaction that undo *change*, once.

        Their names are ``change`` and ``head``, and also ``pointer`` and ``old_pointer`` if the
        contact does not already have the old address again.
        """
        undone = self.rows.updating(
            *address_change_key(self.workspace_id, change.contact, change.change),
            "SET undone_at = :now",
            "attribute_not_exists(undone_at)",
            {":now": epoch(event.at)},
        )
        heads = Heads(self.table, self.workspace_id)
        if contact.email == change.old:
            back: Parts = {"head": heads.raising_sver(contact.id, sver=contact.sver, event=event)}
        else:
            back = heads.changing_address(contact, change.old, event=event)
        return {"change": undone, **back}
