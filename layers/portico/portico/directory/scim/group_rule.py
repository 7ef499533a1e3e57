"""Who may come in by their groups, where a workspace's setting names some of them.

It is resolved when something is written: a user says whether they are allowed, and by the rule of
which settings. What decides at sign-in is one attribute of the record.
"""

from dataclasses import dataclass, replace

from portico.directory.scim.group_store import SyncedGroups
from portico.directory.scim.synced_user import SyncedUser
from portico.errors import TryLater
from portico.people.rules import Workspace


@dataclass(frozen=True, slots=True)
class GroupRule:
    """The rule of one workspace, as its settings have it."""

    table: str
    workspace: Workspace

    @property
    def lets_everybody_in(self) -> bool:
        """Whether groups decide nothing."""
        return not self.workspace.directory_groups

    @property
    def at(self) -> int:
        """The version of the settings that made the rule; 0: groups have never decided anything."""
        return self.workspace.groups_ruled_at

    def is_due(self, user: SyncedUser) -> bool:
        """Say whether a user was reckoned by an older rule.

        Raises:
            TryLater: they were by a newer one. Whoever asks again reads that.
        """
        if user.ruled_at > self.at:
            raise TryLater(cause="directory groups: the rule has changed meanwhile")
        return user.ruled_at < self.at

    def reckoned(
        self, users: list[SyncedUser], *, joins: str | None = None, parts: str | None = None
    ) -> list[SyncedUser]:
        """Return *users* with what the rule says of them, each with the next version.

        Their memberships are read after they were: whoever writes them under the condition that
        they are still the same has missed none.

        Args:
            users: as they were read.
            joins: a group that they all join in the same transaction.
            parts: a group that they all leave in it.

        Raises:
            TryLater: a user was reckoned by a newer rule.
        """
        for each in users:
            self.is_due(each)
        allowed = self._allowed(users, joins, parts)
        return [
            replace(each, version=each.version + 1, allowed=each.id in allowed, ruled_at=self.at)
            for each in users
        ]

    def _allowed(self, users: list[SyncedUser], joins: str | None, parts: str | None) -> set[str]:
        named = self.workspace.directory_groups
        if self.lets_everybody_in or joins in named:
            return {each.id for each in users}
        asked = [(user.id, group) for user in users for group in named if group != parts]
        groups = SyncedGroups(self.table, self.workspace.id)
        return {user for user, _ in groups.memberships(asked)}
