"""What the owners have set about the team itself: a row of its own, which no daily door reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from portico.clock import epoch, moment
from portico.sessions.rules import Session

METHODS = ("code", "password", "sso")
"""Ways to sign in, as `TeamSettings.methods` names them."""


def method_of(session: Session) -> str:
    """Return which of `METHODS` a session came by."""
    return session.method.partition(":")[0]


def address_stamp(contact: str, change: str) -> str:
    """Return what an owner confirms of a contact's change of address."""
    return f"address:{contact}:{change}"


def account_stamp(contact: str, account: str) -> str:
    """Return what an owner confirms of an account that a contact has connected (`account_name`)."""
    return f"account:{contact}:{account}"


def is_of_account(stamp: str) -> bool:
    """Say whether a stamp is an account's (`account_stamp`)."""
    return stamp.startswith("account:")


def account_name(session: Session) -> str:
    """Return what a session's account is called on the team: its connection, since when, and which of
    those that were connected in that second.
    """
    since = epoch(session.account_since) if session.account_since else 0
    return f"{session.method.partition(':')[2]}:{since}:{session.account}"


@dataclass(frozen=True, slots=True)
class TeamSettings:
    """The row, or what counts without one."""

    methods: tuple[str, ...] = ()
    """The ways that a session must have come by; all of them, if none is named."""
    confirmed: tuple[str, ...] = ()
    """Stamps of what an owner has confirmed."""
    sso_since: datetime | None = None
    """Since when members come in by single sign-on alone; ``None``: they do not, or nobody knows."""

    @classmethod
    def from_row(cls, row: dict[str, Any] | None) -> Self:
        """Read the row. One that names a way that we do not know allows less, and never more."""
        if row is None:
            return cls()
        since = moment(row["sso_since"]) if row.get("sso_since") else None
        return cls(tuple(row.get("methods", ())), tuple(row.get("confirmed", ())), since)

    @property
    def is_sso_alone(self) -> bool:
        """Whether reading a member's mailbox does not lead to the team's side."""
        return self.methods == ("sso",)

    def allows(self, session: Session) -> bool:
        """Say whether a session came by a way that gives access to the team's side."""
        return not self.methods or method_of(session) in self.methods
