"""The chain of a contact's changes of address that stand, and what an undo of one means.

An undo of a change voids all later ones. So does a change back to the address before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from portico.clock import moment
from portico.errors import TooManyRequests, seconds_until
from portico.people.rules import Contact

UNDO_LIFETIME = timedelta(hours=72)
"""How long a reader of the old address can undo a change of address."""
MOST_CHANGES = 5
"""Changes within that time: few enough for one transaction to undo all of them."""
MOST_VOIDS = 8
"""Spans that a head keeps. With more, the two oldest become one."""


@dataclass(frozen=True, slots=True)
class AddressChange:
    """A change of address that has happened."""

    contact: str
    change: str
    """The change's id: 22 characters."""
    old: str
    new: str
    at: datetime
    previous: str | None = None
    """The id of the change that was the newest then."""
    before: tuple[str, ...] = ()
    """The ids of the changes that could be undone when it was made, oldest first."""
    goes_back: bool = False
    """Whether it led back to an address that could be taken back. It is no part of the chain."""
    undone_at: datetime | None = None
    voided_by: str | None = None
    """The id of an earlier change: the contact went back to the address before that one."""
    removed: dict[str, Any] = field(default_factory=dict)
    """The ways in that its undo has removed."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row."""
        undone = row.get("undone_at")
        return cls(
            row["contact"],
            row["change"],
            row["old"],
            row["new"],
            moment(row["changed_at"]),
            row.get("previous"),
            tuple(row.get("before", ())),
            row.get("goes_back", False),
            moment(undone) if undone else None,
            row.get("voided_by"),
            row.get("removed", {}),
        )

    @property
    def undo_ends_at(self) -> datetime:
        """When the undo ends, and the old address is no longer reserved."""
        return self.at + UNDO_LIFETIME

    @property
    def forgotten_at(self) -> datetime:
        """When the row counts as gone, though DynamoDB deletes it later."""
        return self.at + UNDO_LIFETIME * 2

    @property
    def stands(self) -> bool:
        """Whether it was neither undone nor voided."""
        return self.undone_at is None and self.voided_by is None


def with_room(chain: Sequence[AddressChange], *, at: datetime) -> list[AddressChange]:
    """Return the changes that can be undone now, if there may be one more.

    Raises:
        TooManyRequests: there are as many as may be.
    """
    found = [each for each in chain if at < each.undo_ends_at]
    if len(found) >= MOST_CHANGES:
        raise TooManyRequests(seconds_until(found[0].undo_ends_at, at=at))
    return found


def target_of(email: str, chain: Sequence[AddressChange], *, at: datetime) -> AddressChange | None:
    """Return the change that has left *email*, if it can still be undone."""
    return next((each for each in chain if each.old == email and at < each.undo_ends_at), None)


def later_than(change: AddressChange, chain: Sequence[AddressChange]) -> list[AddressChange]:
    """Return the changes that an undo of *change* voids."""
    known = {change.change, *change.before}
    ids = [each.change for each in chain]
    # By their places: a time may be of another clock, as that of a team's command.
    behind = (
        chain[ids.index(change.change) :]
        if change.change in ids
        else [each for each in chain if each.at >= change.at]
    )
    return [each for each in behind if each.change not in known]


def told_of_change(
    target: AddressChange | None, contact: Contact, chain: Sequence[AddressChange]
) -> list[str]:
    """Return the addresses that hear of a change of address: the one before.

    If it leads back to where *target* has left, all those hear of it that an undo takes.
    """
    return [contact.email] if target is None else addresses_lost(target, contact, chain)


def told_of_undo(
    change: AddressChange, contact: Contact, chain: Sequence[AddressChange]
) -> list[str]:
    """Return the addresses that hear of an undo: every one that gains or loses by it."""
    return [change.old, *addresses_lost(change, contact, chain)]


def told_of_deletion(
    contact: Contact, chain: Sequence[AddressChange], *, at: datetime
) -> list[str]:
    """Return the addresses that hear that an account is gone.

    A victim of the last change, who has missed its undo, is among them.
    """
    return sorted({contact.email, *(each.old for each in chain[-1:] if at < each.forgotten_at)})


def addresses_lost(
    change: AddressChange, contact: Contact, chain: Sequence[AddressChange]
) -> list[str]:
    """Return the addresses that an undo of *change* takes from the contact."""
    found = {contact.email, *(each.old for each in later_than(change, chain))}
    return sorted(found - {change.old})
