"""What the owners have set about the team itself: a row of its own, which no daily door reads."""

from dataclasses import dataclass
from typing import Any, Self

from portico.sessions.rules import Session

METHODS = ("code", "password", "sso")
"""Ways to sign in, as `TeamSettings.methods` names them."""


def method_of(session: Session) -> str:
    """Return which of `METHODS` a session came by."""
    return session.method.partition(":")[0]


def address_stamp(contact: str, change: str) -> str:
    """Return what an owner confirms of a contact's change of address."""
    return f"address:{contact}:{change}"


@dataclass(frozen=True, slots=True)
class TeamSettings:
    """The row, or what counts without one."""

    methods: tuple[str, ...] = ()
    """The ways that a session must have come by; all of them, if none is named."""
    confirmed: tuple[str, ...] = ()
    """Stamps of what an owner has confirmed."""

    @classmethod
    def from_row(cls, row: dict[str, Any] | None) -> Self:
        """Read the row. One that names a way that we do not know allows less, and never more."""
        if row is None:
            return cls()
        return cls(tuple(row.get("methods", ())), tuple(row.get("confirmed", ())))

    def allows(self, session: Session) -> bool:
        """Say whether a session came by a way that gives access to the team's side."""
        return not self.methods or method_of(session) in self.methods
