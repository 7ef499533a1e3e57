"""How a contact's primary address changes, whoever asks, and how a change is taken back.

Every change leaves a row, for as long as it can be taken back and twice that.
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
"""How long whoever reads the old address can take a change of address back."""


@dataclass(frozen=True, slots=True)
class AddressChange:
    """A change of address that was made."""

    contact: str
    change: str
    """Its id: 22 characters."""
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
    """The changes of address of one workspace's contacts."""

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
        """Return the parts of a transaction that give a contact another primary address, once
        for each *change*. They are named ``head``, ``change``, ``pointer`` and ``old_pointer``.
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
        """Return the parts of a transaction that take *change* back, once.

        They are named ``change`` and ``head``, and ``pointer`` and ``old_pointer`` where the
        contact does not have the old address already.
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
