"""The rows of synced users, and the keys by which a directory finds them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portico.aws.queries import count_within, page_within, tally_within
from portico.aws.tables import ALWAYS, NOT_THERE, Parts, Rows, get_many
from portico.directory.scim.synced_user import SyncedUser, caseless
from portico.ids import digest, is_random_part

MOST_OF_A_NAME = 20
"""Users that one external id or one address finds."""


def user_key(workspace_id: str, id_: str) -> tuple[str, str]:
    """Return the key of a synced user."""
    return f"{workspace_id}#scim#{id_}", "user"


def user_name_key(workspace_id: str, user_name: str) -> tuple[str, str]:
    """Return the key that a user name can have once in a workspace, in any case."""
    return f"{workspace_id}#scim-key#name#{digest(caseless(user_name))[:32]}", "user"


def found_by(workspace_id: str, name: str) -> str:
    """Return the partition of all users with an external id or an address, ``kind|value``."""
    kind, _, value = name.partition("|")
    return f"{workspace_id}#scim-key#{kind}#{digest(value)[:32]}"


def held_in(workspace_id: str) -> str:
    """Return the partition that lists whose access is held, and whom the team keeps."""
    return f"{workspace_id}#scim-held"


def listed_in(workspace_id: str) -> str:
    """Return the partition that lists all synced users by their ids."""
    return f"{workspace_id}#scim-users"


@dataclass(frozen=True, slots=True)
class SyncedUsers:
    """The synced users of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def get(self, id_: str) -> SyncedUser | None:
        """Read a user; ``None``: there is none of this id, or they were deleted."""
        if not is_random_part(id_):
            return None
        row = self.rows.get(*user_key(self.workspace_id, id_))
        return SyncedUser.from_row(row) if row else None

    def many(self, ids: Iterable[str]) -> list[SyncedUser]:
        """Read up to a hundred users in one call, without those who are gone."""
        wanted = [(self.rows, *user_key(self.workspace_id, each)) for each in ids]
        rows = get_many(wanted, consistent=True) if wanted else []
        return [SyncedUser.from_row(row) for row in rows if row]

    def found(self, name: str, value: str) -> list[SyncedUser]:
        """Find users by one comparison, by a key."""
        match name:
            case "id":
                user = self.get(value)
                return [user] if user else []
            case "userName":
                row = self.rows.get(*user_name_key(self.workspace_id, value))
                return self.many([row["id"]]) if row else []
            case "externalId":
                named = f"external|{value}"
            case _:
                named = f"email|{caseless(value)}"
        pk = found_by(self.workspace_id, named)
        rows, _ = page_within(self.rows, pk, size=MOST_OF_A_NAME)
        return self.many(row["sk"] for row in rows)

    def count(self) -> int:
        """Count all users."""
        return count_within(self.rows, listed_in(self.workspace_id))[0]

    def count_active(self) -> int:
        """Count the users who may come in."""
        return count_within(self.rows, listed_in(self.workspace_id), only="active")[0]

    def tally(self, *, most: int, until: str | None = None) -> tuple[int, int, bool]:
        """Count users up to a bound: all, those who may come in, and whether there are no more."""
        pk = listed_in(self.workspace_id)
        return tally_within(self.rows, pk, only="active", most=most, until=until)

    def id_at(self, place: int) -> str | None:
        """Return the id of the user at a place of the list, from 1; ``None``: it is shorter."""
        return count_within(self.rows, listed_in(self.workspace_id), most=place)[1]

    def page(self, *, after: str, size: int) -> tuple[list[SyncedUser], str | None]:
        """Return a page of the list, and the id that it ends with; ``None``: it is the last."""
        rows, last = page_within(self.rows, listed_in(self.workspace_id), after=after, size=size)
        return self.many(row["sk"] for row in rows), last

    def moving(self, before: SyncedUser | None, after: SyncedUser | None) -> Parts:
        """Return the parts of a transaction that lead from one state of a user to another.

        Those that can refuse are ``user``, if it was changed since *before* was read, and
        ``user name``, if it is another user's.
        """
        id_ = next(each.id for each in (after, before) if each)
        parts: dict[str, Any] = {}
        pk, sk = user_key(self.workspace_id, id_)
        condition, values = NOT_THERE, {}
        if before is not None:
            condition, values = "version = :version", {":version": before.version}
        listed: dict[str, Any] = {"pk": listed_in(self.workspace_id), "sk": id_}
        listed["active"] = after is not None and after.may_come_in
        if after is None:
            parts["user"] = self.rows.deleting(pk, sk, condition, values)
            parts["listed"] = self.rows.deleting(listed["pk"], id_, ALWAYS)
        else:
            row = {"pk": pk, "sk": sk, **after.row()}
            parts["user"] = self.rows.putting(row, condition, values)
            if before is None or before.may_come_in is not after.may_come_in:
                parts["listed"] = self.rows.putting(listed, ALWAYS)
        named, found = self._naming(id_, before, after), self._finding(id_, before, after)
        return {**parts, **named, **found, **self._holding(id_, before, after)}

    def touching(self, before: SyncedUser, after: SyncedUser) -> dict[str, Any]:
        """Return the part of a transaction that writes what groups say of a user, and nothing by
        which they are found.

        It is refused if the user was changed since *before* was read.
        """
        pk, sk = user_key(self.workspace_id, after.id)
        row = {"pk": pk, "sk": sk, **after.row()}
        return self.rows.putting(row, "version = :version", {":version": before.version})

    def _holding(self, id_: str, before: SyncedUser | None, after: SyncedUser | None) -> Parts:
        old, new = (
            f"{each.hold.place}#{id_}" if each and each.hold else None for each in (before, after)
        )
        pk = held_in(self.workspace_id)
        gone = {"not held": self.rows.deleting(pk, old, ALWAYS)} if old and old != new else {}
        come = (
            {"held": self.rows.putting({"pk": pk, "sk": new}, ALWAYS)} if new and old != new else {}
        )
        return {**gone, **come}

    def _naming(self, id_: str, before: SyncedUser | None, after: SyncedUser | None) -> Parts:
        old = user_name_key(self.workspace_id, before.user_name) if before else None
        new = user_name_key(self.workspace_id, after.user_name) if after else None
        parts: dict[str, Any] = {}
        mine = "id = :id", {":id": id_}
        if new is not None and new != old:
            row = {"pk": new[0], "sk": new[1], "id": id_}
            parts["user name"] = self.rows.putting(row, f"{NOT_THERE} OR {mine[0]}", mine[1])
        if old is not None and old != new:
            parts["old user name"] = self.rows.deleting(*old, f"{NOT_THERE} OR {mine[0]}", mine[1])
        return parts

    def _finding(self, id_: str, before: SyncedUser | None, after: SyncedUser | None) -> Parts:
        old, new = before.names if before else (), after.names if after else ()
        keys = {name: found_by(self.workspace_id, name) for name in (*old, *new)}
        come = {keys[each] for each in new} - {keys[each] for each in old}
        gone = {keys[each] for each in old} - {keys[each] for each in new}
        return {
            **{f"found {pk}": self.rows.putting({"pk": pk, "sk": id_}, ALWAYS) for pk in come},
            **{f"gone {pk}": self.rows.deleting(pk, id_, ALWAYS) for pk in gone},
        }
