"""``portico key``: the keys by which machines may call Portico for a workspace."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import durations
from cli.command import Command, contact_of, looking_for, running, workspace_of
from cli.option_names import KEY as NAMES
from cli.output import Shown
from cli.shared_options import TAKES_IDS, AsJson, Local, Stack, WorkspaceId
from portico.people.rules import Contact, Workspace
from portico.team.workspace_key import KEY_LIFETIME, LONGEST_OVERLAP, Scope

if TYPE_CHECKING:
    from portico.team.workspace_key import WorkspaceKey

app = typer.Typer(no_args_is_help=True)

ONCE = "Keep it now: Portico stores only its hash, and cannot show it again."
KeyId = Annotated[str, typer.Argument(metavar="KEY", help="The key's id, as listed.")]
Owner = Annotated[
    str,
    typer.Option(
        NAMES["owner"], metavar="WHO", help="The owner who answers for it: id or primary email."
    ),
]
Days = Annotated[
    int, typer.Option(NAMES["lifetime"], min=1, max=400, help="How many days it works.")
]


@app.command()
def add(
    workspace_id: WorkspaceId,
    *,
    owner: Owner,
    label: Annotated[str, typer.Option(NAMES["label"], help="What it is for.")],
    scopes: Annotated[
        list[Scope], typer.Option(NAMES["scopes"], help="What it may do. Repeat it for each.")
    ],
    days: Days = KEY_LIFETIME.days,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. Show it, only this once. The owners are told by mail."""
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        key, text = command.keys.add(
            workspace,
            contact_of(command, workspace_id, owner),
            label=label,
            scopes=scopes,
            lifetime=timedelta(days=days),
            host=command.host,
            by=command.by,
        )
        _show(command, workspace, key, text)


@app.command(name="list")
def list_(
    workspace_id: WorkspaceId,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Include those that have ended.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """List a workspace's keys, newest first. Secrets are never shown."""
    from portico.team.caller_uses import last_uses

    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        every = command.keys.of(workspace)
        now = command.now()
        found = [each for each in every if all_ or each.state(at=now) in ("alive", "held")]
        if len(found) < len(every):
            command.note(f"{len(every) - len(found)} ended: --all shows them.")
        owners = _owners(command, workspace, found)
        sign_in_table = command.deployment.sign_in_table
        used = last_uses(sign_in_table, workspace.id, [each.id for each in found])
        command.list(
            f"Keys of {workspace.name}",
            [{**_short(command, each, owners), "used": _day(used.get(each.id))} for each in found],
            keys=[
                {**_row(command, each, owners), "last_used_at": used.get(each.id)} for each in found
            ],
        )


@app.command(context_settings=TAKES_IDS)
def rotate(
    workspace_id: WorkspaceId,
    key_id: KeyId,
    *,
    owner: Owner,
    overlap: Annotated[
        int,
        typer.Option(
            NAMES["overlap"], min=0, max=7, help="How many days the one before stays good."
        ),
    ] = LONGEST_OVERLAP.days,
    days: Days = KEY_LIFETIME.days,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Give a key another secret, and show it, only this once.

    A key that is held, because whoever answered for it is no owner any more, works again.
    """
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        contact = contact_of(command, workspace_id, owner)
        with looking_for(f"key {key_id} in {workspace_id}"):
            key, text = command.keys.rotate(
                workspace,
                key_id,
                contact,
                overlap=timedelta(days=overlap),
                lifetime=timedelta(days=days),
                host=command.host,
                by=command.by,
            )
        if key.old_ends_at is not None and key.old_ends_at > command.now():
            rest = durations.about(key.old_ends_at - command.now())
            command.note(f"The one before stays good for {rest}.")
        _show(command, workspace, key, text)


@app.command(context_settings=TAKES_IDS)
def revoke(
    workspace_id: WorkspaceId,
    key_id: KeyId,
    *,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Revoke a key: its next use is refused. The owners are told by mail."""
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        with looking_for(f"key {key_id} in {workspace_id}"):
            key = command.keys.revoke(workspace, key_id, host=command.host, by=command.by)
        _show(command, workspace, key)


def _owners(command: Command, workspace: Workspace, keys: "list[WorkspaceKey]") -> dict[str, str]:
    contacts = command.people(workspace.id).contacts_by_id(each.owner for each in keys)
    return {id_: _shown(each) for id_, each in contacts.items()}


def _shown(contact: Contact) -> str:
    return contact.email or contact.id


def _row(command: Command, key: "WorkspaceKey", owners: dict[str, str]) -> dict[str, Any]:
    return {
        "id": key.id,
        "label": key.label,
        "state": key.state(at=command.now()),
        "scopes": [each.value for each in key.scopes],
        "owner": key.owner,
        "owner_email": owners.get(key.owner),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "old_ends_at": key.old_ends_at,
        "revoked_at": key.revoked_at,
    }


def _short(command: Command, key: "WorkspaceKey", owners: dict[str, str]) -> dict[str, Shown]:
    return {
        "id": key.id,
        "state": key.state(at=command.now()),
        "label": key.label,
        "scopes": [each.value for each in key.scopes],
        "owner": owners.get(key.owner, key.owner),
        "expires": f"{key.expires_at:%Y-%m-%d}",
    }


def _day(used: datetime | None) -> str:
    return f"{used:%Y-%m-%d}" if used else "not lately"


def _show(
    command: Command, workspace: Workspace, key: "WorkspaceKey", text: str | None = None
) -> None:
    owners = _owners(command, workspace, [key])
    row = _row(command, key, owners)
    card: dict[str, Shown] = {**_short(command, key, owners), "expires": key.expires_at}
    if text:
        command.note(ONCE)
        row["text"] = text
    command.card(key.label, card, key=row)
    if text:
        command.line(text)
