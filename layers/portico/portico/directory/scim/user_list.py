"""A directory's walk through all users, by ``startIndex``: each page costs the same.

The rows are in the order of their ids, and DynamoDB knows no place by number. So each page leaves a
bookmark for the next one. Who comes without one, has the rows before it counted.
"""

from dataclasses import dataclass
from datetime import timedelta

from portico.aws.tables import ALWAYS, Rows
from portico.clock import SYSTEM, Clock, epoch
from portico.directory.scim.synced_user import SyncedUser
from portico.directory.scim.user_store import SyncedUsers

MOST_PLACES = 1_000_000_000
"""No list is as long, and a place is part of a key."""
BOOKMARK_LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class UserList:
    """The list of one workspace's users, as one key walks through it."""

    users: SyncedUsers
    sign_in_table: str
    key: str
    """The id of the key: each has its own bookmarks."""
    clock: Clock = SYSTEM

    def page(self, *, start: int, size: int) -> tuple[int, list[SyncedUser]]:
        """Return how many users there are, and *size* of them from the place *start*, from 1.

        The number is that of the beginning of a walk.
        """
        if start > MOST_PLACES:
            return self.users.count(), []
        total, after = self._place(start)
        if size == 0 or (start > 1 and after is None):
            return total, []
        found, last = self.users.page(after=after or "", size=size)
        if last is not None:
            self._leave(start + size, last, total)
        return total, found

    def _place(self, start: int) -> tuple[int, str | None]:
        if start <= 1:
            return self.users.count(), None
        row = self._rows.get(self._pk, str(start))
        if row is not None and epoch(self.clock.now()) < row["expires_at"]:
            return row["total"], row["after"]
        return self.users.count(), self.users.id_at(start - 1)

    def _leave(self, start: int, after: str, total: int) -> None:
        ends = epoch(self.clock.now() + BOOKMARK_LIFETIME)
        row = {"pk": self._pk, "sk": str(start), "after": after, "total": total}
        self._rows.put(row | {"expires_at": ends, "ttl": ends}, ALWAYS)

    @property
    def _rows(self) -> Rows:
        return Rows(self.sign_in_table, f"{self.users.workspace_id}#")

    @property
    def _pk(self) -> str:
        return f"{self.users.workspace_id}#scim-page#{self.key}"
