"""``portico connection``: the SSO providers of a workspace."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from cli import client_secrets
from cli.command import Command, running, workspace_of
from cli.connection_options import (
    ClientId,
    DiscoveryUrl,
    HostedDomains,
    Id,
    Issuer,
    Kind,
    Label,
    SecretFile,
    Tenants,
    VouchesFor,
)
from cli.option_names import CONNECTION as NAMES
from cli.output import Shown, told
from cli.refusals import Refusal
from cli.shared_options import AsJson, Local, Stack, WorkspaceId
from portico.events import Event
from portico.people.rules import Workspace
from portico.sso.rules import Connection
from portico.sso.store import secret_name

app = typer.Typer(no_args_is_help=True)

LABELS = {"microsoft": "Microsoft", "google": "Google", "facebook": "Facebook", "x": "X"}
"""What a button says unless the team wants it otherwise."""


@app.command()
def add(
    workspace_id: WorkspaceId,
    id_: Id,
    *,
    kind: Kind,
    client_id: ClientId,
    secret_file: SecretFile = None,
    label: Label = None,
    tenant: Tenants = None,
    hosted_domain: HostedDomains = None,
    issuer: Issuer = None,
    discovery_url: DiscoveryUrl = None,
    vouches_for: VouchesFor = None,
    replacing: Annotated[
        bool, typer.Option("--replace", help="Write over the connection with this id.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Connect a provider. Its client secret goes to Secrets Manager and nowhere else.

    A new connection is a draft: the sign-in page offers it once its test has passed.
    """
    from portico.sso import connection_rules

    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        before = command.connections(workspace.id).get(id_) if _is_listed(workspace, id_) else None
        if before is not None and not replacing:
            raise Refusal(
                f"{workspace_id} already has a connection {id_}. To write over it: --replace"
            )
        if before is not None and before.kind != kind:
            # Identities are linked to a connection; of another kind they would be others'.
            raise Refusal(
                f"--kind: the connection {id_} is of the kind {before.kind}. Another kind needs another id."
            )
        typed = Connection(
            id=id_,
            workspace_id=workspace.id,
            kind=kind,
            label=label or LABELS.get(kind, workspace.name),
            client_id=client_id,
            on=before.on if before else False,
            draft=before.draft if before else True,
            issuer=issuer,
            discovery_url=discovery_url,
            tenants=tenant or [],
            hosted_domains=hosted_domain or [],
            vouches_for=vouches_for or [],
        )
        connection = connection_rules.checked(typed, loopback=command.deployment.loopback)
        _fits(workspace, connection)
        client_secrets.keep(
            secret_name(command.deployment.connection_secrets, connection),
            client_secrets.asked(secret_file),
        )
        _write(
            command, workspace, connection, "connection.changed" if before else "connection.added"
        )
        for caution in connection_rules.cautions(connection):
            command.note(caution)
        offered = ", which offers it on the sign-in page" if connection.draft else ""
        command.note(
            f"Next: register the redirect URI, then portico connection test {workspace.id} "
            f"{id_}{offered}"
        )
        _show(command, connection)


@app.command(name="list")
def list_(
    workspace_id: WorkspaceId, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """List a workspace's connections."""
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        found = command.connections(workspace.id).all()
        if found and not workspace.sso_method:
            command.note(
                f"SSO is switched off for the workspace. To switch it on: portico workspace set {workspace.id} --sso"
            )
        short: list[dict[str, Shown]] = [
            {
                "id": each.id,
                "kind": each.kind,
                "label": each.label,
                "state": _state(each),
                "vouches for": each.vouches_for,
            }
            for each in found
        ]
        command.list(
            f"Connections of {workspace_id}", short, connections=[_row(command, e) for e in found]
        )


@app.command(name="test")
def try_(
    workspace_id: WorkspaceId,
    id_: Id,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Test a connection: ask its provider as a sign-in would, and say what is wrong.

    A draft that passes is offered on the sign-in page from then on.
    """
    from portico.sso.connection_check import check_connection
    from portico.sso.discovery import Discovery

    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        connection = _connection(command, workspace, id_)
        trial = check_connection(connection, Discovery(loopback=command.deployment.loopback))
        problems = list(trial.problems)
        name = secret_name(command.deployment.connection_secrets, connection)
        if not client_secrets.is_kept(name):
            problems.append(f"There is no client secret at {name}: add the connection again.")
        if problems:
            raise Refusal("\n".join(problems))
        if connection.draft:
            connection = replace(connection, draft=False, on=True)
            _write(command, workspace, connection, "connection.switched-on")
            command.note("It was a draft. From now on the sign-in page offers it.")
        if not connection.on or not workspace.sso_method:
            command.note("The connection works, but it is switched off.")
        command.note(
            "Whether the provider knows the client id, the secret and the redirect URI only a "
            "sign-in shows."
        )
        asked: dict[str, Shown] = {**trial.asked}
        content = {"redirect URI": _redirect_uri(command, connection), **asked}
        command.card(
            f"{connection.label}: no problem found",
            content,
            connection=_row(command, connection),
            found=trial.asked,
        )


@app.command()
def on(
    workspace_id: WorkspaceId,
    id_: Id,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Offer a connection on the sign-in page."""
    with running(stack, local, as_json, NAMES) as command:
        _switched(command, workspace_id, id_, on=True)


@app.command()
def off(
    workspace_id: WorkspaceId,
    id_: Id,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Switch a connection off: nobody signs in through it. Whoever is signed in stays signed in."""
    with running(stack, local, as_json, NAMES) as command:
        _switched(command, workspace_id, id_, on=False)


def _switched(command: Command, workspace_id: str, id_: str, *, on: bool) -> None:
    workspace = workspace_of(command, workspace_id)
    connection = _connection(command, workspace, id_)
    if connection.draft and on:
        raise Refusal(
            f"{id_} is a draft: it has never been tested. To test it and offer it: "
            f"portico connection test {workspace.id} {id_}"
        )
    if connection.on is not on:
        connection = replace(connection, on=on)
        _write(command, workspace, connection, f"connection.switched-{'on' if on else 'off'}")
    _show(command, connection)


def _is_listed(workspace: Workspace, id_: str) -> bool:
    return any(each["id"] == id_ for each in workspace.connections)


def _connection(command: Command, workspace: Workspace, id_: str) -> Connection:
    found = command.connections(workspace.id).get(id_) if _is_listed(workspace, id_) else None
    if found is None:
        raise Refusal(f"There is no connection {id_} in {workspace.id}.")
    return found


def _fits(workspace: Workspace, connection: Connection) -> None:
    """Check what the page will know of it together with all other settings: they share a row."""
    from portico.people.workspace_settings import checked

    shown = {name: getattr(connection, name) for name in ("id", "kind", "label", "on")}
    others = [each for each in workspace.connections if each["id"] != connection.id]
    checked(workspace, {"connections": [*others, shown]})


def _write(command: Command, workspace: Workspace, connection: Connection, happened: str) -> None:
    event = Event(
        happened,
        command.now(),
        f"connection-{connection.id}",
        workspace.trail_days,
        command.by,
        detail={"connection": connection.id, "kind": connection.kind},
    )
    command.connections(workspace.id).put(connection, workspace, event)


def _state(connection: Connection) -> str:
    if connection.draft:
        return "draft"
    return "on" if connection.on else "off"


def _redirect_uri(command: Command, connection: Connection) -> str:
    return f"{command.deployment.api_url}/v1/sso/{connection.id}/callback"


def _row(command: Command, connection: Connection) -> dict[str, Any]:
    row = told(connection)
    del row["stand_in"]
    return {**row, "redirect_uri": _redirect_uri(command, connection)}


def _show(command: Command, connection: Connection) -> None:
    row = _row(command, connection)
    content: dict[str, Shown] = {
        name.replace("_", " "): value for name, value in row.items() if value not in (None, [])
    }
    command.card(connection.label, content, connection=row)
    command.line(row["redirect_uri"])
