"""The routes of a workspace's settings: what they are, were, and become."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from portico.clock import SYSTEM, Clock, epoch
from portico.edge.cursors import cursor_at, page_size_of, place_of
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess, demand_match
from portico.errors import InvalidRequest, NotFound, TryLater
from portico.events import Caller
from portico.ids import digest
from portico.links.team_workspaces import CHANGE_TRIES, WrittenMeanwhile, values_of
from portico.people import logos
from portico.people.rules import Workspace
from portico.people.setting_changes import SETTINGS, SettingChange, SettingChangeLog
from portico.people.workspace_settings import SettingsRefused
from portico.people.workspace_words import WorkspaceWords
from portico.settings import ManageWorkspaceSettings
from portico.team.planned_changes import ThingChange
from portico.team.rules import Action
from portico.team.team_caller import TeamCaller
from portico.team.workspace_changes import PlannedChange, WorkspaceChanges

NOT_SHOWN = ("version", "groups_ruled_at", "connections", "portals")
"""Attributes of the settings row that have routes of their own, or none."""

type ThingPlan[T] = tuple[T, ThingChange]
type ThingUndo = Callable[[TeamCaller, SettingChange, Caller], Response]
type Planner = Callable[[Workspace, WorkspaceWords], PlannedChange]


@dataclass(frozen=True, slots=True)
class SettingsRoutes:
    """What the door answers about settings."""

    access: TeamAccess
    changes: WorkspaceChanges
    of_things: Mapping[str, ThingUndo]
    """What undoes a change of a portal or a connection, by its kind."""
    clock: Clock = SYSTEM

    @classmethod
    def behind(
        cls,
        access: TeamAccess,
        settings: ManageWorkspaceSettings,
        of_things: Mapping[str, ThingUndo],
    ) -> Self:
        """Make the routes from a door's settings."""
        changes = WorkspaceChanges(settings.people_table, settings.sign_in_table)
        return cls(access, changes, of_things)

    def show(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with the workspace's settings, to a member or to a key."""
        found = self.access.of_anyone(path, caller, Action.READ_SETTINGS)
        workspace, words, _ = self.changes.read(found.workspace)
        return _showing(workspace, words)

    def change(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Change the settings that were sent, and no others."""
        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)
        if wanted.get("logo") is not None:
            raise InvalidRequest("logo", "null, to take it away. PUT …/logo sets another")
        return self._write(
            member,
            caller,
            lambda workspace, words: self.changes.plan(workspace, words, wanted, by=member.by),
        )

    def set_logo(self, png: bytes, path: dict[str, str], caller: Caller) -> Response:
        """Set another logo."""
        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)
        picture = logos.checked(png)
        return self._write(
            member,
            caller,
            lambda workspace, words: self.changes.plan_logo(
                workspace, words, picture, by=member.by
            ),
        )

    def list_changes(self, asked: dict[str, str], caller: Caller) -> Response:
        """Answer with a page of the changes of the last thirty days, the newest first."""
        found = self.access.of_anyone(asked, caller, Action.READ_SETTINGS)
        workspace = found.workspace.id
        of, size = f"{workspace}|changes", page_size_of(asked.get("limit"))
        after = place_of(asked["cursor"], of=of)[0] if "cursor" in asked else ""
        log = SettingChangeLog(self.changes.people_table, workspace)
        page, last = log.page(after=after, size=size, at=self.clock.now())
        following = cursor_at([last], of=of) if last else None
        shown = [_change_answer(each) for each in page]
        return Response(200, {"changes": shown, "next": following})

    def undo(self, path: dict[str, str], caller: Caller) -> Response:
        """Bring back the values before a change of settings, a portal or a connection."""
        member = self.access.of_member(path, caller, Action.WRITE_SETTINGS)

        def planned(workspace: Workspace, words: WorkspaceWords) -> PlannedChange:
            return self.changes.plan_undo(workspace, words, found, by=member.by)

        workspace, words, change = self.changes.read(member.workspace, path["change"])
        if change is None:
            raise NotFound
        found = change
        kind = change.about.partition(":")[0]
        if kind != SETTINGS:
            return self.of_things[kind](member, change, caller)
        return self._write(member, caller, planned, (workspace, words))

    def _write(
        self,
        member: TeamCaller,
        caller: Caller,
        planned: Planner,
        read: tuple[Workspace, WorkspaceWords] | None = None,
    ) -> Response:
        """Make a change of the state that the caller has seen.

        Somebody else may be changing a portal or a connection at the same moment, which are
        guarded together with the settings. Then it is planned again, by what is there now.
        """
        for _ in range(CHANGE_TRIES):
            workspace, words = read or self.changes.read(member.workspace)[:2]
            now = _content(workspace, words)
            demand_match(caller, now["etag"], now)
            try:
                plan = planned(workspace, words)
            except SettingsRefused as refused:
                raise as_invalid(refused) from None
            if plan.weakens:
                member.standing.demand_fresh(at=self.clock.now())
            try:
                after = self.changes.write(plan, host=caller.host)
            except WrittenMeanwhile:
                read = self.changes.read(self.changes.workspace(workspace.id))[:2]
                continue
            return _showing(after, words.changed(plan.change.after), naming(plan.change))
        raise TryLater(cause="the workspace was changed meanwhile")


def naming(change: SettingChange | None) -> dict[str, Any]:
    """Return the member of an answer that names a change, so that it can be undone at once. There
    is none if nothing differed.
    """
    return {"change": change.id} if change and change.fields else {}


def as_invalid(refused: SettingsRefused) -> InvalidRequest:
    """Return the refusal of a body whose members are not allowed."""
    # Names that somebody made up are cut: an answer need not be as long as the question.
    (field, reason), *others = [(field[:64], reason) for field, reason in refused.problems[:20]]
    return InvalidRequest(field, reason, others=tuple(others))


def allowed_by[T](
    member: TeamCaller, planned: Callable[[Workspace], ThingPlan[T]], clock: Clock
) -> Callable[[Workspace], ThingPlan[T]]:
    """Return *planned* with what every change of a team's asks for: values that are allowed, and
    for one that weakens the workspace a young sign-in.
    """

    def allowed(workspace: Workspace) -> ThingPlan[T]:
        try:
            made, plan = planned(workspace)
        except SettingsRefused as refused:
            raise as_invalid(refused) from None
        if plan.weakens:
            member.standing.demand_fresh(at=clock.now())
        return made, plan

    return allowed


def etag_of(values: dict[str, Any]) -> str:
    """Return the ``ETag`` of a state: the same values have the same one.

    It is a whole digest: nobody finds two states with one, for an owner to look at the harmless one
    and confirm the other.
    """
    return f'"{digest(json.dumps(values, sort_keys=True))}"'


def _content(workspace: Workspace, words: WorkspaceWords) -> dict[str, Any]:
    values = values_of(workspace, words)
    shown = {name: value for name, value in values.items() if name not in NOT_SHOWN}
    return {"settings": shown, "etag": etag_of(shown)}


def _showing(
    workspace: Workspace, words: WorkspaceWords, more: dict[str, Any] | None = None
) -> Response:
    content = _content(workspace, words)
    return Response(200, content | (more or {}), {"etag": content["etag"]})


def _change_answer(change: SettingChange) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "id": change.id,
        "about": change.about,
        "at": epoch(change.at),
        "by": change.by,
        "before": change.before,
        "after": change.after,
    }
    return answer | ({"undoes": change.undoes} if change.undoes else {})
