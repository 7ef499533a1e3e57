"""``portico contact merge`` and ``undo-merge``: two contacts who are one person, and two again."""

from typing import Annotated, Any

import typer

from cli.command import contact_of, looking_for, running, workspace_of
from cli.option_names import WHO
from cli.output import Shown
from cli.refusals import NotUnderstood
from cli.shared_options import AsJson, Local, Stack, WorkspaceId
from portico.clock import moment

Survivor = Annotated[
    str, typer.Argument(metavar="SURVIVOR", help="Who stays: a contact's id or primary email.")
]
Lost = Annotated[
    str, typer.Argument(metavar="LOST", help="Who becomes a part of them: an id or primary email.")
]

NAMES = WHO | {"lost": "LOST"}


def merge(
    workspace_id: WorkspaceId,
    survivor: Survivor,
    lost: Lost,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would move, sleep and end; do nothing.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it. Without this, only say who would be merged.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Make one contact of two who are one person. It can be undone for 30 days.

    Refs and links go to the survivor, who signs in as before. The other's address and accounts
    sleep, until the survivor proves each while signed in. Both addresses are told by mail.
    """
    with running(stack, local, as_json, NAMES) as command:
        stays, goes = (contact_of(command, workspace_id, each) for each in (survivor, lost))
        if not yes and not dry_run:
            raise NotUnderstood(
                f"This would merge {goes.name} ({goes.email or goes.id}) into {stays.name} "
                f"({stays.email or stays.id}). To see more: --dry-run. To do it: --yes"
            )
        with looking_for(f"contact {survivor} or {lost} in {workspace_id}"):
            report = command.merges.merge(
                workspace_of(command, workspace_id),
                stays.id,
                goes.id,
                host=command.host,
                by=command.by,
                dry_run=dry_run,
            ).answer()
        if not dry_run:
            command.note(
                "The sessions of the other one have ended. A portal that already holds an access "
                "token accepts it for ten minutes at most."
            )
        told = _told(report)
        command.card(stays.name or stays.id, told, contact=stays.id, merge=report)


def undo_merge(
    workspace_id: WorkspaceId,
    survivor: Survivor,
    lost: Annotated[str, typer.Argument(metavar="LOST", help="The id of who was merged.")],
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Make two contacts again of two who were merged in the last 30 days.

    What the survivor has changed since stays theirs, and is named. Both addresses are told by mail.
    """
    with running(stack, local, as_json, NAMES) as command:
        stays = contact_of(command, workspace_id, survivor)
        with looking_for(f"merge of {lost} into {stays.id} that can be undone"):
            undone = command.merge_undos.undo(
                workspace_of(command, workspace_id),
                stays.id,
                lost,
                host=command.host,
                by=command.by,
            ).answer()
        back, left = undone["back"], undone["stays"]
        if left["password"]:
            command.note(f"{lost} has no password any more: they set a new one.")
        if left["ended_links"]:
            command.note("Break-glass links that the merge has ended stay ended.")
        told: dict[str, Shown] = {
            "back": _listed(back),
            "stays with the survivor": _listed(left),
        }
        command.card(lost, told, contact=stays.id, merge=undone)


def _told(report: dict[str, Any]) -> dict[str, Shown]:
    moves, sleeps, ends = report["moves"], report["sleeps"], report["ends"]
    would = "would be" if report["dry_run"] else "is"
    ended = [f"{ends['sessions']} sessions", *(["the password"] if ends["password"] else [])]
    if ends["links"]:
        ended.append(f"{len(ends['links'])} break-glass links")
    until = moment(report["undo_until"])
    told: dict[str, Shown] = {
        f"{would} merged": report["lost"],
        "moves": _listed(moves),
        "sleeps until proved": _listed(sleeps),
        "ends": ", ".join(ended),
    }
    return told if report["dry_run"] else {**told, "can be undone until": f"{until:%Y-%m-%d}"}


def _listed(what: dict[str, Any]) -> str:
    named = [
        *what.get("emails", []),
        *(each["label"] for each in what.get("accounts", [])),
        *(f"{each['channel']} {each['id']}" for each in what.get("refs", [])),
        *(f"link {each}" for each in what.get("links", [])),
    ]
    return ", ".join(named) or "nothing"
