"""A change of a portal or a connection that is allowed and was not made yet, and how it is made."""

from collections.abc import Callable
from dataclasses import dataclass

from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.errors import NotFound, TryLater
from portico.links.team_workspaces import CHANGE_TRIES, WrittenMeanwhile
from portico.mail.letters import Change
from portico.people.rules import Workspace
from portico.people.setting_changes import SettingChange, SettingChangeLog
from portico.people.store import workspace_now
from portico.team.owner_notices import OwnerNotices
from portico.team.weaknesses import told


@dataclass(frozen=True, slots=True)
class ThingChange:
    """A planned change of one portal or connection."""

    workspace: Workspace
    """As it was read. If anything of it was written since, the change is not made."""
    change: SettingChange
    name: str
    """Of its line, e.g. ``portal.changed``."""
    detail: dict[str, str]
    weakens: list[str]
    parts: Parts
    """What is written, but for the change's own row and the mails."""

    def whole(self, people_table: str) -> Parts:
        """Return what is written, with the change's own row, which says so in the trail."""
        workspace, change = self.workspace, self.change
        event = change.event(self.name, workspace, **self.detail)
        log = SettingChangeLog(people_table, workspace.id)
        return {**self.parts, "change": log.adding(change, event)}


@dataclass(frozen=True, slots=True)
class ThingChanges:
    """Makes planned changes, and tells owners what weakens their workspace."""

    people_table: str
    sign_in_table: str

    def make[T](
        self,
        workspace: Workspace,
        planned: Callable[[Workspace], tuple[T, ThingChange]],
        *,
        host: str,
    ) -> T:
        """Plan a change and make it. If a colleague was faster, plan it again by what is there now.

        Args:
            workspace: the workspace as it was read.
            planned: plans it, or refuses it; returns what it makes of the thing, and the plan.
            host: our own host, which the mails name.

        Raises:
            NotFound: the workspace is gone.
            TryLater: nothing has changed.
        """
        for _ in range(CHANGE_TRIES):
            made, plan = planned(workspace)
            try:
                self.write(plan, host=host)
            except WrittenMeanwhile:
                workspace = workspace_now(self.people_table, workspace.id)
                continue
            return made
        raise TryLater(cause="the workspace was changed meanwhile")

    def write(self, plan: ThingChange, *, host: str) -> None:
        """Make a planned change in one transaction. Without any difference nothing is written.

        Args:
            plan: the change.
            host: our own host, which the mails name.

        Raises:
            WrittenMeanwhile: something of the workspace was changed since it was read.
            NotFound: the workspace is gone.
            TryLater: nothing has changed.
        """
        if not plan.change.fields:
            return
        workspace, change = plan.workspace, plan.change
        parts = plan.whole(self.people_table)
        if plan.weakens:
            event = change.event(plan.name, workspace, **plan.detail)
            notices = OwnerNotices(self.people_table, self.sign_in_table, workspace, host)
            said = f"{change.about} – {told(plan.weakens, change.before, change.after)}"
            parts = {**parts, **notices.telling(event, said, change=Change.SETTINGS_CHANGED)}
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            # A repeat finds its own row: the first one went through, and its answer was lost.
            if "change" not in refused.failed:
                raise (WrittenMeanwhile if refused.rows else NotFound) from None
