"""``portico workspace``: companies' portals and their rules."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from cli import durations, sites
from cli import portal_views as views
from cli.complaints import Usage, option_of
from cli.desk import AsJson, Desk, Local, Shown, Stack, desk, looking_for
from cli.settings import OPTIONS, Settings, changes_of, logo_of, taking_settings
from portico.openid.store import Portals
from portico.people.rules import Workspace
from portico.people.store import People
from portico.people.workspace_settings import checked, describe

app = typer.Typer(help="Workspaces: companies' portals and their rules.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="The workspace's id, as in its URL.")]


@app.command()
@taking_settings
def create(
    id_: Id,
    *,
    name: Annotated[str, typer.Option(help=describe("name"))],
    portal_url: Annotated[str, typer.Option(help=describe("portal_url"))],
    settings: Settings,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Open a workspace."""
    with desk(stack, local, as_json) as at:
        logo = logo_of(settings)
        bare = Workspace(id_, name, portal_url)
        home = checked(bare, changes_of(settings, bare, reset=[]))
        at.team.create_workspace(home, by=at.by)
        if logo is not None:
            home = at.team.change_workspace(home.id, _kept(at, home, logo), by=at.by)
        _show(at, home)


@app.command()
def show(id_: Id, stack: Stack = None, local: Local = None, as_json: AsJson = False) -> None:
    """Show a workspace and its settings."""
    with desk(stack, local, as_json) as at:
        _show(at, _workspace(at, id_))


@app.command(name="set")
@taking_settings
def set_(
    id_: Id,
    *,
    settings: Settings,
    reset: Annotated[
        list[str] | None,
        typer.Option(metavar="SETTING", help="Put a setting back to its default. May be repeated."),
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Change settings of a workspace. They hold for whoever comes from now on."""
    with desk(stack, local, as_json) as at:
        if not settings and not reset:
            raise Usage("Say what to set; `portico workspace set --help` lists the settings.")
        logo = logo_of(settings)
        home = _workspace(at, id_)
        wanted = changes_of(settings, home, reset or [])
        after = checked(home, wanted)
        changes = {name: getattr(after, name) for name in wanted}
        changes = {name: value for name, value in changes.items() if value != getattr(home, name)}
        if logo is not None:
            changes |= _kept(at, home, logo)
        if changes:
            home = at.team.change_workspace(id_, changes, by=at.by)
        else:
            at.note("Nothing to change: it was so before.")
        _show(at, home)


def _workspace(at: Desk, id_: str) -> Workspace:
    with looking_for(f"workspace {id_}"):
        return at.team.workspace(id_)


def _kept(at: Desk, home: Workspace, logo: bytes) -> dict[str, Any]:
    return {"logo": People(at.target.people_table, home.id).put_logo(logo)}


def _show(at: Desk, home: Workspace) -> None:
    at.notes.extend(sites.warnings(home, at.target))
    for each in Portals(at.target.people_table, home.id).all() if home.portals else []:
        # Where its portal is and which areas it has is what its clients were registered by.
        views.remark_on_settings(at, home, each)
    page = f"{at.target.api_url}/{home.id}"
    row = asdict(home)
    content: dict[str, Shown] = {"page": page}
    for name in ("id", *OPTIONS):
        value = row[name]
        is_time = name in ("session_idle_seconds", "session_absolute_seconds")
        label = "id" if name == "id" else option_of(name).removeprefix("--")
        content[label] = durations.written(value) if is_time else value
    at.card(home.name, content, workspace=row, page_url=page)
