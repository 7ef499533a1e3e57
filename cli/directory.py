"""``portico directory``: who is in a workspace's directory, and whom its rule would shut out."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli import directory_csv
from cli.closed_portal import closed
from cli.command import Command, asking, looking_for, running, url_here, workspace_of
from cli.directory_held import held, keep, leave
from cli.held_mail import held_mail
from cli.option_names import BREAK_GLASS
from cli.output import Shown
from cli.refusals import Refusal
from cli.shared_options import TAKES_IDS, AsJson, Local, Stack, WorkspaceId
from portico.directory.dry_run import Check, Connected, check
from portico.directory.record_import import DirectoryImport
from portico.links.team_links import address_of
from portico.people.directory_rule import DirectoryRule
from portico.people.rules import Contact, Workspace

app = typer.Typer(no_args_is_help=True)
app.command()(held)
app.command(context_settings=TAKES_IDS)(leave)
app.command(context_settings=TAKES_IDS)(keep)


STALE = timedelta(days=7)
PERSON = {"email": "PERSON", "external_id": "PERSON"}


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="CSV", help="The file, in UTF-8.")],
    workspace_id: WorkspaceId,
    *,
    complete: Annotated[
        bool,
        typer.Option(
            help="The file lists everybody of its sources: whoever is missing has left.",
        ),
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Update the directory records. A contact whose record turns inactive is signed out.

    Columns: source, external_id, user_name, emails (separated by ;), active (true or false), and
    for Microsoft tenant and object_id.
    """
    with running(stack, local, as_json, {}) as command:
        workspace = workspace_of(command, workspace_id)
        rows = directory_csv.read(file, at=command.now())
        taken = DirectoryImport(command.deployment.people_table, workspace, command.by).take(
            rows, is_complete=complete
        )
        if taken.signed_out:
            command.note(
                "Sessions and open codes of those signed out have ended. A portal that already "
                "holds an access token accepts it for ten minutes at most."
            )
        for contact, email in taken.moved.items():
            command.note(f"{contact} was found by {email}, an address that they had before.")
        if workspace.rule is DirectoryRule.OFF:
            command.note("The directory rule is off: records decide nothing yet.")
        counts: dict[str, Shown] = {
            "added": taken.added,
            "changed": taken.changed,
            "unchanged": taken.unchanged,
            "deactivated": taken.deactivated,
            "signed out": taken.signed_out,
            "not kept": [f"{each.source} {each.external_id}" for each in taken.in_use],
        }
        command.card(
            f"Directory of {workspace.name}",
            counts,
            **{name.replace(" ", "_"): value for name, value in counts.items()},
        )
        if taken.in_use:
            raise Refusal(
                "Some were not kept: an address or object id of theirs belongs to another active "
                "record. Make that one inactive, or take the address from it."
            )


@app.command(name="check")
def check_(
    workspace_id: WorkspaceId, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """Show whom the directory rule would shut out. Nobody is shut out by this."""
    with running(stack, local, as_json, {}) as command:
        workspace = workspace_of(command, workspace_id)
        found = check(
            command.deployment.people_table,
            workspace.id,
            _connected(command, workspace),
            at=command.now(),
        )
        _remark(command, workspace, found)
        shut_out = len(found.unmatched)
        by_code = shut_out if workspace.code_method else 0
        counts: dict[str, Shown] = {
            "rule": workspace.directory_rule,
            "active contacts": found.contacts,
            "with a match": found.contacts - shut_out,
            "shut out by sso_only": shut_out,
            "shut out by match_required": shut_out - by_code,
            "by code only under match_required": by_code,
            "records": found.records,
            "inactive records": found.inactive_records,
            "last import": found.last_import,
        }
        title = f"Directory rule of {workspace.name}"
        rows: list[dict[str, Shown]] = [
            {"id": each.contact.id, "email": each.contact.email, "why": each.reason}
            for each in found.unmatched
        ]
        if as_json:
            named = {name.replace(" ", "_"): value for name, value in counts.items()}
            command.card(title, {}, **named, unmatched=rows)
            return
        command.card(title, counts)
        command.list("Without a match", rows)


@app.command()
def status(
    workspace_id: WorkspaceId, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """Show who syncs the directory, how many people there are, and what goes wrong."""
    from cli.directory_view import show_status, status_by_aws

    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, {}) as (told, portico):
            show_status(told, workspace_id, dict(portico.read_directory()))
        return
    with running(stack, local, as_json, {}) as command:
        workspace = workspace_of(command, workspace_id)
        show_status(command, workspace.id, status_by_aws(command, workspace))


@app.command()
def people(
    workspace_id: WorkspaceId,
    who: Annotated[
        str | None,
        typer.Argument(
            metavar="[PERSON]", help="An address or the directory's own id; else everybody."
        ),
    ] = None,
    *,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """List the people whom a directory syncs, or show what it has sent of one, and why not."""
    from cli.directory_synced import synced_people
    from cli.directory_view import person_by_aws, person_over_http, show_people, show_person

    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, PERSON) as (told, portico):
            if who is not None:
                show_person(told, who, person_over_http(portico, who))
                return
            show_people(told, workspace_id, map(dict, portico.list_people({"limit": 100})))
        return
    with running(stack, local, as_json, PERSON) as command:
        workspace = workspace_of(command, workspace_id)
        if who is not None:
            show_person(command, who, person_by_aws(command, workspace, who))
            return
        show_people(command, workspace.id, synced_people(command, workspace))


@app.command()
def groups(
    workspace_id: WorkspaceId, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """List the groups that a directory syncs, and which of them let people in."""
    from cli.directory_synced import synced_groups

    with running(stack, local, as_json, {}) as command:
        workspace = workspace_of(command, workspace_id)
        found = synced_groups(command, workspace)
        command.list(f"Groups of {workspace.name}'s directory", found, groups=found)


@app.command(name="break-glass")
def break_glass(
    workspace_id: WorkspaceId,
    who: Annotated[
        str, typer.Argument(metavar="CONTACT", help="The contact's id (ct_...) or primary email.")
    ],
    *,
    hours: Annotated[int, typer.Option(min=1, max=168, help="Hours until the link expires.")] = 24,
    to: Annotated[str | None, typer.Option(metavar="AREA", help="Where it leads.")] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Make a link that lets one contact in while the directory or its provider is broken.

    The link lets its contact in once, by a mailed code, whatever the directory rule says. The trail
    records who made it and when it was used.
    """
    with running(stack, local, as_json, BREAK_GLASS) as command:
        workspace = workspace_of(command, workspace_id)
        with looking_for(f"contact {who} in {workspace_id}"):
            contact = command.team.contact(workspace_id, who)
        link, token = command.links.create(
            workspace_id,
            by=command.by,
            contact=contact.id,
            to=to,
            lifetime=timedelta(hours=hours),
            label="break-glass",
            break_glass=True,
        )
        _warn(command, workspace, contact)
        command.note(
            "The link is shown only now. It works once, for a code mailed to the contact's primary "
            f"address. To end it earlier: portico link revoke {workspace.id} {link.id}"
        )
        url = address_of(command.deployment.api_url, workspace.id, token, to=to)
        shown: dict[str, Shown] = {
            "id": link.id,
            "for": link.email_hint,
            "expires": link.expires_at,
            "to": to,
        }
        command.card(
            f"Break-glass link for {contact.name}", shown, link=shown, token=token, url=url
        )
        command.line(url)


def _connected(command: Command, workspace: Workspace) -> Connected:
    if not workspace.sso_method:
        return Connected(frozenset(), frozenset())
    found = [each for each in command.connections(workspace.id).all() if each.on]
    return Connected(
        frozenset(each.id for each in found),
        frozenset(domain for each in found for domain in each.vouches_for),
    )


def _remark(command: Command, workspace: Workspace, found: Check) -> None:
    if found.last_import is None:
        command.note("No directory was ever imported.")
    elif command.now() - found.last_import > STALE:
        command.note(f"The last import is {_age(command.now() - found.last_import)} old.")
    if found.unmatched and workspace.rule is DirectoryRule.SSO_ONLY:
        command.note("The rule is already sso_only: contacts without a match are shut out now.")
    command.note(
        "Counted as a sign-in would: by an identity that matched, else by the primary address "
        "where a connection vouches for its domain. What a provider will really say only a "
        "sign-in shows."
    )


def _warn(command: Command, workspace: Workspace, contact: Contact) -> None:
    if why := closed(workspace, at=command.now()):
        command.note(f"{why[0]} The link works once the portal is open again. {why[1]}")
    if not contact.is_in(at=command.now()):
        command.note("The contact is deactivated: no code will be mailed.")
    if held := held_mail(contact, at=command.now()):
        command.note(held)


def _age(age: timedelta) -> str:
    return f"{age.days} days"
