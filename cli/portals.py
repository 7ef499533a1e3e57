"""``portico portal``: portals that are OpenID clients of their workspace."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from cli import portal_output as views
from cli.command import Command, running, workspace_of
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
from cli.portal_secrets import changed_secrets, fresh_secret
from cli.refusals import Refusal
from cli.shared_options import AsJson, Local, Stack, WorkspaceId
from portico.events import Event
from portico.ids import digest
from portico.openid.registered_client import CLIENT_NAME, SECRETS_KEPT, RegisteredClient
from portico.people.rules import Workspace

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
    from portico.openid.registration import checked

    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        before = command.portals(workspace.id).get(name) if CLIENT_NAME.match(name) else None
        if before is not None and not views.is_removed(before):
            raise Refusal(
                f"{workspace_id} already has a portal {name}. To change it: portico portal set"
            )
        if before is not None and not replacing:
            raise Refusal(
                f"{workspace_id} had a portal {name}, which was removed. To use its name again: --replace"
            )
        fresh = None if public else fresh_secret()
        typed = RegisteredClient(
            id=name,
            workspace_id=workspace.id,
            label=name if label is None else label,
            redirect_uris=redirect_uris,
            post_logout_uris=post_logout_uris or [],
            secrets=[digest(fresh)] if fresh else [],
            areas=areas or [],
            initiate_login_uri=initiate_login_uri,
            backchannel_logout_uri=backchannel_logout_uri,
            audience=audience,
            without_pkce=bool(without_pkce),
        )
        portal = checked(typed)
        _write(command, workspace, portal, "portal.added", kind=views.kind(portal))
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
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        every = sorted(command.portals(workspace.id).all(), key=lambda each: each.id)
        found = [each for each in every if all_ or not views.is_removed(each)]
        if len(found) < len(every):
            command.note(f"{len(every) - len(found)} removed: --all shows them.")
        for each in found:
            views.remark(command, workspace, each)
        rows = [views.row(command, each) for each in found]
        command.list(
            f"Portals of {workspace_id}", [views.short(each) for each in found], portals=rows
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
    from portico.openid.registration import checked

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
        fresh, kept = changed_secrets(before.secrets, new=new, retire=retire, public=public)
        changes: dict[str, Any] = {**defaults_of(reset or []), "secrets": kept}
        changes |= {n: value for n, value in given.items() if value not in (None, [])}
        portal = checked(replace(before, **changes))
        changed = views.changed(before, portal)
        if changed:
            _write(command, workspace, portal, "portal.changed", changed=",".join(changed))
        else:
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
        gone = replace(
            before,
            on=False,
            redirect_uris=[],
            post_logout_uris=[],
            secrets=[],
            without_pkce=False,
            initiate_login_uri=None,
            backchannel_logout_uri=None,
        )
        _write(command, workspace, gone, "portal.removed")
        command.note("Access tokens that it holds stay valid for ten minutes at most.")
        command.card(
            f"Removed: {gone.label}", {"client id": gone.client_id}, portal=views.row(command, gone)
        )


def _portal(command: Command, workspace: Workspace, name: str) -> RegisteredClient:
    found = command.portals(workspace.id).get(name) if CLIENT_NAME.match(name) else None
    if found is None or views.is_removed(found):
        raise Refusal(f"There is no portal {name} in {workspace.id}.")
    return found


def _write(
    command: Command, workspace: Workspace, portal: RegisteredClient, happened: str, **detail: str
) -> None:
    from portico.people import workspace_settings as settings

    shown = [each for each in workspace.portals if each["id"] != portal.id]
    # What the doors will know of it shares a row with all other settings.
    settings.checked(workspace, {"portals": [*shown, *filter(None, [portal.shown()])]})
    event = Event(
        happened,
        command.now(),
        f"portal-{portal.id}",
        workspace.trail_days,
        command.by,
        detail={"portal": portal.id, **detail},
    )
    command.portals(workspace.id).put(portal, workspace, event)
