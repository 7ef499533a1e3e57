"""The password of a contact: its hash, in its own row next to the head.

Only this row shows whether a contact has a password. No list names it.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from portico.aws.tables import ConditionFailed, Rows
from portico.clock import epoch, moment
from portico.events import Event

HAS_ONE = "attribute_exists(hash)"
HAS_NONE = "attribute_not_exists(hash)"
SET_BY = "by"
"""An attribute that only a row with a password has: who has one is asked without its hash."""


@dataclass(frozen=True, slots=True)
class Password:
    """A password as it is stored."""

    hash: str = field(repr=False)
    """In Argon2's format, with parameters and salt."""
    changed_at: datetime
    by: str
    """Where it was set: ``reset`` or ``account``."""
    proof: str
    """Names the press that set it, so that the same one again is known."""

    @classmethod
    def from_row(cls, row: dict[str, Any] | None) -> Self | None:
        """Read a row; ``None`` if there is no password, or no longer one."""
        if row is None or "hash" not in row:
            return None
        return cls(row["hash"], moment(row["changed_at"]), row["by"], row["proof"])


def password_key(workspace_id: str, contact: str) -> tuple[str, str]:
    """Return the key of the row that holds a contact's password."""
    return f"{workspace_id}#contact#{contact}", "password"


def password_row(
    workspace_id: str, contact: str, password: Password, event: Event
) -> dict[str, Any]:
    """Return the row that holds a contact's password."""
    pk, sk = password_key(workspace_id, contact)
    return {
        "pk": pk,
        "sk": sk,
        "hash": password.hash,
        "changed_at": epoch(password.changed_at),
        "by": password.by,
        "proof": password.proof,
        "event": event.rider(),
    }


@dataclass(frozen=True, slots=True)
class Passwords:
    """The passwords of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def get(self, contact: str) -> Password | None:
        """Read a contact's password, consistently."""
        return Password.from_row(self.rows.get(*password_key(self.workspace_id, contact)))

    def putting(
        self, contact: str, password: Password, *, before: Password | None, event: Event
    ) -> dict[str, Any]:
        """Return the part of a transaction that replaces *before*, if it is still the password."""
        row = password_row(self.workspace_id, contact, password, event)
        if before is None:
            return self.rows.putting(row, HAS_NONE)
        return self.rows.putting(row, "hash = :before", {":before": before.hash})

    def having(self, contact: str) -> dict[str, Any]:
        """Return the part of a transaction that checks that a contact has a password."""
        return self.rows.checking(*password_key(self.workspace_id, contact), HAS_ONE)

    def removing(self, contact: str, event: Event) -> dict[str, Any]:
        """Return the part of a transaction that removes a password. The row stays."""
        return self.rows.updating(
            *password_key(self.workspace_id, contact),
            "REMOVE hash, by SET changed_at = :now, event = :event",
            HAS_ONE,
            {":now": epoch(event.at), ":event": event.rider()},
        )

    def rehash(self, contact: str, *, before: str, after: str) -> None:
        """Store another hash of the same password, unless the password has changed meanwhile."""
        with suppress(ConditionFailed):
            self.rows.update(
                *password_key(self.workspace_id, contact),
                "SET hash = :after REMOVE event",
                "hash = :before",
                {":before": before, ":after": after},
            )
