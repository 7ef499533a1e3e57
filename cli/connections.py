"""``portico connection``: the SSO providers of a workspace."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import client_secrets
from cli.complaints import Complaint
from cli.desk import AsJson, Desk, Local, Shown, Stack, desk, home_of
from portico.events import Event
from portico.people.rules import Workspace
from portico.people.workspace_settings import checked
from portico.sso import connection_rules
from portico.sso.rules import PROVIDER_KINDS, Connection
from portico.sso.store import Connections, secret_name

app = typer.Typer(help="Connections: the SSO providers of a workspace.", no_args_is_help=True)

Home = Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's id.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The connection's id, part of its URL.")]

LABELS = {"microsoft": "Microsoft", "google": "Google", "facebook": "Facebook", "x": "X"}
"""What a button says unless the team wants it otherwise."""


@app.command()
def add(
    workspace: Home,
    id_: Id,
    *,
    kind: Annotated[str, typer.Option(help=f"One of {' '.join(PROVIDER_KINDS)}.")],
    client_id: Annotated[str, typer.Option(help="The id that the provider gave the app.")],
    secret_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where the client secret is; - is standard input. Else it is asked for.",
        ),
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="What the button says, e.g. Acme account.")
    ] = None,
    tenant: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TENANT",
            help="Microsoft: a tenant's id (repeat it), or organizations, or common.",
        ),
    ] = None,
    hosted_domain: Annotated[
        str | None, typer.Option(metavar="DOMAIN", help="Google: only accounts of this domain.")
    ] = None,
    issuer: Annotated[
        str | None,
        typer.Option(metavar="URL", help="oidc: the issuer, as its discovery document spells it."),
    ] = None,
    vouches_for: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DOMAIN",
            help="A domain whose addresses this provider may speak for. Repeat it for each.",
        ),
    ] = None,
    replacing: Annotated[
        bool, typer.Option("--replace", help="Write over the connection of this id.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Connect a provider. Its client secret goes to Secrets Manager and nowhere else."""
    # Loaded here: the libraries behind it would slow every other command down.

    with desk(stack, local, as_json) as at:
        home = home_of(at, workspace)
        before = _stored(at, home).get(id_) if _is_listed(home, id_) else None
        if before is not None and not replacing:
            raise Complaint(f"There is a connection {id_} in {workspace} already: see --replace.")
        if before is not None and before.kind != kind:
            # Identities are linked to a connection; of another kind they would be others'.
            raise Complaint(f"--kind: {id_} is {before.kind}; another kind needs another id")
        typed = Connection(
            id=id_,
            workspace_id=home.id,
            kind=kind,
            label=label or LABELS.get(kind, home.name),
            client_id=client_id,
            on=before.on if before else True,
            issuer=issuer,
            tenants=tenant or [],
            hosted_domain=hosted_domain,
            vouches_for=vouches_for or [],
        )
        connection = connection_rules.checked(typed, loopback=at.target.loopback)
        _fits(home, connection)
        client_secrets.keep(
            secret_name(at.target.connection_secrets, connection), client_secrets.asked(secret_file)
        )
        _write(at, home, connection, "connection.changed" if before else "connection.added")
        for caution in connection_rules.cautions(connection):
            at.note(caution)
        at.note(f"Next: register the redirect URI, then portico connection test {home.id} {id_}")
        _show(at, connection)


@app.command(name="list")
def list_(
    workspace: Home, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """List a workspace's connections."""
    with desk(stack, local, as_json) as at:
        home = home_of(at, workspace)
        found = _stored(at, home).all()
        if found and not home.sso_method:
            at.note(f"SSO is off for all of {home.id}: portico workspace set {home.id} --sso")
        short: list[dict[str, Shown]] = [
            {
                "id": each.id,
                "kind": each.kind,
                "label": each.label,
                "state": "on" if each.on else "off",
                "vouches for": each.vouches_for,
            }
            for each in found
        ]
        at.list(f"Connections of {workspace}", short, connections=[_row(at, e) for e in found])


@app.command(name="test")
def try_(
    workspace: Home, id_: Id, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """Ask a connection's provider, as a sign-in would, and say what is wrong."""
    from portico.sso.connection_test import test_connection  # noqa: PLC0415
    from portico.sso.discovery import Discovery  # noqa: PLC0415 - as above

    with desk(stack, local, as_json) as at:
        home = home_of(at, workspace)
        connection = _connection(at, home, id_)
        trial = test_connection(connection, Discovery(loopback=at.target.loopback))
        problems = list(trial.problems)
        name = secret_name(at.target.connection_secrets, connection)
        if not client_secrets.is_kept(name):
            problems.append(f"There is no client secret at {name}: add the connection again.")
        if problems:
            raise Complaint("\n".join(problems))
        if not connection.on or not home.sso_method:
            at.note("It would do, and it is switched off.")
        at.note(
            "Whether the provider knows the client id, the secret and the redirect URI only a "
            "sign-in shows."
        )
        asked: dict[str, Shown] = {**trial.asked}
        content = {"redirect URI": _redirect_uri(at, connection), **asked}
        at.card(
            f"{connection.label}: as it should be",
            content,
            connection=_row(at, connection),
            found=trial.asked,
        )


@app.command()
def on(
    workspace: Home, id_: Id, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """Offer a connection on the sign-in page."""
    with desk(stack, local, as_json) as at:
        _switched(at, workspace, id_, on=True)


@app.command()
def off(
    workspace: Home, id_: Id, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """Let nobody in through a connection. Who has signed in through it stays signed in."""
    with desk(stack, local, as_json) as at:
        _switched(at, workspace, id_, on=False)


def _switched(at: Desk, workspace: str, id_: str, *, on: bool) -> None:
    home = home_of(at, workspace)
    connection = _connection(at, home, id_)
    if connection.on is not on:
        connection = replace(connection, on=on)
        _write(at, home, connection, f"connection.switched-{'on' if on else 'off'}")
    _show(at, connection)


def _stored(at: Desk, home: Workspace) -> Connections:
    return Connections(at.target.people_table, home.id)


def _is_listed(home: Workspace, id_: str) -> bool:
    return any(each["id"] == id_ for each in home.connections)


def _connection(at: Desk, home: Workspace, id_: str) -> Connection:
    found = _stored(at, home).get(id_) if _is_listed(home, id_) else None
    if found is None:
        raise Complaint(f"There is no connection {id_} in {home.id}.")
    return found


def _fits(home: Workspace, connection: Connection) -> None:
    """Check what the page will know of it together with all other settings: they share a row."""
    shown = {name: getattr(connection, name) for name in ("id", "kind", "label", "on")}
    others = [each for each in home.connections if each["id"] != connection.id]
    checked(home, {"connections": [*others, shown]})


def _write(at: Desk, home: Workspace, connection: Connection, happened: str) -> None:
    event = Event(
        happened,
        at.now(),
        f"connection-{connection.id}",
        home.trail_days,
        at.by,
        detail={"connection": connection.id, "kind": connection.kind},
    )
    _stored(at, home).put(connection, home, event)


def _redirect_uri(at: Desk, connection: Connection) -> str:
    return f"{at.target.api_url}/v1/sso/{connection.id}/callback"


def _row(at: Desk, connection: Connection) -> dict[str, Any]:
    row = asdict(connection)
    del row["stand_in"]
    return {**row, "redirect_uri": _redirect_uri(at, connection)}


def _show(at: Desk, connection: Connection) -> None:
    row = _row(at, connection)
    content: dict[str, Shown] = {
        name.replace("_", " "): value for name, value in row.items() if value not in (None, [])
    }
    at.card(connection.label, content, connection=row)
    at.line(row["redirect_uri"])
