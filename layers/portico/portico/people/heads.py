"""What becomes of a contact's head, as parts of the transactions that proofs are traded in."""

from dataclasses import dataclass
from typing import Any

from portico.aws.tables import NOT_THERE, Rows
from portico.clock import epoch
from portico.events import Event
from portico.ids import digest
from portico.people.rules import Contact
from portico.people.store import head_key, head_row, pointer_key, pointer_row


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of one workspace's contacts, and the pointers that lead to them."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def signing_up(self, contact: Contact, event: Event, *, proof: str) -> list[dict[str, Any]]:
        """Return the parts of a transaction that make a contact, once for each *proof*."""
        head = head_row(contact, event) | {"proof": digest(proof)[:16]}
        pointer = pointer_row(self.workspace_id, contact.id, contact.email)
        return [
            self.rows.putting(
                head,
                f"{NOT_THERE} OR (proof = :proof AND sver = :one)",
                {":proof": head["proof"], ":one": 1},
            ),
            self.rows.putting(
                pointer, f"{NOT_THERE} OR contact = :contact", {":contact": contact.id}
            ),
        ]

    def outdating(self, contact: str, *, sver: int, event: Event | None = None) -> dict[str, Any]:
        """Return the part of a transaction that ends all that began under *sver*, if that is
        what the head of a contact who may come in still says.
        """
        change, values = "SET sver = sver + :one", {":one": 1, ":sver": sver, ":yes": True}
        noted = f"{change}, event = :event" if event else f"{change} REMOVE event"
        return self.rows.updating(
            *head_key(self.workspace_id, contact),
            noted,
            "sver = :sver AND active = :yes",
            values | ({":event": event.rider()} if event else {}),
        )

    def moving(self, contact: Contact, email: str, *, event: Event) -> list[dict[str, Any]]:
        """Return the parts of a transaction that give a contact another primary address.

        The head first, then the new pointer, then the old one. All that began before ends.
        """
        moved = self.rows.updating(
            *head_key(self.workspace_id, contact.id),
            "SET email = :email, listed = :email, sver = sver + :one, event = :event "
            "REMOVE suppressed",
            "email = :old AND sver = :sver AND active = :yes",
            {
                ":email": email,
                ":old": contact.email,
                ":one": 1,
                ":sver": contact.sver,
                ":yes": True,
                ":event": event.rider(),
            },
        )
        mine = {":contact": contact.id}
        return [
            moved,
            self.rows.putting(
                pointer_row(self.workspace_id, contact.id, email),
                f"{NOT_THERE} OR contact = :contact",
                mine,
            ),
            # Free at once for whoever proves it: an address that nobody can use helps nobody.
            self.rows.deleting(
                *pointer_key(self.workspace_id, contact.email), "contact = :contact", mine
            ),
        ]

    def leaving(self, contact: Contact, event: Event) -> list[dict[str, Any]]:
        """Return the parts of a transaction that end a contact: the head stays, and tells
        nothing but that there was one.
        """
        ended = self.rows.updating(
            *head_key(self.workspace_id, contact.id),
            "SET active = :no, name = :empty, email = :empty, sver = sver + :one, "
            "ended_at = :now, event = :event REMOVE list, listed, language, time_zone, suppressed",
            "sver = :sver AND active = :yes",
            {
                ":no": False,
                ":yes": True,
                ":empty": "",
                ":one": 1,
                ":sver": contact.sver,
                ":now": epoch(event.at),
                ":event": event.rider(),
            },
        )
        pointer = pointer_key(self.workspace_id, contact.email)
        mine = {":contact": contact.id}
        return [ended, self.rows.deleting(*pointer, "contact = :contact", mine)]
