"""What a directory syncs, for ``portico directory`` and for the setting that names groups."""

from typing import Any

from cli.command import Command
from cli.output import Shown
from cli.refusals import Refusal
from portico.directory.scim.group_store import SyncedGroups
from portico.directory.scim.group_walk import GroupReckoning
from portico.directory.scim.sync import DirectorySync
from portico.directory.scim.user_store import SyncedUsers
from portico.people.rules import Workspace
from portico.team.directory_answers import sent_answer
from portico.team.mass_departure import MassDeparture

PAGE = 100
"""People, or groups, that are read at once."""
STEP = 100
"""People of one step of a reckoning: nobody waits for the answer of a request."""


def synced_people(command: Command, workspace: Workspace) -> list[dict[str, Any]]:
    """Return each person whom a directory syncs, as the API tells of them."""
    found: list[dict[str, Any]] = []
    after: str | None = ""
    users = SyncedUsers(command.deployment.people_table, workspace.id)
    while after is not None:
        page, after = users.page(after=after, size=PAGE)
        found += map(sent_answer, page)
    return found


def synced_groups(command: Command, workspace: Workspace) -> list[dict[str, Shown]]:
    """Return a row for each group that a directory syncs."""
    found: list[dict[str, Shown]] = []
    after: str | None = ""
    groups = SyncedGroups(command.deployment.people_table, workspace.id)
    while after is not None:
        page, after = groups.page(after=after, size=PAGE)
        found += [
            {
                "id": each.id,
                "name": each.name,
                "members": groups.count_members(each.id),
                "lets_in": each.id in workspace.directory_groups,
            }
            for each in page
        ]
    return found


def group_ids(command: Command, workspace_id: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Return *settings* with the ids of groups that are named in them.

    Raises:
        Refusal: there is no such group. A rule that names one would let nobody in.
    """
    named = settings.get("directory_groups")
    if not named:
        return settings
    groups = SyncedGroups(command.deployment.people_table, workspace_id)
    ids = []
    for each in named:
        found = groups.found("id", each) or groups.found("displayName", each)
        if not found:
            raise Refusal(
                f"The directory of {workspace_id} has no group {each}. "
                f"portico directory groups {workspace_id} lists those that it has."
            )
        ids.append(found[0].id)
    return settings | {"directory_groups": ids}


def reckon(command: Command, workspace: Workspace) -> None:
    """Reckon everybody by the groups that let people in."""
    deployment = command.deployment
    sync = DirectorySync(deployment.people_table, workspace, command.by)
    put_out = [0]

    def left(people: int) -> None:
        put_out[0] += people
        leaving = MassDeparture(deployment.people_table, deployment.sign_in_table, workspace)
        leaving.note(sync.users.count_active, gone=people, host=command.host, by=command.by)

    reckoning = GroupReckoning(sync, left)
    while not reckoning.go_on(people=STEP):
        pass
    command.note(f"Everybody is reckoned by their groups: {put_out[0]} may no longer come in.")
