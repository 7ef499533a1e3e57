"""``portico contact``: the people who may sign in."""

from pathlib import Path
from typing import Annotated

import typer

from cli.command import Command, contact_of, looking_for, running
from cli.option_names import CONTACT as NAMES
from cli.option_names import WHO
from cli.output import told
from cli.refusals import Refusal
from cli.shared_options import AsJson, Local, Stack, Who, WorkspaceId
from portico.people.rules import LOCALES, Contact

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    workspace_id: WorkspaceId,
    *,
    name: Annotated[str, typer.Option(NAMES["name"], help="The contact's name.")],
    email: Annotated[
        str, typer.Option(NAMES["email"], help="The primary email: codes are mailed there.")
    ],
    language: Annotated[
        str | None,
        typer.Option(
            NAMES["language"],
            help=f"Language of their mail, if it is not the workspace's. One of {' '.join(LOCALES)}.",
        ),
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Add a contact. They may sign in at once."""
    with running(stack, local, as_json, NAMES) as command, looking_for(f"workspace {workspace_id}"):
        if language is not None and language not in LOCALES:
            raise Refusal(f"--language: one of {' '.join(LOCALES)}")
        _show(
            command,
            command.team.add_contact(
                workspace_id, name=name, email=email, language=language, by=command.by
            ),
        )


@app.command(name="import")
def import_(
    workspace_id: WorkspaceId,
    file: Annotated[Path, typer.Argument(metavar="CSV", help="The file, in UTF-8.")],
    *,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every refused row there: line, email, reason."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what the import would do, and do nothing.")
    ] = False,
    from_line: Annotated[
        int,
        typer.Option(
            "--from-line", metavar="LINE", min=1, help="Begin at this line, after an interruption."
        ),
    ] = 1,
    writers: Annotated[
        int | None, typer.Option(min=1, help="Writes at a time: 1 to 10, the default.")
    ] = None,
    ignore_unknown: Annotated[
        bool, typer.Option("--ignore-unknown", help="Skip columns that Portico does not know.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Add contacts, or bring them up to date. Found by their primary email.

    The columns email and name are required; language, active (true or false) and id are
    optional. A column that is left out, or an empty active, changes nothing.

    A refused row is skipped; the others are imported. The same file again changes nothing, so
    the same command finishes an import that was interrupted.
    """
    from cli.contact_import import import_contacts

    with running(stack, local, as_json, {}) as command:
        import_contacts(
            command,
            workspace_id,
            file,
            report=report,
            dry_run=dry_run,
            from_line=from_line,
            writers=writers,
            ignore_unknown=ignore_unknown,
        )


@app.command()
def show(
    workspace_id: WorkspaceId,
    who: Who,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Show a contact."""
    with running(stack, local, as_json, WHO) as command:
        _show(command, contact_of(command, workspace_id, who))


@app.command()
def deactivate(
    workspace_id: WorkspaceId,
    who: Who,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Deactivate a contact: they can no longer sign in, and their sessions end in ten minutes."""
    with running(stack, local, as_json, WHO) as command:
        contact = _switched(command, workspace_id, who, active=False)
        command.note(
            "Sessions and open codes have ended. A portal that already holds an access token "
            "accepts it for ten minutes at most."
        )
        _show(command, contact)


@app.command()
def activate(
    workspace_id: WorkspaceId,
    who: Who,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Let a contact sign in again."""
    with running(stack, local, as_json, WHO) as command:
        _show(command, _switched(command, workspace_id, who, active=True))


def _switched(command: Command, workspace_id: str, who: str, *, active: bool) -> Contact:
    contact = contact_of(command, workspace_id, who)
    if contact.active is active:
        # Every switch raises `sver`; saying it twice must not sign anybody out twice.
        return contact
    return command.team.set_active(workspace_id, contact.id, active, by=command.by)


def _show(command: Command, contact: Contact) -> None:
    row = told(contact)
    if contact.suppressed:
        command.note(f"No mail is sent to {contact.email} after a {contact.suppressed}.")
    command.card(contact.name, row, contact=row)
