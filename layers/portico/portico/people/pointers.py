"""Pointers: which contact has an address as primary email, or had it last.

An address that its contact has left is *reserved* for as long as the change can be undone: nobody
else gets it. Afterwards anybody can take it. Until somebody does, its row still names the former
contact, so that a team that knows the person by it finds them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.tables import Rows
from portico.clock import epoch, moment

IS_FREE = (
    "attribute_not_exists(pk) OR contact = :contact OR former = :contact OR reserved_until <= :now"
)
"""The address is nobody's, or the contact's own, or was left long enough ago."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """An address's row, which has a ``contact`` or a ``former``."""

    contact: str | None = None
    former: str | None = None
    """The contact who had it last, if nobody has it now."""
    reserved_until: datetime | None = None
    left_at: datetime | None = None
    """When, if that is not the usual time before it is free."""

    @classmethod
    def from_row(cls, row: dict[str, Any] | None) -> "Pointer":
        """Read a row. Without one, the address was never anybody's, or was freed."""
        if row is None:
            return cls()
        until, left = row.get("reserved_until"), row.get("left_at")
        return cls(
            row.get("contact"),
            row.get("former"),
            moment(until) if until else None,
            moment(left) if left else None,
        )

    def is_reserved(self, *, at: datetime) -> bool:
        """Say whether only the contact who has left the address may have it."""
        return self.reserved_until is not None and at < self.reserved_until


def pointer_key(workspace_id: str, email: str) -> tuple[str, str]:
    """Return the key that an address can have once in a workspace."""
    return f"{workspace_id}#email#{email}", "pointer"


def pointer_row(workspace_id: str, contact: str, email: str) -> dict[str, Any]:
    """Return the row of an address that a contact has."""
    pk, sk = pointer_key(workspace_id, email)
    return {"pk": pk, "sk": sk, "contact": contact}


def former_shelf(workspace_id: str) -> str:
    """Return the shelf of former addresses. They are listed as ``<contact>#<address>``."""
    return f"{workspace_id}#formers"


@dataclass(frozen=True, slots=True)
class Pointers:
    """The pointers of one workspace, as parts of transactions."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def taking(self, contact: str, email: str, *, at: datetime) -> dict[str, Any]:
        """Return the part that gives an address to a contact. It fails if it is not free."""
        values = {":contact": contact, ":now": epoch(at)}
        return self.rows.putting(pointer_row(self.workspace_id, contact, email), IS_FREE, values)

    def reserving(self, contact: str, email: str, *, until: datetime) -> dict[str, Any]:
        """Return the part that reserves an address which the contact leaves, *until* then."""
        pk, sk = pointer_key(self.workspace_id, email)
        row = {
            "pk": pk,
            "sk": sk,
            "former": contact,
            "reserved_until": epoch(until),
            "list": former_shelf(self.workspace_id),
            "listed": f"{contact}#{email}",
        }
        is_theirs = "contact = :contact OR former = :contact"
        return self.rows.putting(row, is_theirs, {":contact": contact})

    def freeing(self, contact: str, email: str) -> dict[str, Any]:
        """Return the part that deletes the pointer of a contact's address."""
        return self.rows.deleting(
            *pointer_key(self.workspace_id, email), "contact = :contact", {":contact": contact}
        )

    def forgetting(self, contact: str, email: str) -> dict[str, Any]:
        """Return the part that deletes the pointer of an address that the contact has left."""
        return self.rows.deleting(
            *pointer_key(self.workspace_id, email), "former = :contact", {":contact": contact}
        )

    def letting_go(self, contact: str, email: str) -> dict[str, Any]:
        """Return the part that deletes the pointer of an address that the contact has or had.

        It does not fail if there is none.
        """
        return self.rows.deleting(
            *pointer_key(self.workspace_id, email),
            "attribute_not_exists(pk) OR contact = :contact OR former = :contact",
            {":contact": contact},
        )
