"""``portico directory held``, ``leave`` and ``keep``: whose access is held, and what becomes of them."""

from typing import Annotated, Any

import typer

from cli.command import Command, running, workspace_of
from cli.output import Shown
from cli.refusals import NotUnderstood, Refusal
from cli.shared_options import AsJson, Local, Stack, WorkspaceId
from portico.directory.scim.held_people import HeldDecision, HeldOutcome, HeldPeople
from portico.directory.scim.sync import DirectorySync
from portico.directory.scim.synced_user import SyncedUser
from portico.people.rules import Workspace
from portico.team.held_notices import telling_of_kept

PAGE = 100
Users = Annotated[
    list[str] | None, typer.Argument(metavar="[USER]...", help="Ids, as the list has them.")
]
All = Annotated[bool, typer.Option("--all", help="All who are held now.")]
SAID = {
    HeldOutcome.LEFT: "out",
    HeldOutcome.KEPT: "stays until the directory says something new",
    HeldOutcome.PASSED: "out: the moment had passed",
    HeldOutcome.NOT_HELD: "not held",
}


def held(
    workspace_id: WorkspaceId, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """List whose access is held because a directory puts many out, and whom the team keeps."""
    with running(stack, local, as_json, {}) as command:
        workspace = workspace_of(command, workspace_id)
        rows = [_row(each) for each in _listed(_people(command, workspace))]
        command.list(f"Held in {workspace.name}'s directory", rows, people=rows)


def leave(
    workspace_id: WorkspaceId,
    users: Users = None,
    *,
    all_: All = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Let people leave whose access is held, or whom the team keeps: they are out at once."""
    with running(stack, local, as_json, {}) as command:
        _decide(command, workspace_id, HeldDecision.LEAVE, users, all_=all_)


def keep(
    workspace_id: WorkspaceId,
    users: Users = None,
    *,
    all_: All = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Keep people in whose access is held, until the directory says something new of them.

    All owners are told by mail.
    """
    with running(stack, local, as_json, {}) as command:
        _decide(command, workspace_id, HeldDecision.KEEP, users, all_=all_)


def _decide(
    command: Command,
    workspace_id: str,
    decision: HeldDecision,
    users: list[str] | None,
    *,
    all_: bool,
) -> None:
    if bool(users) == all_:
        raise NotUnderstood("Name people by their ids, or --all, and not both.")
    workspace = workspace_of(command, workspace_id)
    people = _people(command, workspace)
    named = users or [
        each.id for each in _listed(people) if each.hold is not None and not each.hold.is_kept
    ]
    rows: list[dict[str, Shown]] = []
    for each in dict.fromkeys(named):
        outcome = people.decide(decision, each, lambda user: _telling(command, workspace, user))
        rows.append({"id": each, "outcome": outcome.value, "is": SAID[outcome]})
    if users and all(each["outcome"] == HeldOutcome.NOT_HELD.value for each in rows):
        raise Refusal(f"None of them is held. portico directory held {workspace.id} lists who is.")
    command.list(f"Held in {workspace.name}'s directory", rows, people=rows)


def _telling(command: Command, workspace: Workspace, user: SyncedUser) -> Any:
    deployment = command.deployment
    return telling_of_kept(
        (deployment.people_table, deployment.sign_in_table),
        workspace,
        user,
        who=command.by,
        by=command.by,
        host=command.host,
        at=command.now(),
    )


def _people(command: Command, workspace: Workspace) -> HeldPeople:
    return HeldPeople(DirectorySync(command.deployment.people_table, workspace, command.by))


def _listed(people: HeldPeople) -> list[SyncedUser]:
    found: list[SyncedUser] = []
    after: str | None = ""
    while after is not None:
        page, after = people.page(after=after, size=PAGE)
        found += page
    return found


def _row(user: SyncedUser) -> dict[str, Shown]:
    hold = user.hold
    if hold is None:
        raise ValueError(user.id)
    return {
        "id": user.id,
        "state": "kept" if hold.is_kept else "held",
        "user_name": user.user_name,
        "why": "groups" if user.active else "inactive",
        "contacts": sorted(hold.contacts),
        "by": hold.by,
        "since": hold.since,
        "until": None if hold.is_kept else hold.until,
        "kept_at": hold.kept_at,
        "kept_by": hold.kept_by,
    }
