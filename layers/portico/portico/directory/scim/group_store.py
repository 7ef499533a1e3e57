"""The rows of synced groups: each group, a row for each of its members, and what finds it.

A membership is two rows, one beside the group and one beside the user. They are written together with
the user's own row: so whoever reads what groups a user is in, and writes what follows from it under
the condition that the user is still the same, has seen every membership.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from portico.aws.queries import count_within, page_within
from portico.aws.tables import ALWAYS, MOST_AT_ONCE, NOT_THERE, Parts, Rows, get_many
from portico.directory.scim.synced_group import SyncedGroup
from portico.directory.scim.synced_user import caseless
from portico.directory.scim.user_store import MOST_OF_A_NAME, found_by
from portico.directory.store import in_group_key
from portico.ids import digest, is_random_part

MEMBER, _IN = "member#", "in#"
"""What memberships are called beside a group, and beside a user."""
_AT_ONCE = 1000
"""Members that one query reads."""


def group_key(workspace_id: str, id_: str) -> tuple[str, str]:
    """Return the key of a group."""
    return f"{workspace_id}#scim#{id_}", "group"


def member_key(workspace_id: str, group: str, user: str) -> tuple[str, str]:
    """Return the key of a membership, beside the group."""
    return f"{workspace_id}#scim#{group}", f"{MEMBER}{user}"


def group_name_key(workspace_id: str, name: str) -> tuple[str, str]:
    """Return the key that a group's name can have once in a workspace, in any case."""
    return f"{workspace_id}#scim-key#group#{digest(caseless(name))[:32]}", "group"


def reckoning_key(workspace_id: str) -> tuple[str, str]:
    """Return the key of the row that says how far a workspace's reckoning is."""
    return f"{workspace_id}#directory", "reckoning"


def groups_listed_in(workspace_id: str) -> str:
    """Return the partition that lists all groups by their ids."""
    return f"{workspace_id}#scim-groups"


@dataclass(frozen=True, slots=True)
class SyncedGroups:
    """The synced groups of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def get(self, id_: str) -> SyncedGroup | None:
        """Read a group; ``None``: there is none of this id, or it was deleted."""
        if not is_random_part(id_):
            return None
        row = self.rows.get(*group_key(self.workspace_id, id_))
        return SyncedGroup.from_row(row) if row else None

    def many(self, ids: Iterable[str]) -> list[SyncedGroup]:
        """Read up to a hundred groups in one call, without those that are gone."""
        wanted = [(self.rows, *group_key(self.workspace_id, each)) for each in ids]
        rows = get_many(wanted, consistent=True) if wanted else []
        return [SyncedGroup.from_row(row) for row in rows if row]

    def found(self, name: str, value: str) -> list[SyncedGroup]:
        """Find groups by one comparison, by a key."""
        match name:
            case "id":
                group = self.get(value)
                return [group] if group else []
            case "displayName":
                row = self.rows.get(*group_name_key(self.workspace_id, value))
                return self.many([row["id"]]) if row else []
            case "externalId":
                pk = found_by(self.workspace_id, f"group-external|{value}")
                rows, _ = page_within(self.rows, pk, size=MOST_OF_A_NAME)
                return self.many(row["sk"] for row in rows)
            case _:
                some = list(self.groups_of(value)) if is_random_part(value) else []
                read = batched(some, MOST_AT_ONCE, strict=False)
                return [each for ids in read for each in self.many(ids)]

    def count(self) -> int:
        """Count all groups."""
        return count_within(self.rows, groups_listed_in(self.workspace_id))[0]

    def id_at(self, place: int) -> str | None:
        """Return the id of the group at a place of the list, from 1; ``None``: it is shorter."""
        return count_within(self.rows, groups_listed_in(self.workspace_id), most=place)[1]

    def page(self, *, after: str, size: int) -> tuple[list[SyncedGroup], str | None]:
        """Return a page of the list, and the id that it ends with; ``None``: it is the last."""
        pk = groups_listed_in(self.workspace_id)
        rows, last = page_within(self.rows, pk, after=after, size=size)
        return self.many(row["sk"] for row in rows), last

    def members(self, group: str, *, most: int) -> list[str] | None:
        """Return the ids of a group's members, in one query; ``None``: they are more than *most*."""
        pk = group_key(self.workspace_id, group)[0]
        rows, _ = page_within(self.rows, pk, starting=MEMBER, size=most + 1)
        found = [row["sk"].removeprefix(MEMBER) for row in rows]
        return found if len(found) <= most else None

    def all_members(self, group: str) -> Iterator[str]:
        """Yield the ids of all members of a group."""
        yield from self._walk(group_key(self.workspace_id, group)[0], MEMBER)

    def count_members_up_to(self, group: str, most: int) -> tuple[int, bool]:
        """Count the members of a group up to a bound, and say whether there are no more."""
        pk = group_key(self.workspace_id, group)[0]
        # The group's own row is one of its partition.
        counted, last = count_within(self.rows, pk, most=most + 1)
        return max(0, counted - 1), last is None

    def count_members(self, group: str) -> int:
        """Count the members of a group."""
        pk = group_key(self.workspace_id, group)[0]
        # The group's own row is one of its partition.
        return max(0, count_within(self.rows, pk)[0] - 1)

    def groups_of(self, user: str) -> Iterator[str]:
        """Yield the ids of all groups that a user is in."""
        yield from self._walk(f"{self.workspace_id}#scim#{user}", _IN)

    def members_among(self, group: str, users: Iterable[str]) -> set[str]:
        """Return who of *users* is in a group."""
        return {user for user, _ in self.memberships([(user, group) for user in users])}

    def memberships(self, wanted: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return which of *wanted*, each a user and a group, are memberships."""
        found = set()
        for some in batched(wanted, MOST_AT_ONCE, strict=False):
            keys = [
                (self.rows, *in_group_key(self.workspace_id, group, user)) for user, group in some
            ]
            rows = get_many(keys, consistent=True)
            found |= {each for each, row in zip(some, rows, strict=True) if row}
        return found

    def joining(self, group: str, user: str) -> Parts:
        """Return the parts of a transaction that make a user a member."""
        beside, of_user = (
            key(self.workspace_id, group, user) for key in (member_key, in_group_key)
        )
        return {
            f"member {user}": self.rows.putting(
                dict(zip(("pk", "sk"), beside, strict=True)), ALWAYS
            ),
            f"in {user}": self.rows.putting(dict(zip(("pk", "sk"), of_user, strict=True)), ALWAYS),
        }

    def parting(self, group: str, user: str) -> Parts:
        """Return the parts of a transaction that end a membership."""
        return {
            f"member {user}": self.rows.deleting(
                *member_key(self.workspace_id, group, user), ALWAYS
            ),
            f"in {user}": self.rows.deleting(*in_group_key(self.workspace_id, group, user), ALWAYS),
        }

    def touching(self, before: SyncedGroup, after: SyncedGroup) -> dict[str, Any]:
        """Return the part of a transaction that writes whether somebody may join a group, and nothing
        by which it is found.

        It is refused if the group was changed since *before* was read.
        """
        pk, sk = group_key(self.workspace_id, after.id)
        row = {"pk": pk, "sk": sk, **after.row()}
        return self.rows.putting(row, "version = :version", {":version": before.version})

    def moving(
        self, before: SyncedGroup | None, after: SyncedGroup | None, event: dict[str, Any]
    ) -> Parts:
        """Return the parts of a transaction that lead from one state of a group to another.

        Those that can refuse are ``group``, if it was changed since *before* was read, and
        ``group name``, if it is another group's.

        Args:
            before: as it was; ``None``: it is new.
            after: as it will be; ``None``: it is deleted.
            event: the line of the trail.
        """
        id_ = next(each.id for each in (after, before) if each)
        pk, sk = group_key(self.workspace_id, id_)
        condition, values = NOT_THERE, {}
        if before is not None:
            condition, values = "version = :version", {":version": before.version}
        listed = groups_listed_in(self.workspace_id)
        parts: dict[str, Any] = {}
        if after is None:
            parts["group"] = self.rows.deleting(pk, sk, condition, values)
            # The stream's line comes with a write, and the row that it was with is gone.
            parts["listed"] = self.rows.deleting(listed, id_, ALWAYS)
        else:
            row = {"pk": pk, "sk": sk, **after.row(), "event": event}
            parts["group"] = self.rows.putting(row, condition, values)
            if before is None:
                parts["listed"] = self.rows.putting({"pk": listed, "sk": id_}, ALWAYS)
        return {**parts, **self._naming(id_, before, after), **self._finding(id_, before, after)}

    def _naming(self, id_: str, before: SyncedGroup | None, after: SyncedGroup | None) -> Parts:
        old = group_name_key(self.workspace_id, before.name) if before else None
        new = group_name_key(self.workspace_id, after.name) if after else None
        mine, values = f"{NOT_THERE} OR id = :id", {":id": id_}
        parts: dict[str, Any] = {}
        if new is not None and new != old:
            row = {"pk": new[0], "sk": new[1], "id": id_}
            parts["group name"] = self.rows.putting(row, mine, values)
        if old is not None and old != new:
            parts["old group name"] = self.rows.deleting(*old, mine, values)
        return parts

    def _finding(self, id_: str, before: SyncedGroup | None, after: SyncedGroup | None) -> Parts:
        ids = [each.external_id if each else None for each in (before, after)]
        if ids[0] == ids[1]:
            return {}
        old, new = (
            found_by(self.workspace_id, f"group-external|{each}") if each else None for each in ids
        )
        gone = {"gone": self.rows.deleting(old, id_, ALWAYS)} if old else {}
        come = {"found": self.rows.putting({"pk": new, "sk": id_}, ALWAYS)} if new else {}
        return {**gone, **come}

    def _walk(self, pk: str, starting: str) -> Iterator[str]:
        after: str | None = ""
        while after is not None:
            rows, after = page_within(self.rows, pk, starting=starting, after=after, size=_AT_ONCE)
            yield from (row["sk"].removeprefix(starting) for row in rows)
