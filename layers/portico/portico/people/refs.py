"""Refs: the help desk's own names for a contact on its channels. A ref is a note, never a way in.

Each ref has a row of its own, so that a channel has each id once in a workspace. The contact has one
row with all of theirs, so that they are read in one call.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from portico.aws.tables import NOT_THERE, Parts, Rows
from portico.errors import InvalidRequest
from portico.ids import digest
from portico.people.rules import Contact
from portico.printable import is_printable_name

MOST_REFS = 20
LONGEST_REF = 128
"""Bytes of an id."""

_CHANNEL = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")


@dataclass(frozen=True, slots=True)
class Ref:
    """One name of a contact, on one channel."""

    channel: str
    id: str
    attached_at: int
    """Seconds since 1970."""
    waits_for: int = 0
    """Which proof of the contact's address confirms it: the first, the second, ... 0: none has to."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read one of a contact's refs."""
        return cls(row["channel"], row["id"], row["attached_at"], row.get("waits_for", 0))

    def row(self) -> dict[str, Any]:
        """Return what a row keeps of it."""
        return {
            "channel": self.channel,
            "id": self.id,
            "attached_at": self.attached_at,
            "waits_for": self.waits_for,
        }

    def is_confirmed(self, contact: Contact) -> bool:
        """Say whether portals are told it: the contact has proved their address since."""
        return contact.proofs >= self.waits_for


def ref_name(channel: str, id_: str) -> tuple[str, str]:
    """Return a channel and an id as we store them.

    Raises:
        InvalidRequest: one of them is empty, too long, or not printable.
    """
    if not _CHANNEL.match(channel):
        raise InvalidRequest("channel", "a to z, 0 to 9 and -, a letter first, 32 at most")
    if not 0 < len(id_.encode()) <= LONGEST_REF or not is_printable_name(id_):
        raise InvalidRequest("id", f"1 to {LONGEST_REF} bytes of printable text")
    return channel, id_


def ref_key(workspace_id: str, channel: str, id_: str) -> tuple[str, str]:
    """Return the key that an id on a channel has once in a workspace."""
    return f"{workspace_id}#ref#{channel}#{digest(id_)[:32]}", "ref"


def refs_key(workspace_id: str, contact: str) -> tuple[str, str]:
    """Return the key of the row with all refs of a contact."""
    return f"{workspace_id}#contact#{contact}", "refs"


def refs_of(row: dict[str, Any] | None) -> list[Ref]:
    """Read the row with all refs of a contact, which most do not have."""
    return [Ref.from_row(each) for each in row["refs"]] if row else []


@dataclass(frozen=True, slots=True)
class RefRows:
    """The refs of one workspace, as parts of transactions."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def attaching(self, contact: str, known: Sequence[Ref], ref: Ref) -> Parts:
        """Return the parts that give a contact one more ref.

        Their names are ``ref``, which refuses if the id has a contact, and ``refs``, which refuses
        if *known* are not the contact's refs any more.
        """
        pk, sk = ref_key(self.workspace_id, ref.channel, ref.id)
        row = {"pk": pk, "sk": sk, "contact": contact, "channel": ref.channel, "id": ref.id}
        return {
            "ref": self.rows.putting(row, NOT_THERE),
            "refs": self.writing(contact, known, [*known, ref]),
        }

    def confirming(self, contact: str, known: Sequence[Ref], ref: Ref) -> Parts:
        """Return the part ``refs`` that confirms one of the contact's refs."""
        now = [replace(each, waits_for=0) if each == ref else each for each in known]
        return {"refs": self.writing(contact, known, now)}

    def detaching(self, contact: str, known: Sequence[Ref], *gone: Ref) -> Parts:
        """Return the parts that take refs from a contact. Their ids are free again."""
        keys = [ref_key(self.workspace_id, each.channel, each.id) for each in gone]
        left = [each for each in known if each not in gone]
        is_theirs = f"{NOT_THERE} OR contact = :contact"
        return {
            **{
                f"ref {pk}": self.rows.deleting(pk, sk, is_theirs, {":contact": contact})
                for pk, sk in keys
            },
            "refs": self.writing(contact, known, left),
        }

    def writing(self, contact: str, known: Sequence[Ref], now: Sequence[Ref]) -> dict[str, Any]:
        """Return the part that replaces a contact's refs, if they are still those that are *known*."""
        pk, sk = refs_key(self.workspace_id, contact)
        condition = "refs = :known" if known else f"{NOT_THERE} OR refs = :known"
        # Not deleted with the last ref: nothing may delete rows of a contact's own partition.
        row = {"pk": pk, "sk": sk, "refs": [each.row() for each in now]}
        return self.rows.putting(row, condition, {":known": [each.row() for each in known]})
