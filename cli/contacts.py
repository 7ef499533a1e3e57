"""``portico contact``: the people who may sign in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.command import Command, Told, asking, contact_of, looking_for, running, url_here
from cli.contact_changes import Wanted, change_contact, without_ways_in
from cli.contact_lift import lift
from cli.contact_merge import merge, undo_merge
from cli.contact_output import list_contacts, print_contacts, row_of_contact, show_contact
from cli.contact_ref import ref
from cli.held_mail import held_mail
from cli.option_names import CONTACT as NAMES
from cli.option_names import WHO
from cli.refusals import NotUnderstood
from cli.remote_contacts import over_http, shown
from cli.shared_options import AsJson, Local, Stack, Who, WorkspaceId
from portico.people.rules import LOCALES, Contact

app = typer.Typer(no_args_is_help=True)

ENDED = (
    "Sessions and open codes have ended. A portal that already holds an access token accepts it for "
    "ten minutes at most."
)


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
    if url := url_here(stack, local, as_json):
        with over_http(url, workspace_id, as_json, NAMES) as remote:
            show_contact(remote.told, shown(remote.add(name, email, language)))
        return
    with running(stack, local, as_json, NAMES) as command, looking_for(f"workspace {workspace_id}"):
        _show(
            command,
            command.team.add_contact(
                workspace_id, name=name, email=email, language=language, by=command.by
            ),
        )


@app.command(name="import")
def import_(
    workspace_id: WorkspaceId,
    file: Annotated[Path, typer.Argument(metavar="CSV", help="The file: CSV in UTF-8 or UTF-16.")],
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
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="FIELD=HEADER",
            help="Which column is email, name, language, active or id, if it is called otherwise.",
        ),
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Add contacts from a file, and update those who have its primary emails.

    The columns email and name are required; language, active (true or false) and id are
    optional. A column that is left out, or an empty active, changes nothing.

    A refused row is skipped; the others are imported. The same file again changes nothing, so
    the same command finishes an import that was interrupted.
    """
    from cli.contact_import import import_contacts

    if url := url_here(stack, local, as_json):
        from cli.remote_import import import_over_http

        with asking(url, workspace_id, as_json, {}) as (told, portico):
            if from_line > 1 or writers is not None:
                raise NotUnderstood("--from-line and --writers: not with --url.")
            import_over_http(
                told,
                portico,
                file,
                report=report,
                dry_run=dry_run,
                ignore_unknown=ignore_unknown,
                said=column or (),
            )
        return
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
            said=column or (),
        )


@app.command(name="list")
def list_(
    workspace_id: WorkspaceId,
    *,
    starting: Annotated[
        str, typer.Option(metavar="TEXT", help="Only primary emails that start with this.")
    ] = "",
    inactive: Annotated[
        bool, typer.Option("--inactive", help="Only contacts who are deactivated.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10000, help="Contacts to show at most.")] = 25,
    as_csv: Annotated[
        bool,
        typer.Option("--csv", help="Answer with all of them, as CSV that can be imported again."),
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """List contacts by their primary email. The list is a moment behind."""
    beginning = starting.strip().lower()
    if url := url_here(stack, local, as_json):
        with over_http(url, workspace_id, as_json, WHO) as remote:
            rows = remote.all(starting=beginning, inactive=inactive)
            _list(remote.told, workspace_id, rows, limit=limit, as_csv=as_csv)
        return
    with running(stack, local, as_json, {}) as command:
        with looking_for(f"workspace {workspace_id}"):
            found = command.team.contacts(workspace_id, starting=beginning)
        at = command.now()
        rows = (row_of_contact(each) for each in found if not (inactive and each.is_in(at=at)))
        _list(command, workspace_id, rows, limit=limit, as_csv=as_csv)


def _list(
    told: Told, workspace_id: str, rows: Iterator[dict[str, Any]], *, limit: int, as_csv: bool
) -> None:
    if as_csv and told.as_json:
        raise NotUnderstood("Say --csv or --json, not both.")
    if as_csv:
        print_contacts(rows)
    else:
        list_contacts(told, workspace_id, rows, limit=limit)


@app.command()
def show(
    workspace_id: WorkspaceId,
    who: Who,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Show a contact."""
    if url := url_here(stack, local, as_json):
        with over_http(url, workspace_id, as_json, WHO) as remote:
            show_contact(remote.told, shown(remote.of(who)))
        return
    with running(stack, local, as_json, WHO) as command:
        _show(command, contact_of(command, workspace_id, who))


@app.command(name="set")
def set_(
    workspace_id: WorkspaceId,
    who: Who,
    *,
    name: Annotated[str | None, typer.Option(NAMES["name"], help="The contact's name.")] = None,
    email: Annotated[
        str | None,
        typer.Option(
            NAMES["email"],
            help="Another primary email. It ends their sessions, and tells the old one.",
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            NAMES["language"], help=f"Language of their mail. One of {' '.join(LOCALES)}."
        ),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(
            NAMES["time_zone"], metavar="ZONE", help="What portals are told, as Europe/Berlin."
        ),
    ] = None,
    reset: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SETTING", help="language or time-zone: none of their own. Repeat it for each."
        ),
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Change a contact's name, language, time zone or primary email."""
    wanted = Wanted(name, email, language, time_zone, tuple(reset or ()))
    if url := url_here(stack, local, as_json):
        with over_http(url, workspace_id, as_json, NAMES | WHO) as remote:
            after = remote.correct(who, wanted.changes(), email=email)
            show_contact(remote.told, shown(after))
        return
    with running(stack, local, as_json, NAMES | WHO) as command:
        _show(command, change_contact(command, workspace_id, who, wanted))


@app.command()
def deactivate(
    workspace_id: WorkspaceId,
    who: Who,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Deactivate a contact: they can no longer sign in, and their sessions end in ten minutes."""
    if url := url_here(stack, local, as_json):
        with over_http(url, workspace_id, as_json, WHO) as remote:
            row = shown(remote.deactivate(who))
            remote.told.note(ENDED)
            show_contact(remote.told, row)
        return
    with running(stack, local, as_json, WHO) as command:
        contact = _switched(command, workspace_id, who, active=False)
        command.note(ENDED)
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


@app.command(name="remove-ways-in")
def remove_ways_in(
    workspace_id: WorkspaceId,
    who: Who,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Remove a contact's password and connected accounts, and sign them out everywhere.

    For an account that somebody else had taken over. The contact is told by mail.
    """
    with running(stack, local, as_json, WHO) as command:
        after, removed = without_ways_in(command, workspace_id, who)
        command.card(
            after.name,
            {
                "primary email": after.email,
                "password": "removed" if removed.password else "none",
                "connected accounts": ", ".join(removed.accounts) + " removed"
                if removed.accounts
                else "none",
            },
            contact=row_of_contact(after),
            removed={"password": removed.password, "accounts": removed.accounts},
        )


@app.command()
def remove(
    workspace_id: WorkspaceId,
    who: Who,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it. Without this, only say whom it would remove.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Erase a contact: name, addresses, refs, ways in. It cannot be undone.

    What is left says that there was a contact. The address is told by mail.
    """
    with (
        running(stack, local, as_json, WHO) as command,
        looking_for(f"contact {who} in {workspace_id}"),
    ):
        contact = contact_of(command, workspace_id, who)
        if not yes:
            called = contact.name or contact.id
            raise NotUnderstood(f"This would erase {called} for good. To do it: --yes")
        workspace = command.team.workspace(workspace_id)
        command.erasures.erase(workspace, contact, host=command.host, by=command.by)
        command.card(contact.id, {"erased": True}, contact=contact.id, erased=True)


app.command()(merge)
app.command(name="undo-merge")(undo_merge)
app.command()(ref)
app.command()(lift)


def _switched(command: Command, workspace_id: str, who: str, *, active: bool) -> Contact:
    contact = contact_of(command, workspace_id, who)
    if contact.is_in(at=command.now()) is active:
        # Every switch raises `sver`; saying it twice must not sign anybody out twice.
        return contact
    with looking_for(f"contact {who} in {workspace_id}"):
        return command.team.set_active(workspace_id, contact.id, active, by=command.by)


def _show(command: Command, contact: Contact) -> None:
    if held := held_mail(contact, at=command.now()):
        command.note(held)
    show_contact(command, row_of_contact(contact))
