"""What a team does with workspaces: create and change them, and their front entrance with them.

The front entrance is the link that a workspace's address alone opens. It is a shared link whose
token is ``ent_<workspace>``, so every door takes it as it takes any link.
"""

from dataclasses import dataclass, replace
from typing import Any

from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.errors import NotFound, Refused, TryLater
from portico.events import Event
from portico.links.rules import front_token, public_id
from portico.links.store import Links
from portico.people.flow import TeamPeople
from portico.people.rules import Workspace
from portico.people.setting_changes import (
    SETTINGS,
    SettingChange,
    SettingChangeLog,
    differing,
)
from portico.people.store import People
from portico.people.workspace_words import WORDS_FIELDS, WorkspaceWords

FRONT_LABEL = "Front entrance"
CHANGE_TRIES = 5
"""Tries, because a colleague may change something else of the workspace at the same moment."""


class WrittenMeanwhile(Refused):
    """Something of the workspace was changed since it was read. Nothing was written."""


@dataclass(frozen=True, slots=True)
class TeamWorkspaces:
    """Creates and changes workspaces, each together with its front entrance."""

    people_table: str
    clock: Clock = SYSTEM

    @property
    def team(self) -> TeamPeople:
        """What a team does with the workspace's own rows."""
        return TeamPeople(self.people_table, self.clock)

    def create(
        self,
        workspace: Workspace,
        *,
        by: str,
        words: dict[str, Any] | None = None,
        also: Parts | None = None,
    ) -> Workspace:
        """Create a workspace, and its front entrance if *workspace* has one.

        Raises:
            InvalidRequest: the id is not allowed.
            TakenAlready: a workspace has this id.
        """
        entrance = self._entrance(workspace, by, is_open=True) if workspace.entrance else {}
        also = {**entrance, **(also or {})}
        return self.team.create_workspace(workspace, words=words, by=by, also=also)

    def change(self, workspace_id: str, changes: dict[str, Any], *, by: str) -> Workspace:
        """Change settings and words of a workspace. The caller has checked the values.

        Raises:
            NotFound: there is no such workspace.
            TryLater: colleagues were faster each time.
        """
        for _ in range(CHANGE_TRIES):
            # The settings first: whatever is written after that makes the write fail.
            before = self.team.workspace(workspace_id)
            words = self.team.words(workspace_id)
            change = self.changed(before, words, changes, by=by)
            if not change.after:
                return before
            try:
                return self.write(before, change)
            except WrittenMeanwhile:
                continue
        raise TryLater(cause="the workspace was changed meanwhile")

    def changed(
        self, before: Workspace, words: WorkspaceWords, changes: dict[str, Any], *, by: str
    ) -> SettingChange:
        """Return what *changes* change, which may be nothing."""
        now = values_of(before, words)
        was, becomes = differing(now, changes)
        return SettingChange.made(SETTINGS, was, becomes, by=by, at=self.clock.now())

    def write(
        self, before: Workspace, change: SettingChange, *, also: Parts | None = None
    ) -> Workspace:
        """Write a change of settings and words in one transaction, and return the settings.

        Args:
            before: the settings as they were read.
            change: what changes.
            also: further parts of the same transaction.

        Raises:
            WrittenMeanwhile: *before* is not what is there.
            NotFound: the workspace is gone.
            TryLater: DynamoDB is out of reach.
        """
        words = {name: value for name, value in change.after.items() if name in WORDS_FIELDS}
        settings = {name: change.after[name] for name in change.after.keys() - words.keys()}
        if "directory_groups" in settings:
            # Versions only rise: a rule that comes back is another one, since people came meanwhile.
            settings["groups_ruled_at"] = before.version + 1
        people = People(self.people_table, before.id)
        after = replace(before, **settings, version=before.version + 1)
        entrance: Parts = {}
        if "entrance" in settings:
            entrance = self._entrance(before, change.by, is_open=settings["entrance"])
        log = SettingChangeLog(self.people_table, before.id)
        line = change.event("workspace.changed", after)
        parts = {
            **people.changing(before, settings, words),
            **entrance,
            "change": log.adding(change, line),
            **(also or {}),
        }
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            # A repeat finds its own row: the first one went through, and its answer was lost.
            if "change" not in refused.failed:
                raise (WrittenMeanwhile if refused.rows else NotFound) from None
        return after

    def _entrance(self, workspace: Workspace, by: str, *, is_open: bool) -> Parts:
        # Setting and link are written in one transaction, so the doors only look at the link.
        token, now = front_token(workspace.id), self.clock.now()
        link = public_id(token)
        event = Event(
            "link.created" if is_open else "link.revoked",
            now,
            f"link-{link}",
            workspace.trail_days,
            by,
            detail={"link": link, "kind": "entrance", "label": FRONT_LABEL},
        )
        part = Links(self.people_table, workspace.id).entrance(
            token, label=FRONT_LABEL, portal=None, is_open=is_open, at=now, event=event
        )
        return {"entrance": part}


def values_of(workspace: Workspace, words: WorkspaceWords) -> dict[str, Any]:
    """Return settings and words by their names."""
    return workspace.row() | {name: getattr(words, name) for name in WORDS_FIELDS}
