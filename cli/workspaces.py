"""``portico workspace``: companies' portals and their rules."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli import portal_output as views
from cli.command import Command, Told, asking, running, url_here, workspace_of
from cli.option_names import WORKSPACE as NAMES
from cli.option_names import label_of
from cli.output import Shown
from cli.refusals import NotUnderstood
from cli.setting_options import (
    OF_NEW_WORKSPACES,
    SETTINGS,
    Settings,
    SettingsCommand,
    changes_of,
    logo_of,
    shown,
    taking_settings,
)
from cli.shared_options import AsJson, Local, Stack
from portico.people.rules import Workspace
from portico.people.workspace_words import WORDS_FIELDS, WorkspaceWords

app = typer.Typer(no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="The workspace's id, as in its URL.")]


@app.command(cls=SettingsCommand)
@taking_settings
def create(
    workspace_id: Id,
    *,
    name: Annotated[str, typer.Option(NAMES["name"])],
    portal_url: Annotated[str, typer.Option(NAMES["portal_url"])],
    settings: Settings,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Open a workspace."""
    from portico.aws.tables import ALWAYS
    from portico.people.store import logo_row
    from portico.people.words_rules import checked_words
    from portico.people.workspace_settings import checked

    with running(stack, local, as_json, NAMES) as command:
        logo = logo_of(settings)
        bare = Workspace(workspace_id, name, portal_url, **OF_NEW_WORKSPACES)
        given = changes_of(settings, bare, WorkspaceWords(), reset=[], at=command.now())
        words = {name: value for name, value in given.items() if name in WORDS_FIELDS}
        after = checked_words(WorkspaceWords(), words)
        rest = {name: given[name] for name in given.keys() - words.keys()}
        words = {name: getattr(after, name) for name in words}
        also = {}
        if logo is not None:
            row = logo_row(workspace_id, logo)
            rest["logo"] = row["digest"]
            also["logo"] = command.people(workspace_id).rows.putting(row, ALWAYS)
        workspace = checked(bare, rest)
        command.workspaces.create(workspace, by=command.by, words=words, also=also)
        _show(command, workspace)


@app.command()
def show(
    workspace_id: Id, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """Show a workspace and its settings."""
    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told, portico):
            _card(told, url.rstrip("/"), {**portico.read_settings()["settings"]})
        return
    with running(stack, local, as_json, NAMES) as command:
        _show(command, workspace_of(command, workspace_id))


@app.command(name="preview-mail")
def preview_mail(
    workspace_id: Id,
    *,
    letter: Annotated[
        str, typer.Option(metavar="LETTER", help="code, link (a new one) or notice.")
    ] = "code",
    language: Annotated[
        str | None, typer.Option(metavar="LANGUAGE", help="By default the workspace's.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the HTML here, for a browser.")
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Show a mail as contacts get it, with sample values. Nothing is mailed."""
    from cli.mail_preview import LETTERS, asked_mail, mail_of, show_mail

    unknown = NotUnderstood(f"--letter: one of {', '.join(LETTERS)}")
    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told, portico):
            if letter not in LETTERS:
                raise unknown
            show_mail(told, asked_mail(portico, letter=letter, language=language), html)
        return
    with running(stack, local, as_json, NAMES) as command:
        if letter not in LETTERS:
            raise unknown
        show_mail(command, mail_of(command, workspace_id, letter=letter, language=language), html)


@app.command(name="list")
def list_(stack: Stack = None, local: Local = None, as_json: AsJson = False) -> None:
    """List all workspaces, by id. The list is a moment behind."""
    with running(stack, local, as_json, NAMES) as command:
        rows: list[dict[str, Shown]] = []
        for id_, found in command.team.workspaces():
            rows.append(
                {
                    "id": id_,
                    "name": found.name if found else None,
                    "state": _state(found, at=command.now()),
                    "portal_url": found.portal_url if found else None,
                }
            )
            if found is None:
                command.note(f"The row of {id_} was changed by hand, and cannot be read.")
        short = [row | {"page": f"{command.deployment.api_url}/{row['id']}"} for row in rows]
        command.list("Workspaces", short, workspaces=rows)


def _state(workspace: Workspace | None, *, at: datetime) -> str:
    if workspace is None:
        return "malformed"
    if workspace.portal_enabled and workspace.is_paused(at=at):
        return "paused"
    return "on" if workspace.portal_enabled else "off"


@app.command(name="export")
def export_(
    workspace_id: Id,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file. Only you may read it.")],
    *,
    with_passwords: Annotated[
        bool, typer.Option("--with-passwords", help="Take hashes of passwords along.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Write a whole workspace into a file, to import it into another stack."""
    from cli.workspace_files import export_workspace

    with running(stack, local, as_json, NAMES) as command:
        export_workspace(command, workspace_id, file, passwords=with_passwords)


@app.command(name="import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file of portico workspace export.")
    ],
    *,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Open the workspace of a file in this stack. Cut off, the same file again finishes it."""
    from cli.workspace_files import import_workspace

    with running(stack, local, as_json, NAMES) as command:
        import_workspace(command, file)


@app.command(name="set", cls=SettingsCommand)
@taking_settings
def set_(
    workspace_id: Id,
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
    """Change settings of a workspace. They apply from the next sign-in on."""
    from cli.directory_synced import group_ids, reckon

    with running(stack, local, as_json, NAMES) as command:
        if not settings and not reset:
            raise NotUnderstood(
                "Say what to set. `portico workspace set --help` lists the settings."
            )
        logo = logo_of(settings)
        workspace_of(command, workspace_id)
        settings = group_ids(command, workspace_id, settings)

        def wanted(workspace: Workspace, words: WorkspaceWords) -> Settings:
            return changes_of(settings, workspace, words, reset or [], at=command.now())

        workspace, change = command.changes.change(
            workspace_id, wanted, png=logo, host=command.host, by=command.by
        )
        if not change.after:
            command.note("Nothing changed: the values are the same as before.")
        if "directory_groups" in change.after:
            reckon(command, workspace)
        _show(command, workspace)


def _show(command: Command, workspace: Workspace) -> None:
    from cli.workspace_warnings import warnings

    command.notes.extend(warnings(workspace, command.deployment))
    for each in command.portals(workspace.id).all() if workspace.portals else []:
        # Where its portal is and which areas it has is what its clients were registered by.
        views.remark_on_settings(command, workspace, each)
    row = asdict(workspace) | asdict(command.team.words(workspace.id))
    del row["version"], row["groups_ruled_at"]
    _card(command, command.deployment.api_url, row)


def _card(told: Told, portico_url: str, row: Settings) -> None:
    page = f"{portico_url}/{row['id']}"
    content: dict[str, Shown] = {"page": page}
    content["id"] = row["id"]
    for field in SETTINGS:
        # A Portico that is older than this command may not tell all of them.
        if field in row:
            content[label_of(field, NAMES)] = shown(field, row[field])
    told.card(row["name"], content, workspace=row, page_url=page)
