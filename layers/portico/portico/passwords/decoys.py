"""Rows of nobody, read in place of rows that are not there.

A row that is there takes longer to read than one that is not. So for whoever lacks rows, a decoy
as large as these is read before they are refused, and everybody's sum is the same. A workspace
has each decoy written when it first needs it, and never again.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from portico.aws.tables import NOT_THERE, ConditionFailed, Rows
from portico.aws.values import Row
from portico.events import Event
from portico.ids import digest
from portico.passwords.password_hash import nobodys_hash
from portico.people.password_store import Password, password_row
from portico.people.pointers import pointer_row
from portico.people.rules import Contact
from portico.people.store import head_row

READ = (
    *("id", "workspace", "name", "email", "active", "out_from", "sver"),
    *("hash", "changed_at", "by", "proof"),
)
"""What a sign-in reads of head and password. What else they hold, as an event, is longer for some
contacts than for others."""
SHAPE = 1
"""Goes up when these rows change. Decoys of an older shape stay in the table unread."""
PARTS = ("pointer", "head", "password", "hash")
"""What somebody may lack. ``hash`` is what a removed password's row lacks."""


def decoy_key(workspace_id: str, lacking: Sequence[str]) -> tuple[str, str]:
    """Return the key of the decoy for who lacks these parts. With none, it is never written."""
    # Of a contact, so that the door may read and write it. No contact's id is "nobody".
    return f"{workspace_id}#contact#nobody", "-".join((f"decoy-{SHAPE}", *lacking))


@dataclass(frozen=True, slots=True)
class Decoys:
    """The decoys of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#contact#nobody")

    def read(self, lacking: Sequence[str], *, at: datetime) -> None:
        """Read as many bytes as the rows that are not there would have had.

        Args:
            lacking: the parts that are not there: some of ``PARTS``, in their order.
            at: the time.

        Raises:
            TryLater: DynamoDB is out of reach.
        """
        pk, sk = decoy_key(self.workspace_id, lacking)
        decoy = self.rows.get(pk, sk)
        if decoy is not None:
            # A password is made of its row, which takes time too. A head takes as long as it takes
            # more to read rows that lie in another one.
            Password.from_row(next((row for row in decoy["rows"] if "proof" in row), None))
        elif lacking:
            parts = rows_of_nobody(self.workspace_id, at)
            with suppress(ConditionFailed):
                self.rows.put(_decoy(pk, sk, [parts[each] for each in lacking]), NOT_THERE)


def rows_of_nobody(workspace_id: str, at: datetime) -> dict[str, Row]:
    """Return what a sign-in reads of a contact, by its parts."""
    id_ = f"ct_{digest(workspace_id)[:22]}"
    nobody = Contact(id_, workspace_id, "Nobody Known", "nobody@example.com")
    event, press = Event("password.set", at, id_), digest(id_)[:16]
    password = Password(nobodys_hash(), at, "reset", press)
    return {
        "pointer": pointer_row(workspace_id, id_, nobody.email),
        "head": _read(head_row(nobody, event)),
        "password": _read(password_row(workspace_id, id_, password, event)),
        "hash": {"hash": password.hash, "by": password.by},
    }


def _read(row: Row) -> Row:
    return {name: row[name] for name in ("pk", "sk", *READ) if name in row}


def _decoy(pk: str, sk: str, parts: list[Row]) -> Row:
    first, *others = parts
    # Its own key stands for the key of the first of them.
    bare = {name: value for name, value in first.items() if name not in ("pk", "sk")}
    return {"pk": pk, "sk": sk, "rows": [bare, *others]}
