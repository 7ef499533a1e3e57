"""Merges: what two contacts become one by, and what an undo gives back.

The survivor has one row with the ids of all who were merged into them. It stays, so that what happened
to those is found. Each merge has a row of its own as well, which goes when it can be undone no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from portico.aws.tables import IS_THERE, NOT_THERE, Parts, Rows
from portico.clock import epoch, moment
from portico.errors import ContactMerged, NotFound
from portico.people.rules import Contact
from portico.people.store import People

MERGE_UNDO_LIFETIME = timedelta(days=30)
"""How long a merge can be undone, and the lost address stays reserved for the survivor."""
MERGE_AFTERLIFE = timedelta(days=3)
MOST_MOVED = 80
"""Rows that one transaction moves, beside those that every merge writes. DynamoDB takes a hundred."""
MOST_MERGED = 20
"""Contacts who can be merged into one, by themselves or with another one."""
CAN_BE_UNDONE = "attribute_exists(was) AND attribute_not_exists(undone_at)"


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge, with all that it has moved."""

    survivor: str
    lost: str
    at: datetime
    was: dict[str, Any]
    """Attributes of the lost contact's head. Empty: they were forgotten."""
    formers: list[dict[str, Any]] = field(default_factory=list)
    """Addresses that the lost contact had left: ``email`` and ``until``, when each is free."""
    accounts: list[dict[str, Any]] = field(default_factory=list)
    """``connection``, ``issuer``, ``subject`` and ``linked_at`` of accounts that now sleep."""
    refs: list[dict[str, Any]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Public ids of personal links that the survivor has now."""
    ended_links: list[str] = field(default_factory=list)
    """Those that ended: a break-glass link is a way in, and no way in of the lost one is left."""
    took_password: bool = False
    sessions: int = 0
    """How many of the lost contact's sessions ran."""
    undone_at: datetime | None = None

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row."""
        undone = row.get("undone_at")
        return cls(
            row["contact"],
            row["lost"],
            moment(row["merged_at"]),
            row.get("was", {}),
            row.get("formers", []),
            row.get("accounts", []),
            row.get("refs", []),
            row.get("links", []),
            row.get("ended_links", []),
            row.get("took_password", False),
            row.get("sessions", 0),
            moment(undone) if undone else None,
        )

    def row(self) -> dict[str, Any]:
        """Return the attributes of the row, but for its key."""
        return {
            "contact": self.survivor,
            "lost": self.lost,
            "merged_at": epoch(self.at),
            "was": self.was,
            "formers": self.formers,
            "accounts": self.accounts,
            "refs": self.refs,
            "links": self.links,
            "ended_links": self.ended_links,
            "took_password": self.took_password,
            "sessions": self.sessions,
            "ttl": epoch(self.undo_ends_at + MERGE_AFTERLIFE),
        }

    @property
    def email(self) -> str:
        """The address that the lost contact had, or nothing."""
        return str(self.was.get("email", ""))

    @property
    def undo_ends_at(self) -> datetime:
        """When the merge stands for good."""
        return self.at + MERGE_UNDO_LIFETIME

    @property
    def moved(self) -> int:
        """How many rows it moves, beside those that every merge writes."""
        links = len(self.links) + len(self.ended_links)
        return len(self.formers) + len(self.accounts) + len(self.refs) + links

    def can_be_undone(self, *, at: datetime) -> bool:
        """Say whether it stands and can still be undone."""
        return self.undone_at is None and bool(self.was) and at < self.undo_ends_at


def merged_key(workspace_id: str, contact: str) -> tuple[str, str]:
    """Return the key of the row with the ids of all who were merged into a contact."""
    return f"{workspace_id}#contact#{contact}", "merged"


def merge_key(workspace_id: str, survivor: str, lost: str) -> tuple[str, str]:
    """Return the key of one merge's row."""
    return f"{workspace_id}#contact#{survivor}", f"merge#{lost}"


def merged_of(row: dict[str, Any] | None) -> list[str]:
    """Read who was merged into a contact, the oldest first. Most have no such row."""
    return list(row["lost"]) if row else []


@dataclass(frozen=True, slots=True)
class MergeRows:
    """The rows of merges of one workspace, as parts of transactions."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def get(self, survivor: str, lost: str) -> Merge | None:
        """Read a merge, consistently."""
        row = self.rows.get(*merge_key(self.workspace_id, survivor, lost))
        return Merge.from_row(row) if row else None

    def making(self, merge: Merge, known: Sequence[str]) -> Parts:
        """Return the parts ``merge`` and ``merged``, which refuses if *known* is not who was merged."""
        pk, sk = merge_key(self.workspace_id, merge.survivor, merge.lost)
        # One that was undone before leaves its row behind.
        is_new = f"{NOT_THERE} OR attribute_exists(undone_at)"
        return {
            "merge": self.rows.putting({"pk": pk, "sk": sk, **merge.row()}, is_new),
            "merged": self._writing(merge.survivor, known, [*known, merge.lost]),
        }

    def adding(self, merge: Merge, accounts: Sequence[Any], links: Sequence[str]) -> dict[str, Any]:
        """Return the part that notes what was moved after the merge itself. It must stand."""
        return self.rows.updating(
            *merge_key(self.workspace_id, merge.survivor, merge.lost),
            "SET accounts = list_append(accounts, :accounts), links = list_append(links, :links)",
            CAN_BE_UNDONE,
            {":accounts": list(accounts), ":links": list(links)},
        )

    def undoing(self, merge: Merge, known: Sequence[str], *, at: datetime) -> Parts:
        """Return the parts ``merge`` and ``merged`` that undo a merge, once."""
        left = [each for each in known if each != merge.lost]
        return {
            "merge": self.rows.updating(
                *merge_key(self.workspace_id, merge.survivor, merge.lost),
                "SET undone_at = :now REMOVE was, formers, accounts, refs, links, ended_links",
                CAN_BE_UNDONE,
                {":now": epoch(at)},
            ),
            "merged": self._writing(merge.survivor, known, left),
        }

    def forgetting(self, merge: Merge) -> dict[str, Any]:
        """Return the part that takes the lost contact's data out of a merge, if it is still kept."""
        key = merge_key(self.workspace_id, merge.survivor, merge.lost)
        return self.rows.updating(*key, "REMOVE was, formers, accounts, refs", IS_THERE)

    def _writing(self, contact: str, known: Sequence[str], now: Sequence[str]) -> dict[str, Any]:
        pk, sk = merged_key(self.workspace_id, contact)
        condition = "lost = :known" if known else f"{NOT_THERE} OR lost = :known"
        # Not deleted with the last one: nothing may delete rows of a contact's own partition.
        row = {"pk": pk, "sk": sk, "lost": list(now)}
        return self.rows.putting(row, condition, {":known": list(known)})


def all_merged_into(people: People, contact: str) -> list[tuple[str, str]]:
    """Return ``(survivor, lost)`` of every merge that led to a contact, also by another one."""
    found: list[tuple[str, str]] = []
    waiting = [contact]
    while waiting:
        survivors, waiting = waiting, []
        rows = people.many([merged_key(people.workspace_id, each) for each in survivors])
        for survivor, row in zip(survivors, rows, strict=True):
            lost = merged_of(row)
            found += [(survivor, each) for each in lost]
            waiting += lost
    return found


def undo_ends(
    people: People, survivor: str, lost: Sequence[str], *, at: datetime
) -> dict[str, datetime]:
    """Return until when merges can be undone; what cannot be undone any more is missing.

    Args:
        people: the store.
        survivor: the contact.
        lost: the ids of those who were merged into them.
        at: the time.
    """
    rows = people.many([merge_key(people.workspace_id, survivor, each) for each in lost])
    merges = {id_: Merge.from_row(row) for id_, row in zip(lost, rows, strict=True) if row}
    return {id_: merge.undo_ends_at for id_, merge in merges.items() if merge.can_be_undone(at=at)}


def demand_own(people: People, contact: Contact | None) -> Contact:
    """Return a contact who is there.

    Raises:
        ContactMerged: they were merged into somebody who is there.
        NotFound: there is no such contact, or they are gone.
    """
    if contact is None:
        raise NotFound
    if not contact.is_gone:
        return contact
    now: Contact | None = contact
    while now is not None and now.merged_into is not None:
        now = people.contact(now.merged_into)
    if now is None or now.is_gone:
        raise NotFound
    raise ContactMerged(contact.workspace_id, now.id)
