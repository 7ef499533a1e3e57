"""Heads of contacts: their conditions and changes, most of them as parts of transactions."""

from dataclasses import dataclass
from typing import Any

from portico.aws.tables import NOT_THERE, Parts, Rows
from portico.clock import epoch
from portico.events import Event
from portico.ids import digest
from portico.people.rules import Contact
from portico.people.store import head_key, head_row, pointer_key, pointer_row

MAY_COME_IN = "active = :yes AND sver = :sver"
"""The contact is active, and nothing has ended their sessions since *sver* was read."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of one workspace's contacts, and the pointers to them."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def standing(self, contact: str, *, sver: int) -> dict[str, Any]:
        """Return the part of a transaction that checks that a contact may still sign in."""
        return self.rows.checking(
            *head_key(self.workspace_id, contact), MAY_COME_IN, {":yes": True, ":sver": sver}
        )

    def raising_sver(
        self, contact: str, *, sver: int, event: Event | None = None
    ) -> dict[str, Any]:
        """Return the part of a transaction that ends everything begun under *sver*.

        It fails unless the contact may still sign in and their head still has *sver*.
        """
        change, values = "SET sver = sver + :one", {":one": 1, ":sver": sver, ":yes": True}
        noted = f"{change}, event = :event" if event else f"{change} REMOVE event"
        return self.rows.updating(
            *head_key(self.workspace_id, contact),
            noted,
            MAY_COME_IN,
            values | ({":event": event.rider()} if event else {}),
        )

    def edit(self, contact: Contact, changes: dict[str, str], event: Event) -> None:
        """Write these fields of the head of a contact who may still sign in.

        Raises:
            ConditionFailed: the contact may no longer sign in.
        """
        names = sorted(changes)
        settings = ", ".join(f"{each} = :{each}" for each in names)
        values = {f":{each}": changes[each] for each in names}
        self.rows.update(
            *head_key(self.workspace_id, contact.id),
            f"SET {settings}, event = :event",
            MAY_COME_IN,
            {**values, ":yes": True, ":sver": contact.sver, ":event": event.rider()},
        )

    def signing_up(self, contact: Contact, event: Event, *, proof: str) -> Parts:
        """Return the parts of a transaction that create a contact, once for each *proof*.

        Their names are ``head`` and ``pointer``.
        """
        head = head_row(contact, event) | {"proof": digest(proof)[:16]}
        return {
            "head": self.rows.putting(
                head,
                f"{NOT_THERE} OR (proof = :proof AND sver = :one)",
                {":proof": head["proof"], ":one": 1},
            ),
            "pointer": self._pointing(contact.id, contact.email),
        }

    def changing_address(self, contact: Contact, email: str, *, event: Event) -> Parts:
        """Return the parts of a transaction that give a contact another primary address.

        Their names are ``head``, ``pointer`` and ``old_pointer``. All sessions and open challenges
        end. Only :mod:`portico.people.address_change` calls this.
        """
        changed = self.rows.updating(
            *head_key(self.workspace_id, contact.id),
            "SET email = :email, listed = :email, sver = sver + :one, event = :event "
            "REMOVE suppressed",
            f"email = :old AND {MAY_COME_IN}",
            {
                ":email": email,
                ":old": contact.email,
                ":one": 1,
                ":sver": contact.sver,
                ":yes": True,
                ":event": event.rider(),
            },
        )
        return {
            "head": changed,
            "pointer": self._pointing(contact.id, email),
            # Whoever proves the old address can use it at once: a blocked one would help nobody.
            "old_pointer": self._freeing(contact),
        }

    def deleting(self, contact: Contact, event: Event) -> Parts:
        """Return the parts of a transaction that delete a contact.

        The head stays without name and address, and says only that there was a contact. The
        parts' names are ``head`` and ``pointer``.
        """
        ended = self.rows.updating(
            *head_key(self.workspace_id, contact.id),
            "SET active = :no, name = :empty, email = :empty, sver = sver + :one, "
            "ended_at = :now, event = :event REMOVE list, listed, language, time_zone, suppressed",
            MAY_COME_IN,
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
        return {"head": ended, "pointer": self._freeing(contact)}

    def _pointing(self, contact: str, email: str) -> dict[str, Any]:
        return self.rows.putting(
            pointer_row(self.workspace_id, contact, email),
            f"{NOT_THERE} OR contact = :contact",
            {":contact": contact},
        )

    def _freeing(self, contact: Contact) -> dict[str, Any]:
        return self.rows.deleting(
            *pointer_key(self.workspace_id, contact.email),
            "contact = :contact",
            {":contact": contact.id},
        )
