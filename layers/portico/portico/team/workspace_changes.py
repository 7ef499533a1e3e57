"""Change the settings, words and logo of a workspace, for the command and for its team."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from portico.aws.tables import ALWAYS, Parts
from portico.clock import SYSTEM, Clock, epoch
from portico.errors import ChangedSince, TryLater
from portico.links.team_workspaces import (
    CHANGE_TRIES,
    TeamWorkspaces,
    WrittenMeanwhile,
    values_of,
)
from portico.mail.letters import Change
from portico.people.rules import Workspace
from portico.people.setting_changes import (
    CHANGE_UNDO_LIFETIME,
    SettingChange,
    SettingChangeLog,
)
from portico.people.store import (
    People,
    logo_key,
    logo_row,
    words_key,
    workspace_now,
)
from portico.people.words_rules import WORDS_RULES, checked_words
from portico.people.workspace_settings import SETTING_RULES, SettingsRefused, checked, demand_known
from portico.people.workspace_words import WORDS_FIELDS, WorkspaceWords
from portico.team.owner_notices import OwnerNotices
from portico.team.weaknesses import WEAKENS, told, weakened

OF_OTHERS = ("id", "version", "groups_ruled_at", "connections", "portals")
"""Fields of the settings row that are no settings: they are written by rules of their own."""
SETTABLE = {
    name: rule for name, rule in (SETTING_RULES | WORDS_RULES).items() if name not in OF_OTHERS
}
"""What a team may change."""
FORMER_LOGO_AFTERLIFE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change that is allowed, and was not made yet."""

    workspace: Workspace
    words: WorkspaceWords
    change: SettingChange
    also: Parts

    @property
    def weakens(self) -> list[str]:
        """The settings by which it weakens."""
        return weakened(WEAKENS, self.change.before, self.change.after)


@dataclass(frozen=True, slots=True)
class WorkspaceChanges:
    """Changes workspaces of a deployment, and tells their owners what weakens them."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def workspace(self, workspace_id: str) -> Workspace:
        """Read the settings of a workspace.

        Raises:
            NotFound: there is no such workspace.
        """
        return workspace_now(self.people_table, workspace_id)

    def read(
        self, workspace: Workspace, change: str = ""
    ) -> tuple[Workspace, WorkspaceWords, SettingChange | None]:
        """Read the words that belong to *workspace*, and a change that can still be undone.

        Both rows are of one state: if the words are newer than the settings that were read, the
        settings are read again.

        Args:
            workspace: the settings, as they were read.
            change: the id of a change.
        """
        people = People(self.people_table, workspace.id)
        log = SettingChangeLog(self.people_table, workspace.id)
        for _ in range(CHANGE_TRIES):
            row, *rows = people.read(words_key(workspace.id), *log.keys(change))
            if row is None or row.get("version", 0) <= workspace.version:
                found = log.found(rows, at=self.clock.now())
                return workspace, WorkspaceWords.from_row(row), found
            workspace = self.workspace(workspace.id)
        raise TryLater(cause="the workspace was changed meanwhile")

    def plan(
        self, workspace: Workspace, words: WorkspaceWords, wanted: dict[str, Any], *, by: str
    ) -> PlannedChange:
        """Check a change, and return it with all that it will write. Nothing is written yet.

        Args:
            workspace: the settings as they were read.
            words: the words, read after them.
            wanted: settings and words with their new values, and no others.
            by: who changes them.

        Raises:
            SettingsRefused: one or more values are not allowed; it names all of them.
        """
        demand_known(SETTABLE, wanted)
        said = {name: value for name, value in wanted.items() if name in WORDS_FIELDS}
        rest = {name: value for name, value in wanted.items() if name not in said}
        after = _checked(workspace, rest, words, said)
        changes = {name: after[name] for name in wanted}
        change = self._workspaces.changed(workspace, words, changes, by=by)
        return PlannedChange(workspace, words, change, {})

    def plan_logo(
        self, workspace: Workspace, words: WorkspaceWords, png: bytes, *, by: str
    ) -> PlannedChange:
        """Plan another logo, which :func:`portico.people.logos.checked` has let through.

        The picture before is kept as long as the change can be undone.
        """
        people = People(self.people_table, workspace.id)
        row = logo_row(workspace.id, png)
        plan = self.plan(workspace, words, {"logo": row["digest"]}, by=by)
        parts = {"logo": people.rows.putting(row, ALWAYS), **self._keeping_former(workspace)}
        return PlannedChange(workspace, words, plan.change, parts if plan.change.after else {})

    def plan_undo(
        self, workspace: Workspace, words: WorkspaceWords, change: SettingChange, *, by: str
    ) -> PlannedChange:
        """Plan to bring back the values before a change of settings.

        Raises:
            ChangedSince: what it has set was changed since, or the logo before is gone.
            SettingsRefused: the values are not allowed any more.
        """
        since = change.changed_since(values_of(workspace, words))
        if since:
            raise ChangedSince(tuple(sorted(since)))
        plan = self.plan(workspace, words, change.before, by=by)
        also = self._former_logo(workspace, change.before.get("logo"))
        undo = replace(plan.change, undoes=change.id)
        return PlannedChange(workspace, words, undo, also)

    def write(self, plan: PlannedChange, *, host: str) -> Workspace:
        """Make a planned change, and return the settings. Without any difference nothing is written.

        Raises:
            WrittenMeanwhile: something of the workspace was changed since it was read.
            NotFound: the workspace is gone.
            TryLater: nothing has changed.
        """
        if not plan.change.after:
            return plan.workspace
        also = {**plan.also, **self._telling(plan, host)}
        return self._workspaces.write(plan.workspace, plan.change, also=also)

    def change(
        self,
        workspace_id: str,
        wanted: Callable[[Workspace, WorkspaceWords], dict[str, Any]],
        *,
        png: bytes | None = None,
        host: str,
        by: str,
    ) -> tuple[Workspace, SettingChange]:
        """Change settings as somebody says who sees them as they are now, and read again if needed.

        Args:
            workspace_id: the workspace.
            wanted: returns what is to change.
            png: another logo.
            host: our own host, which the mails name.
            by: who does it.

        Raises:
            NotFound: there is no such workspace.
            SettingsRefused: one or more values are not allowed.
            TryLater: nothing has changed.
        """
        for _ in range(CHANGE_TRIES):
            workspace, words, _ = self.read(self.workspace(workspace_id))
            plan = self.plan(workspace, words, wanted(workspace, words), by=by)
            if png is not None:
                plan = self._with_logo(plan, png, by=by)
            try:
                return self.write(plan, host=host), plan.change
            except WrittenMeanwhile:
                continue
        raise TryLater(cause="the workspace was changed meanwhile")

    def _with_logo(self, plan: PlannedChange, png: bytes, *, by: str) -> PlannedChange:
        logo = self.plan_logo(plan.workspace, plan.words, png, by=by)
        wanted = plan.change.after | logo.change.after
        both = self.plan(plan.workspace, plan.words, wanted, by=by)
        return PlannedChange(plan.workspace, plan.words, both.change, logo.also)

    def _keeping_former(self, workspace: Workspace) -> Parts:
        people = People(self.people_table, workspace.id)
        (shown,) = people.read(logo_key(workspace.id))
        is_shown = shown is not None and shown["digest"] == workspace.logo
        return self._former(workspace, shown) if shown and is_shown else {}

    def _former(self, workspace: Workspace, shown: dict[str, Any]) -> Parts:
        ends = self.clock.now() + CHANGE_UNDO_LIFETIME
        row = shown | {
            "sk": former_logo(shown["digest"]),
            "expires_at": epoch(ends),
            "ttl": epoch(ends + FORMER_LOGO_AFTERLIFE),
        }
        rows = People(self.people_table, workspace.id).rows
        return {"former logo": rows.putting(row, ALWAYS)}

    def _former_logo(self, workspace: Workspace, logo: str | None) -> Parts:
        if logo is None:
            return {}
        people = People(self.people_table, workspace.id)
        pk, sk = logo_key(workspace.id)
        shown, former = people.read((pk, sk), (pk, former_logo(logo)))
        if shown is not None and shown["digest"] == logo:
            return {}
        if former is None or epoch(self.clock.now()) >= former["expires_at"]:
            raise ChangedSince(("logo",))
        row = logo_row(workspace.id, former["png"])
        parts: Parts = {"logo": people.rows.putting(row, ALWAYS)}
        return {**parts, **(self._former(workspace, shown) if shown else {})}

    def _telling(self, plan: PlannedChange, host: str) -> Parts:
        weakens, change = plan.weakens, plan.change
        if not weakens:
            return {}
        notices = OwnerNotices(self.people_table, self.sign_in_table, plan.workspace, host)
        event = change.event("workspace.changed", plan.workspace)
        said = told(weakens, change.before, change.after)
        return notices.telling(event, said, change=Change.SETTINGS_CHANGED)

    @property
    def _workspaces(self) -> TeamWorkspaces:
        return TeamWorkspaces(self.people_table, self.clock)


def former_logo(digest: str) -> str:
    """Return the sort key of a logo that was replaced."""
    return f"was#{digest}"


def _checked(
    workspace: Workspace, wanted: dict[str, Any], words: WorkspaceWords, said: dict[str, Any]
) -> dict[str, Any]:
    """Return all values, or say everything that is wrong at once."""
    values: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    try:
        values |= checked(workspace, wanted).row()
    except SettingsRefused as refused:
        problems += refused.problems
    try:
        values |= asdict(checked_words(words, said))
    except SettingsRefused as refused:
        problems += refused.problems
    if problems:
        raise SettingsRefused(tuple(problems))
    return values
