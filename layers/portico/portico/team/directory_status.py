"""How a workspace's directory is doing: who syncs, how many people there are, and what goes wrong.

It reads what is there, up to a bound, and says so where it stopped. It writes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.tables import Rows, get_many
from portico.clock import SYSTEM, Clock, epoch, moment
from portico.directory.file_sources import FileSource, file_sources
from portico.directory.scim.group_store import SyncedGroups, reckoning_key
from portico.directory.scim.refusals import LastRefusal, last_refusals
from portico.directory.scim.synced_group import SyncedGroup
from portico.directory.scim.user_store import SyncedUsers
from portico.directory.scim.walk_state import ReckoningWalk, walk_of
from portico.directory.store import Directory, last_import_key
from portico.people.rules import Workspace
from portico.team.caller_uses import last_uses
from portico.team.mass_departure import LEAVING_ROW_AFTERLIFE, LEAVING_WINDOW, leaving_key
from portico.team.workspace_key import Scope, WorkspaceKey
from portico.team.workspace_keys import WorkspaceKeys

MOST_COUNTED = 50_000
"""People that one count reads: six queries, as many as a large company has."""
MOST_GROUPS_NAMED = 100
"""Groups that are named: a read of each."""
MOST_MEMBERS_COUNTED = 1000
"""Members of a group that one count reads."""


@dataclass(frozen=True, slots=True)
class SyncingKey:
    """A key with which a directory comes."""

    key: WorkspaceKey
    used_at: datetime | None
    """To the hour; ``None``: not within thirty days."""
    refusal: LastRefusal | None


@dataclass(frozen=True, slots=True)
class DecidingGroup:
    """A group that lets people in."""

    id: str
    name: str | None
    """``None``: the directory has deleted it, and it lets nobody in."""
    members: int
    is_complete: bool
    """Whether these are all."""


@dataclass(frozen=True, slots=True)
class ReckoningProgress:
    """How far a change of the groups that let people in has come."""

    walk: ReckoningWalk
    since: datetime | None
    reached: int | None
    """People whom the walk has reached, at most as many as are counted; ``None``: none is going."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """How many have left since the first of them, within an hour."""

    gone: int
    active: int | None
    """How many were active when it began; ``None``: so few have left that nobody has counted."""
    since: datetime
    told_at: datetime | None
    """When owners were told that they are many."""


@dataclass(frozen=True, slots=True)
class DirectoryStatus:
    """What a team sees of its directory."""

    keys: list[SyncingKey]
    people: int
    active: int
    is_complete: bool
    """Whether all people were counted."""
    files: list[FileSource]
    has_all_files: bool
    last_import: datetime | None
    groups: list[SyncedGroup]
    has_all_groups: bool
    deciding: list[DecidingGroup]
    reckoning: ReckoningProgress | None
    leaving: Leaving | None


@dataclass(frozen=True, slots=True)
class DirectoryReader:
    """Reads how one workspace's directory is doing."""

    people_table: str
    sign_in_table: str
    workspace: Workspace
    clock: Clock = SYSTEM

    def status(self) -> DirectoryStatus:
        """Read it.

        Raises:
            TryLater: DynamoDB is out of reach.
        """
        users = SyncedUsers(self.people_table, self.workspace.id)
        people, active, is_complete = users.tally(most=MOST_COUNTED)
        directory = Directory(self.people_table, self.workspace.id)
        files, has_all_files = file_sources(directory)
        groups, last = self._groups.page(after="", size=MOST_GROUPS_NAMED)
        reckoning, last_import, leaving = self._single_rows()
        return DirectoryStatus(
            keys=self._keys(),
            people=people,
            active=active,
            is_complete=is_complete,
            files=files,
            has_all_files=has_all_files,
            last_import=moment(last_import["at"]) if last_import else None,
            groups=sorted(groups, key=lambda each: each.name.casefold()),
            has_all_groups=last is None,
            deciding=list(self._deciding(groups)),
            reckoning=self._reckoning(reckoning, users),
            leaving=self._leaving(leaving),
        )

    def _keys(self) -> list[SyncingKey]:
        keys = WorkspaceKeys(self.people_table, self.sign_in_table).of(self.workspace)
        found = [each for each in keys if Scope.SCIM in each.scopes]
        ids, id_ = [each.id for each in found], self.workspace.id
        used = last_uses(self.sign_in_table, id_, ids)
        refused = last_refusals(self.sign_in_table, id_, ids)
        return [SyncingKey(each, used.get(each.id), refused.get(each.id)) for each in found]

    def _single_rows(self) -> list[dict[str, Any] | None]:
        id_ = self.workspace.id
        people, sign_in = (
            Rows(table, f"{id_}#") for table in (self.people_table, self.sign_in_table)
        )
        keys = [(people, *reckoning_key(id_)), (people, *last_import_key(id_))]
        return get_many([*keys, (sign_in, *leaving_key(id_))], consistent=False)

    def _deciding(self, known: list[SyncedGroup]) -> Iterable[DecidingGroup]:
        wanted = self.workspace.directory_groups
        found = {each.id: each for each in known}
        if missing := [each for each in wanted if each not in found]:
            found |= {each.id: each for each in self._groups.many(missing)}
        for id_ in wanted:
            group = found.get(id_)
            members, is_all = (
                self._groups.count_members_up_to(id_, MOST_MEMBERS_COUNTED) if group else (0, True)
            )
            yield DecidingGroup(id_, group.name if group else None, members, is_all)

    def _reckoning(
        self, row: dict[str, Any] | None, users: SyncedUsers
    ) -> ReckoningProgress | None:
        if not self.workspace.groups_ruled_at:
            return None
        walk = walk_of(row, self.workspace.groups_ruled_at)
        if row is None or walk is ReckoningWalk.TO_COME:
            return ReckoningProgress(walk, None, None)
        since, reached = moment(row["since"]), None
        if walk is not ReckoningWalk.DONE:
            after = row["after"]
            reached = users.tally(most=MOST_COUNTED, until=after)[0] if after else 0
        return ReckoningProgress(walk, since, reached)

    def _leaving(self, row: dict[str, Any] | None) -> Leaving | None:
        lately = epoch(self.clock.now() - LEAVING_WINDOW - LEAVING_ROW_AFTERLIFE)
        if row is None or row["since"] <= lately:
            return None
        told = row.get("told_at")
        since = moment(row["since"])
        return Leaving(row["gone"], row.get("active"), since, moment(told) if told else None)

    @property
    def _groups(self) -> SyncedGroups:
        return SyncedGroups(self.people_table, self.workspace.id)
