"""Workspaces, contacts and email pointers in the People table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from portico.aws.tables import (
    MOST_AT_ONCE,
    ConditionFailed,
    Rows,
    TransactionRefused,
    get_many,
    transact,
)
from portico.clock import epoch
from portico.errors import NotFound, TakenAlready, TryLater
from portico.events import Event
from portico.ids import digest
from portico.people.rules import Contact, Workspace

NOT_THERE = "attribute_not_exists(pk)"
IS_THERE = "attribute_exists(pk)"
SHELVES = 16
"""Contacts of one workspace are listed on so many index keys, so that none runs hot."""


def door_key(workspace: str) -> tuple[str, str]:
    """Return the key of the row that every door reads."""
    return f"{workspace}#workspace", "door"


def head_key(workspace: str, contact: str) -> tuple[str, str]:
    """Return the key of a contact's head."""
    return f"{workspace}#contact#{contact}", "head"


def pointer_key(workspace: str, email: str) -> tuple[str, str]:
    """Return the key that an address can have once in a workspace."""
    return f"{workspace}#email#{email}", "pointer"


def workspace_of(row: dict[str, Any]) -> Workspace:
    """Read a door row.

    Raises:
        TryLater: the row is malformed; only this workspace has to suffer.
    """
    try:
        return Workspace.from_row(row)
    except TypeError as error:
        raise TryLater(cause="a workspace's row is malformed") from error


@dataclass(frozen=True, slots=True)
class People:
    """The People rows of one workspace."""

    table: str
    workspace: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace}#")

    def read(
        self, *keys: tuple[str, str], consistent: bool = True
    ) -> Sequence[dict[str, Any] | None]:
        """Read rows of this workspace in one call."""
        return get_many([(self.rows, *key) for key in keys], consistent=consistent)

    def contact(self, contact: str) -> Contact | None:
        """Read a contact's head."""
        row = self.rows.get(*head_key(self.workspace, contact))
        return Contact.from_row(row) if row else None

    def contact_id_of(self, email: str) -> str | None:
        """Find whose primary email this is."""
        row = self.rows.get(*pointer_key(self.workspace, email))
        return row["contact"] if row else None

    def pointers(self, emails: Sequence[str]) -> list[str]:
        """Find whose primary emails these are."""
        keys = [pointer_key(self.workspace, each) for each in emails]
        return [row["contact"] for row in self.read(*keys) if row] if keys else []

    def workspace_row(self) -> Workspace | None:
        """Read the workspace."""
        row = self.rows.get(*door_key(self.workspace))
        return workspace_of(row) if row else None

    def add_workspace(self, workspace: Workspace, event: Event) -> None:
        """Write a new workspace.

        Raises:
            TakenAlready: there is one of this id.
        """
        pk, sk = door_key(self.workspace)
        row = {"pk": pk, "sk": sk, **workspace.row(), "event": event.rider()}
        row |= {"list": "-workspaces", "listed": self.workspace}
        try:
            self.rows.put(row, NOT_THERE)
        except ConditionFailed:
            raise TakenAlready("workspace") from None

    def change_workspace(self, settings: dict[str, Any], event: Event) -> None:
        """Write these settings and no others: a colleague may be changing another one.

        Raises:
            NotFound: there is no such workspace.
        """
        names = sorted(settings)
        changes = "".join(f"{name} = :{name}, " for name in names)
        values = {f":{name}": settings[name] for name in names} | {":event": event.rider()}
        try:
            self.rows.update(
                *door_key(self.workspace), f"SET {changes}event = :event", IS_THERE, values
            )
        except ConditionFailed:
            raise NotFound from None

    def put_logo(self, png: bytes) -> str:
        """Keep a workspace's logo and return the digest it is served under."""
        name = digest(png.hex())[:16]
        row = {"pk": f"{self.workspace}#logo", "sk": "png", "digest": name, "png": png}
        self.rows.put(row, "attribute_not_exists(pk) OR attribute_exists(pk)")
        return name

    def logo(self) -> tuple[str, bytes] | None:
        """Read the logo: its digest and its bytes."""
        row = self.rows.get(f"{self.workspace}#logo", "png")
        return (row["digest"], row["png"]) if row else None

    def add_contact(self, contact: Contact, event: Event) -> None:
        """Write a new contact and its pointer, together.

        Raises:
            TakenAlready: the address is another contact's primary email.
        """
        head, pointer = self._head(contact, event), self.pointer(contact.id, contact.email)
        try:
            transact([self.rows.putting(head, NOT_THERE), self.rows.putting(pointer, NOT_THERE)])
        except TransactionRefused:
            raise TakenAlready("email") from None

    def signing_up(self, contact: Contact, event: Event, *, proof: str) -> list[dict[str, Any]]:
        """Return the parts of a transaction that make a contact, once for each *proof*."""
        head = self._head(contact, event) | {"proof": digest(proof)[:16]}
        pointer = self.pointer(contact.id, contact.email)
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

    def pointer(self, contact: str, email: str) -> dict[str, Any]:
        """Return the row that an address can have once."""
        pk, sk = pointer_key(self.workspace, email)
        return {"pk": pk, "sk": sk, "contact": contact}

    def _head(self, contact: Contact, event: Event) -> dict[str, Any]:
        pk, sk = head_key(self.workspace, contact.id)
        shelf = int(digest(contact.id)[:2], 16) % SHELVES
        return {
            "pk": pk,
            "sk": sk,
            **contact.row(),
            "list": f"{self.workspace}#contacts#{shelf:02}",
            "listed": contact.email,
            "event": event.rider(),
        }

    def outdating(self, contact: str, *, sver: int, event: Event | None = None) -> dict[str, Any]:
        """Return the part of a transaction that ends all that began under *sver*, if that is
        what the head of a contact who may come in still says.
        """
        change, values = "SET sver = sver + :one", {":one": 1, ":sver": sver, ":yes": True}
        noted = f"{change}, event = :event" if event else f"{change} REMOVE event"
        return self.rows.updating(
            *head_key(self.workspace, contact),
            noted,
            "sver = :sver AND active = :yes",
            values | ({":event": event.rider()} if event else {}),
        )

    def moving(self, contact: Contact, email: str, *, event: Event) -> list[dict[str, Any]]:
        """Return the parts of a transaction that give a contact another primary address.

        The head first, then the new pointer, then the old one. All that began before ends.
        """
        moved = self.rows.updating(
            *head_key(self.workspace, contact.id),
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
                self.pointer(contact.id, email), f"{NOT_THERE} OR contact = :contact", mine
            ),
            # Free at once for whoever proves it: an address that nobody can use helps nobody.
            self.rows.deleting(
                *pointer_key(self.workspace, contact.email), "contact = :contact", mine
            ),
        ]

    def leaving(self, contact: Contact, event: Event) -> list[dict[str, Any]]:
        """Return the parts of a transaction that end a contact: the head stays, and tells
        nothing but that there was one.
        """
        ended = self.rows.updating(
            *head_key(self.workspace, contact.id),
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
        pointer = pointer_key(self.workspace, contact.email)
        mine = {":contact": contact.id}
        return [ended, self.rows.deleting(*pointer, "contact = :contact", mine)]

    def ending_sessions(self, contact: str, event: Event) -> dict[str, Any]:
        """Return the part of a transaction that ends all that a contact has signed in."""
        return self.rows.updating(
            *head_key(self.workspace, contact),
            "SET sver = sver + :one, event = :event",
            IS_THERE,
            {":one": 1, ":event": event.rider()},
        )

    def contacts(self) -> Iterator[Contact]:
        """Read every contact. For a team, never for a door."""
        for shelf in range(SHELVES):
            keys = self.rows.listed(f"{self.workspace}#contacts#{shelf:02}")
            for some in batched(keys, MOST_AT_ONCE, strict=False):
                yield from (Contact.from_row(row) for row in self.read(*some) if row is not None)

    def set_active(self, contact: str, active: bool, event: Event) -> Contact:
        """Switch a contact on or off. Either way everything signed in so far ends.

        Raises:
            NotFound: there is no such contact.
        """
        pk, sk = head_key(self.workspace, contact)
        change = "SET active = :active, sver = sver + :one, event = :event"
        values = {":active": active, ":one": 1, ":event": event.rider()}
        try:
            return Contact.from_row(self.rows.update(pk, sk, change, IS_THERE, values))
        except ConditionFailed:
            raise NotFound from None
