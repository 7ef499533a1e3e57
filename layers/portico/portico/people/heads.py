"""A contact's head: conditions on it and changes of it, also as parts of transactions."""

from dataclasses import dataclass
from typing import Any

from portico.aws.tables import NOT_THERE, Parts, Rows
from portico.clock import epoch
from portico.events import Event
from portico.ids import digest
from portico.people.rules import Contact
from portico.people.store import head_key, head_row, pointer_key, pointer_row

MAY_COME_IN = "active = :yes AND sver = :sver"
"""Of a contact who may come in, and of whom nothing has ended since *sver* was read."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of one workspace's contacts, and the pointers that lead to them."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def standing(self, contact: str, *, sver: int) -> dict[str, Any]:
        """Return the part of a transaction that asks whether a contact may still come in."""
        return self.rows.checking(
            *head_key(self.workspace_id, contact), MAY_COME_IN, {":yes": True, ":sver": sver}
        )

    def raising_sver(
        self, contact: str, *, sver: int, event: Event | None = None
    ) -> dict[str, Any]:
        """Return the part of a transaction that ends all that began under *sver*, if that is
        what the head of a contact who may come in still says.
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
        """Write these fields of the head of a contact who may still come in.

        Raises:
            ConditionFailed: they may not.
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
        """Return the parts of a transaction that make a contact, once for each *proof*.

        They are named ``head`` and ``pointer``.
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

        They are named ``head``, ``pointer`` and ``old_pointer``. All that began before ends.
        Only :mod:`portico.people.address_change` asks for them.
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
            # Free at once for whoever proves it: an address that nobody can use helps nobody.
            "old_pointer": self._freeing(contact),
        }

    def deleting(self, contact: Contact, event: Event) -> Parts:
        """Return the parts of a transaction that end a contact: the head stays, and tells
        nothing but that there was one. They are named ``head`` and ``pointer``.
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
