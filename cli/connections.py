"""``portico connection``: the SSO providers of a workspace."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import client_secrets
from cli import connection_output as views
from cli.command import Command, asking, looking_for, running, url_here, workspace_of
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
from cli.output import Shown
from cli.refusals import Refusal
from cli.remote_connections import RemoteConnections
from cli.shared_options import AsJson, Local, Stack, WorkspaceId
from portico.people.rules import Workspace
from portico.sso.rules import Connection
from portico.sso.store import secret_name

if TYPE_CHECKING:
    from portico.team.planned_changes import ThingChange

app = typer.Typer(no_args_is_help=True)


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
    from portico.errors import TakenAlready
    from portico.sso import connection_rules
    from portico.team.connection_changes import OtherKind

    with running(stack, local, as_json, NAMES) as command:
        workspace, changes = workspace_of(command, workspace_id), command.connection_changes
        values = {
            "kind": kind,
            "client_id": client_id,
            "issuer": issuer,
            "discovery_url": discovery_url,
            "tenants": tenant or [],
            "hosted_domains": hosted_domain or [],
            "vouches_for": vouches_for or [],
        } | ({"label": label} if label else {})

        def planned(now: Workspace) -> "tuple[Connection, ThingChange]":
            try:
                return changes.plan_add(now, id_, values, replacing=replacing, by=command.by)
            except TakenAlready:
                raise Refusal(
                    f"{workspace_id} already has a connection {id_}. To write over it: --replace"
                ) from None
            except OtherKind:
                raise Refusal(
                    f"--kind: the connection {id_} is of another kind, to which accounts are "
                    "linked. Another kind needs another id."
                ) from None

        # Say what is wrong before a secret is asked for.
        connection, _ = planned(workspace)
        client_secrets.keep(
            secret_name(command.deployment.connection_secrets, connection),
            client_secrets.asked(secret_file),
        )
        connection = changes.make(workspace, planned, host=command.host)
        for caution in connection_rules.cautions(connection):
            command.note(caution)
        offered = ", which offers it on the sign-in page" if connection.draft else ""
        command.note(
            f"Next: register the redirect URI, then portico connection test {workspace.id} "
            f"{id_}{offered}"
        )
        views.show(command, views.row_of(command, connection))


@app.command(name="list")
def list_(
    workspace_id: WorkspaceId, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """List a workspace's connections."""
    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told_of, portico):
            RemoteConnections(told_of, portico).list()
        return
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        found = command.connection_changes.all(workspace)
        if found and not workspace.sso_method:
            views.note_off(command, workspace.id)
        views.show_list(command, workspace_id, [views.row_of(command, each) for each in found])


@app.command()
def show(
    workspace_id: WorkspaceId,
    id_: Id,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Show a connection. Its secret is not shown: it is in Secrets Manager."""
    from portico.sso import connection_rules

    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told_of, portico):
            RemoteConnections(told_of, portico).show(id_)
        return
    with running(stack, local, as_json, NAMES) as command:
        connection = _connection(command, workspace_of(command, workspace_id), id_)
        for caution in connection_rules.cautions(connection):
            command.note(caution)
        views.show(command, views.row_of(command, connection))


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
        if connection.draft or connection.waits:
            changes = command.connection_changes
            connection = changes.make(
                workspace,
                lambda now: changes.plan_tested(now, _connection(command, now, id_), by=command.by),
                host=command.host,
            )
            command.note("It was a draft. From now on the sign-in page offers it.")
        if not connection.on or not workspace.sso_method:
            command.note("The connection works, but it is switched off.")
        command.note(
            "Whether the provider knows the client id, the secret and the redirect URI only a "
            "sign-in shows."
        )
        asked: dict[str, Shown] = {**trial.asked}
        content = {"redirect URI": views.redirect_uri(command, connection), **asked}
        command.card(
            f"{connection.label}: no problem found",
            content,
            connection=views.row_of(command, connection),
            found=trial.asked,
        )


@app.command()
def remove(
    workspace_id: WorkspaceId,
    id_: Id,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Remove a connection and its client secret. Whoever is signed in stays signed in."""
    with running(stack, local, as_json, NAMES) as command:
        workspace, changes = workspace_of(command, workspace_id), command.connection_changes
        before = _connection(command, workspace, id_)
        question = f"Remove {before.label}, for everybody who signs in through it?"
        if not yes and not typer.confirm(question, err=True):
            raise Refusal("Nothing was done.")
        gone = changes.make(
            workspace,
            lambda now: changes.plan_removal(now, _connection(command, now, id_), by=command.by),
            host=command.host,
        )
        changes.drop_secret(gone)
        command.card(
            f"Removed: {gone.label}", {"id": gone.id}, connection=views.row_of(command, gone)
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
    from portico.team.connection_changes import NeverTested

    changes = command.connection_changes

    def planned(now: Workspace) -> "tuple[Connection, ThingChange]":
        before = _connection(command, now, id_)
        try:
            return changes.plan_change(now, before, {}, on=on, by=command.by)
        except NeverTested:
            raise Refusal(
                f"{id_} is a draft: it has never been tested. To test it and offer it: "
                f"portico connection test {now.id} {id_}"
            ) from None

    workspace = workspace_of(command, workspace_id)
    changed = changes.make(workspace, planned, host=command.host)
    views.show(command, views.row_of(command, changed))


def _connection(command: Command, workspace: Workspace, id_: str) -> Connection:
    with looking_for(f"connection {id_} in {workspace.id}"):
        return command.connection_changes.find(workspace, id_)
