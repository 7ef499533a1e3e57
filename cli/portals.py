"""``portico portal``: portals that are OpenID clients of their workspace."""

import secrets
from dataclasses import replace
from typing import Annotated, Any

import typer

from cli import portal_views as views
from cli.complaints import Complaint, Usage
from cli.desk import AsJson, Desk, Local, Stack, desk, home_of
from cli.portal_options import (
    RESET,
    Areas,
    Audience,
    Begins,
    Home,
    Label,
    Name,
    PostLogouts,
    Redirects,
    taken_back,
)
from portico.events import Event
from portico.ids import digest
from portico.openid.registered_client import PORTAL, SECRETS_KEPT, Portal, new_secret
from portico.openid.registration import checked
from portico.openid.store import Portals
from portico.people import workspace_settings as settings
from portico.people.rules import Workspace

app = typer.Typer(
    help="Portals on any site, as OpenID clients of a workspace.", no_args_is_help=True
)


@app.command()
def add(
    workspace: Home,
    name: Name,
    *,
    redirect_uris: Annotated[list[str], Redirects],
    post_logout_uris: PostLogouts = None,
    public: Annotated[
        bool, typer.Option("--public", help="It keeps no secret: a page or an app.")
    ] = False,
    areas: Areas = None,
    initiate_login_uri: Begins = None,
    audience: Audience = None,
    label: Label = None,
    replacing: Annotated[
        bool, typer.Option("--replace", help="Give the name of a removed portal again.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Register a portal and show its client id and, this once, its secret."""
    with desk(stack, local, as_json) as at:
        home = home_of(at, workspace)
        before = _stored(at, home).get(name) if PORTAL.match(name) else None
        if before is not None and not views.is_removed(before):
            raise Complaint(f"There is a portal {name} in {workspace}: portico portal set")
        if before is not None and not replacing:
            raise Complaint(f"A portal {name} of {workspace} was removed: see --replace.")
        fresh = None if public else new_secret(secrets.token_bytes(32))
        typed = Portal(
            id=name,
            workspace_id=home.id,
            label=name if label is None else label,
            redirect_uris=redirect_uris,
            post_logout_uris=post_logout_uris or [],
            secrets=[digest(fresh)] if fresh else [],
            areas=areas or [],
            initiate_login_uri=initiate_login_uri,
            audience=audience,
        )
        portal = checked(typed)
        _write(at, home, portal, "portal.added", kind=views.kind(portal))
        views.remark(at, home, portal)
        at.note(f"Next: {views.GUIDES} has the lines to paste, for each library.")
        views.show(at, portal, secret=fresh)


@app.command(name="list")
def list_(
    workspace: Home,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Also those that were removed.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """List a workspace's portals."""
    with desk(stack, local, as_json) as at:
        home = home_of(at, workspace)
        every = sorted(_stored(at, home).all(), key=lambda each: each.id)
        found = [each for each in every if all_ or not views.is_removed(each)]
        if len(found) < len(every):
            at.note(f"{len(every) - len(found)} removed, see --all.")
        for each in found:
            views.remark(at, home, each)
        rows = [views.row(at, each) for each in found]
        at.list(f"Portals of {workspace}", [views.short(each) for each in found], portals=rows)


@app.command()
def show(
    workspace: Home, name: Name, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """Show how a portal is registered. Never its secret, of which only a hash is kept."""
    with desk(stack, local, as_json) as at:
        home = home_of(at, workspace)
        portal = _portal(at, home, name)
        views.remark(at, home, portal)
        views.show(at, portal)


@app.command(name="set")
def set_(
    workspace: Home,
    name: Name,
    *,
    redirect_uris: Annotated[list[str] | None, Redirects] = None,
    post_logout_uris: PostLogouts = None,
    areas: Areas = None,
    initiate_login_uri: Begins = None,
    audience: Audience = None,
    label: Label = None,
    on: Annotated[
        bool | None, typer.Option("--on/--off", help="Whether anybody may sign in through it.")
    ] = None,
    new: Annotated[
        bool,
        typer.Option("--new-secret", help="Show a new secret, once; the one before stays good."),
    ] = False,
    retire: Annotated[
        bool, typer.Option("--retire-old-secret", help="Only the newest secret stays good.")
    ] = False,
    public: Annotated[bool, typer.Option("--public", help="It keeps no secret any more.")] = False,
    reset: Annotated[
        list[str] | None,
        typer.Option(metavar="OPTION", help=f"Take it back: {', '.join(RESET)}. Repeat it."),
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Change how a portal is registered. A list that is given takes the place of the one before."""
    given = {
        "redirect_uris": redirect_uris,
        "post_logout_uris": post_logout_uris,
        "areas": areas,
        "initiate_login_uri": initiate_login_uri,
        "audience": audience,
        "label": label,
        "on": on,
    }
    with desk(stack, local, as_json) as at:
        home = home_of(at, workspace)
        before = _portal(at, home, name)
        fresh, kept = _secrets(before.secrets, new=new, retire=retire, public=public)
        changes: dict[str, Any] = {**taken_back(reset or []), "secrets": kept}
        changes |= {n: value for n, value in given.items() if value not in (None, [])}
        portal = checked(replace(before, **changes))
        changed = views.changed(before, portal)
        if changed:
            _write(at, home, portal, "portal.changed", changed=",".join(changed))
        else:
            at.note("Nothing to change: it was so before.")
        if fresh and len(before.secrets) == SECRETS_KEPT and not retire:
            at.note("Two secrets are good at a time: the oldest of three is so no more.")
        views.remark(at, home, portal)
        views.show(at, portal, secret=fresh)


@app.command()
def remove(
    workspace: Home,
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Take a portal away: nobody signs in through it, and its tokens are not refreshed any more."""
    with desk(stack, local, as_json) as at:
        home = home_of(at, workspace)
        before = _portal(at, home, name)
        question = f"Remove {before.client_id}, for everybody who is signed in there?"
        if not yes and not typer.confirm(question, err=True):
            raise Complaint("Nothing was done.")
        gone = replace(
            before,
            on=False,
            redirect_uris=[],
            post_logout_uris=[],
            secrets=[],
            initiate_login_uri=None,
        )
        _write(at, home, gone, "portal.removed")
        at.note("Access tokens that it holds are believed for ten minutes at most.")
        at.card(f"Removed: {gone.label}", {"client id": gone.client_id}, portal=views.row(at, gone))


def _stored(at: Desk, home: Workspace) -> Portals:
    return Portals(at.target.people_table, home.id)


def _portal(at: Desk, home: Workspace, name: str) -> Portal:
    found = _stored(at, home).get(name) if PORTAL.match(name) else None
    if found is None or views.is_removed(found):
        raise Complaint(f"There is no portal {name} in {home.id}.")
    return found


def _secrets(
    before: list[str], *, new: bool, retire: bool, public: bool
) -> tuple[str | None, list[str]]:
    """Return a fresh secret, if one is wanted, and the hashes to keep."""
    if public and (new or retire):
        raise Usage("--public keeps no secret: not with --new-secret or --retire-old-secret.")
    fresh = new_secret(secrets.token_bytes(32)) if new else None
    every = [digest(fresh), *before] if fresh else before
    return fresh, [] if public else every[: 1 if retire else SECRETS_KEPT]


def _write(at: Desk, home: Workspace, portal: Portal, happened: str, **detail: str) -> None:
    shown = [each for each in home.portals if each["id"] != portal.id]
    # What the doors will know of it shares a row with all other settings.
    settings.checked(home, {"portals": [*shown, *filter(None, [portal.shown()])]})
    event = Event(
        happened,
        at.now(),
        f"portal-{portal.id}",
        home.trail_days,
        at.by,
        detail={"portal": portal.id, **detail},
    )
    _stored(at, home).put(portal, home, event)
