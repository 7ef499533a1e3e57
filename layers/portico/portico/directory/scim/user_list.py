"""A directory's walk through all users, or all groups, by ``startIndex``: each page costs the same.

The rows are in the order of their ids, and DynamoDB knows no place by number. So each page leaves a
bookmark for the next one. Who comes without one, has the rows before it counted.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from portico.aws.tables import ALWAYS, Rows
from portico.clock import SYSTEM, Clock, epoch

MOST_PLACES = 1_000_000_000
"""No list is as long, and a place is part of a key."""
BOOKMARK_LIFETIME = timedelta(minutes=15)


class ListedById[T](Protocol):
    """What is listed by ids."""

    @property
    def workspace_id(self) -> str:
        """The workspace whose list it is."""

    def count(self) -> int:
        """Count all."""

    def id_at(self, place: int) -> str | None:
        """Return the id at a place, from 1; ``None``: the list is shorter."""

    def page(self, *, after: str, size: int) -> tuple[list[T], str | None]:
        """Return a page, and the id that it ends with; ``None``: it is the last."""


@dataclass(frozen=True, slots=True)
class WalkedList[T]:
    """The list of one workspace's users or groups, as one key walks through it."""

    listed: ListedById[T]
    sign_in_table: str
    key: str
    """The id of the key: each has its own bookmarks."""
    kind: str = ""
    """What tells the bookmarks of one list from those of another."""
    clock: Clock = SYSTEM

    def page(self, *, start: int, size: int) -> tuple[int, list[T]]:
        """Return how many there are, and *size* of them from the place *start*, from 1.

        The number is that of the beginning of a walk.
        """
        if start > MOST_PLACES:
            return self.listed.count(), []
        total, after = self._place(start)
        if size == 0 or (start > 1 and after is None):
            return total, []
        found, last = self.listed.page(after=after or "", size=size)
        if last is not None:
            self._leave(start + size, last, total)
        return total, found

    def _place(self, start: int) -> tuple[int, str | None]:
        if start <= 1:
            return self.listed.count(), None
        row = self._rows.get(self._pk, f"{self.kind}{start}")
        if row is not None and epoch(self.clock.now()) < row["expires_at"]:
            return row["total"], row["after"]
        return self.listed.count(), self.listed.id_at(start - 1)

    def _leave(self, start: int, after: str, total: int) -> None:
        ends = epoch(self.clock.now() + BOOKMARK_LIFETIME)
        row = {"pk": self._pk, "sk": f"{self.kind}{start}", "after": after, "total": total}
        self._rows.put(row | {"expires_at": ends, "ttl": ends}, ALWAYS)

    @property
    def _rows(self) -> Rows:
        return Rows(self.sign_in_table, f"{self.listed.workspace_id}#")

    @property
    def _pk(self) -> str:
        return f"{self.listed.workspace_id}#scim-page#{self.key}"
