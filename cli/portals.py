"""``portico portal``: portals that are OpenID clients of their workspace."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import portal_output as views
from cli.command import Command, asking, looking_for, running, url_here, workspace_of
from cli.option_names import PORTAL as NAMES
from cli.portal_options import (
    RESET,
    Areas,
    Audience,
    Begins,
    Label,
    LogoutUri,
    Name,
    PostLogouts,
    Redirects,
    WithoutPkce,
    defaults_of,
)
from cli.portal_secrets import demand_one_way
from cli.refusals import Refusal
from cli.remote_portals import RemotePortals
from cli.shared_options import AsJson, Local, Stack, WorkspaceId
from portico.openid.registered_client import CLIENT_NAME, SECRETS_KEPT, RegisteredClient
from portico.people.rules import Workspace

if TYPE_CHECKING:
    from portico.team.planned_changes import ThingChange

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    workspace_id: WorkspaceId,
    name: Name,
    *,
    redirect_uris: Annotated[list[str], Redirects],
    post_logout_uris: PostLogouts = None,
    public: Annotated[
        bool, typer.Option("--public", help="The portal keeps no secret: it is a page or an app.")
    ] = False,
    areas: Areas = None,
    initiate_login_uri: Begins = None,
    backchannel_logout_uri: LogoutUri = None,
    audience: Audience = None,
    without_pkce: WithoutPkce = None,
    label: Label = None,
    replacing: Annotated[
        bool, typer.Option("--replace", help="Use the name of a removed portal again.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Register a portal. Show its client id and, only this once, its secret."""
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        changes = command.portal_changes
        before = changes.former(workspace, name) if CLIENT_NAME.match(name) else None
        if before is not None and not before.is_removed:
            raise Refusal(
                f"{workspace_id} already has a portal {name}. To change it: portico portal set"
            )
        if before is not None and not replacing:
            raise Refusal(
                f"{workspace_id} had a portal {name}, which was removed. To use its name again: --replace"
            )
        values = {
            "label": name if label is None else label,
            "redirect_uris": redirect_uris,
            "post_logout_uris": post_logout_uris or [],
            "areas": areas or [],
            "initiate_login_uri": initiate_login_uri,
            "backchannel_logout_uri": backchannel_logout_uri,
            "audience": audience,
            "without_pkce": bool(without_pkce),
        }
        portal, fresh = changes.make(
            workspace,
            lambda now: changes.plan_add(
                now, name, values, public=public, replacing=replacing, by=command.by
            ),
            host=command.host,
        )
        views.remark(command, workspace, portal)
        command.note(views.cors(portal))
        command.note(f"Next: {views.GUIDES} has the lines to paste, for each library.")
        views.show(command, portal, secret=fresh, new=True)


@app.command(name="list")
def list_(
    workspace_id: WorkspaceId,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Include those that were removed.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """List a workspace's portals."""
    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told_of, portico):
            RemotePortals(told_of, portico, url).list(removed=all_)
        return
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        every = command.portal_changes.all(workspace, removed=True)
        found = [each for each in every if all_ or not each.is_removed]
        if len(found) < len(every):
            command.note(f"{len(every) - len(found)} removed: --all shows them.")
        for each in found:
            views.remark(command, workspace, each)
        rows = [views.row(command, each) for each in found]
        command.list(
            f"Portals of {workspace_id}", [views.short(each) for each in rows], portals=rows
        )


@app.command()
def show(
    workspace_id: WorkspaceId,
    name: Name,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Show how a portal is registered. Its secret is not shown: Portico keeps only a hash."""
    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told_of, portico):
            RemotePortals(told_of, portico, url).show(name)
        return
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        portal = _portal(command, workspace, name)
        views.remark(command, workspace, portal)
        views.show(command, portal)


@app.command(name="set")
def set_(
    workspace_id: WorkspaceId,
    name: Name,
    *,
    redirect_uris: Annotated[list[str] | None, Redirects] = None,
    post_logout_uris: PostLogouts = None,
    areas: Areas = None,
    initiate_login_uri: Begins = None,
    backchannel_logout_uri: LogoutUri = None,
    audience: Audience = None,
    without_pkce: WithoutPkce = None,
    label: Label = None,
    on: Annotated[
        bool | None,
        typer.Option(f"{NAMES['on']}/--off", help="Whether anybody may sign in through it."),
    ] = None,
    new: Annotated[
        bool,
        typer.Option(
            "--new-secret", help="Make a new secret and show it once. The one before stays valid."
        ),
    ] = False,
    retire: Annotated[
        bool, typer.Option("--retire-old-secret", help="Only the newest secret stays valid.")
    ] = False,
    public: Annotated[
        bool, typer.Option("--public", help="The portal keeps no secret from now on.")
    ] = False,
    reset: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OPTION", help=f"Put it back to its default: {RESET}. Repeat it for each."
        ),
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Change how a portal is registered. A list replaces the one before."""
    given = {
        "redirect_uris": redirect_uris,
        "post_logout_uris": post_logout_uris,
        "areas": areas,
        "initiate_login_uri": initiate_login_uri,
        "backchannel_logout_uri": backchannel_logout_uri,
        "audience": audience,
        "label": label,
        "without_pkce": without_pkce,
        "on": on,
    }
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        before = _portal(command, workspace, name)
        demand_one_way(new=new, retire=retire, public=public)
        values = defaults_of(reset or [])
        values |= {n: value for n, value in given.items() if value not in (None, [])}
        keeping = 0 if public else 1 if retire else None
        changes = command.portal_changes

        def planned(now: Workspace) -> "tuple[tuple[RegisteredClient, str | None], ThingChange]":
            there = _portal(command, now, name)
            return changes.plan_change(now, there, values, keeping=keeping, new=new, by=command.by)

        portal, fresh = changes.make(workspace, planned, host=command.host)
        if portal == before:
            command.note("Nothing changed: the values are the same as before.")
        if fresh and len(before.secrets) == SECRETS_KEPT and not retire:
            command.note("Only two secrets are valid at a time: the oldest has ended.")
        views.remark(command, workspace, portal)
        views.show(command, portal, secret=fresh)


@app.command()
def remove(
    workspace_id: WorkspaceId,
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Remove a portal: nobody signs in through it, and its tokens are not refreshed."""
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        before = _portal(command, workspace, name)
        question = f"Remove {before.client_id}, for everybody who is signed in there?"
        if not yes and not typer.confirm(question, err=True):
            raise Refusal("Nothing was done.")
        changes = command.portal_changes
        gone = changes.make(
            workspace,
            lambda now: changes.plan_removal(now, _portal(command, now, name), by=command.by),
            host=command.host,
        )
        command.note("Access tokens that it holds stay valid for ten minutes at most.")
        command.card(
            f"Removed: {gone.label}", {"client id": gone.client_id}, portal=views.row(command, gone)
        )


def _portal(command: Command, workspace: Workspace, name: str) -> RegisteredClient:
    with looking_for(f"portal {name} in {workspace.id}"):
        return command.portal_changes.find(workspace, name)
