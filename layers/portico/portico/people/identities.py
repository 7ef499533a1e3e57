"""Identities: who somebody is elsewhere. Each belongs to one contact, and never to two."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from portico.aws.tables import Rows
from portico.clock import epoch
from portico.ids import digest


@dataclass(frozen=True, slots=True)
class Identity:
    """One account at one provider: the connection, who issued it, and its stable key.

    Never an address: addresses change hands.
    """

    connection: str
    issuer: str
    subject: str

    @property
    def key(self) -> str:
        """The part of a row's key that names it; nothing of the provider's key shows in it."""
        return f"{self.connection}#{digest(f'{self.issuer}|{self.subject}')[:32]}"

    def row(self) -> dict[str, Any]:
        """Return it as a challenge or a pending sign-in keeps it."""
        return {"connection": self.connection, "issuer": self.issuer, "subject": self.subject}

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read what :meth:`row` gave."""
        return cls(row["connection"], row["issuer"], row["subject"])


def identity_key(workspace: str, identity: Identity) -> tuple[str, str]:
    """Return the key that an identity can have once in a workspace."""
    return f"{workspace}#identity#{identity.key}", "identity"


def owning(
    rows: Rows, identity: Identity, *, workspace: str, contact: str, sver: int, at: datetime
) -> dict[str, Any]:
    """Return the part of a transaction that makes *identity* the contact's.

    It fails if it is another's. ``sver`` is what the contact's head had: a hint that spares
    the next sign-in a read, checked again each time.
    """
    pk, sk = identity_key(workspace, identity)
    row = {
        "pk": pk,
        "sk": sk,
        "contact": contact,
        "connection": identity.connection,
        "issuer": identity.issuer,
        "sver": sver,
        "linked_at": epoch(at),
        "list": f"{workspace}#identities#{contact}",
        "listed": identity.key,
    }
    nobodys_or_theirs = "attribute_not_exists(pk) OR contact = :contact"
    return rows.putting(row, nobodys_or_theirs, {":contact": contact})
