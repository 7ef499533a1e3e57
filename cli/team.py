"""``portico team``: who looks after a workspace, and in which role."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from cli.command import Command, contact_of, looking_for, running, workspace_of
from cli.option_names import TEAM
from cli.option_names import WHO as NAMES
from cli.output import Shown
from cli.refusals import NotUnderstood, Refusal
from cli.shared_options import AsJson, Local, Stack, Who, WorkspaceId
from portico.errors import TakenAlready
from portico.people.memberships import Role
from portico.people.rules import Contact, Workspace
from portico.team.members import TeamMember
from portico.team.store import Memberships
from portico.team.team_settings import METHODS, account_stamp, is_of_account

app = typer.Typer(no_args_is_help=True)

TOLD = "The owners are told by mail."
WantedRole = Annotated[
    Role, typer.Option("--role", help="What they may do: docs/team.md says it role by role.")
]


@app.command()
def add(
    workspace_id: WorkspaceId,
    who: Who,
    *,
    role: WantedRole,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Put a contact on the team. They are told by mail, and so are the owners.

    The first owner of a workspace is made like this. They must be a contact already: portico
    contact add.
    """
    with running(stack, local, as_json, NAMES) as command:
        contact = _active(contact_of(command, workspace_id, who))
        workspace = workspace_of(command, workspace_id)
        try:
            member = command.members.add(workspace, contact, role, host=command.host, by=command.by)
        except TakenAlready:
            raise Refusal(
                f"{contact.email} is on the team already. To change the role: portico team set "
                f"{workspace_id} {contact.email} --role {role}"
            ) from None
        if role is not Role.OWNER and not _has_owner(command, workspace_id):
            command.note(
                "The team has no owner yet, and only an owner may change it without this command: "
                f"portico team add {workspace_id} WHO --role owner"
            )
        command.note(f"They are told by mail. {TOLD}")
        _show(command, member)


@app.command(name="list")
def list_(
    workspace_id: WorkspaceId,
    *,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """List the team: owners first."""
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        team = command.members.of(workspace)
        command.list(
            f"The team of {workspace.name}",
            [_short(each) for each in team],
            members=[_row(each) for each in team],
        )


@app.command(name="set")
def set_(
    workspace_id: WorkspaceId,
    who: Who,
    *,
    role: WantedRole,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Give a member another role. One owner always stays."""
    with running(stack, local, as_json, NAMES) as command:
        contact = contact_of(command, workspace_id, who)
        workspace = workspace_of(command, workspace_id)
        with looking_for(f"active member {who} on the team of {workspace_id}"):
            before = command.members.find(workspace, contact)
            after = command.members.change(
                workspace, contact, role, host=command.host, by=command.by
            )
        if before.membership.role is role:
            command.note("Nothing changed: they had this role before.")
        else:
            command.note(f"They are told by mail. {TOLD}")
        _show(command, after)


@app.command()
def remove(
    workspace_id: WorkspaceId,
    who: Who,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Take a member off the team. They stay a contact, and one owner always stays."""
    with running(stack, local, as_json, NAMES) as command:
        contact = contact_of(command, workspace_id, who)
        workspace = workspace_of(command, workspace_id)
        with looking_for(f"member {who} on the team of {workspace_id}"):
            role = command.members.remove(workspace, contact, host=command.host, by=command.by)
        command.note(f"They are told by mail. {TOLD}")
        command.card(
            f"Off the team: {contact.name}",
            {"primary email": contact.email, "was": role.value},
            contact=contact.id,
            was=role.value,
        )


@app.command()
def methods(
    workspace_id: WorkspaceId,
    *,
    wanted: Annotated[
        list[str] | None,
        typer.Option(
            "--method", help=f"A way to come in: {', '.join(METHODS)}. Repeat it for each."
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--every", help="Every way will do, the default.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Show or set by which ways a member must have signed in for the team's side."""
    with running(stack, local, as_json, TEAM) as command:
        if wanted and every:
            raise NotUnderstood("Say --method or --every, not both.")
        workspace = workspace_of(command, workspace_id)
        found = command.team_entries.of(workspace)
        if wanted or every:
            found = command.team_entries.set_methods(
                workspace, wanted or [], host=command.host, by=command.by
            )
            command.note(TOLD)
        shown = ", ".join(found.methods) or "every way"
        command.card(
            f"The team of {workspace.name}",
            {"may come in by": shown},
            methods=list(found.methods or METHODS),
        )


@app.command()
def confirm(
    workspace_id: WorkspaceId,
    *,
    connection: Annotated[
        str | None,
        typer.Option(
            "--connection",
            metavar="ID",
            help="A connection, as it is set up now; with --member, their account by it.",
        ),
    ] = None,
    member: Annotated[
        str | None,
        typer.Option(
            "--member",
            metavar="WHO",
            help="A member who has just changed their address, or connected an account.",
        ),
    ] = None,
    address: Annotated[
        bool, typer.Option("--address", help="With --member, their address and no account.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Confirm a connection, or a member's new address or account, for the team's side.

    A connection that waits for an owner is offered to everybody from then on. Where several things
    of a member wait, say which: somebody else may have added one.
    """
    with running(stack, local, as_json, NAMES) as command:
        if (connection is None and member is None) or (address and not member):
            raise NotUnderstood("Say which: --connection ID, or --member WHO.")
        if address and connection is not None:
            raise NotUnderstood("Say which: --address, or --connection ID.")
        workspace = workspace_of(command, workspace_id)
        if member is None and connection is not None:
            with looking_for(f"connection {connection} in {workspace_id}"):
                command.team_entries.confirm_connection(
                    workspace, connection, host=command.host, by=command.by
                )
        else:
            contact = contact_of(command, workspace_id, member or "")
            with looking_for(f"change or account of {contact.email} that could be confirmed"):
                command.team_entries.confirm_member(
                    workspace,
                    contact,
                    seen=_meant(command, workspace, contact, connection, address=address),
                    host=command.host,
                    by=command.by,
                )
        command.note(TOLD)
        what = member or connection or ""
        command.card(f"The team of {workspace.name}", {"confirmed": what}, confirmed=what)


def _meant(
    command: Command,
    workspace: Workspace,
    contact: Contact,
    connection: str | None,
    *,
    address: bool,
) -> Callable[[str], bool]:
    """Return what says by its stamp whether something of a member is meant.

    Raises:
        Refusal: several things wait, and nobody has said which.
    """
    found = Memberships(command.deployment.people_table, workspace.id).get(contact.id)
    listed = command.team_entries.waiting(workspace, [contact], [found] if found else [])

    def is_meant(stamp: str) -> bool:
        if address:
            return not is_of_account(stamp)
        return connection is None or stamp.startswith(account_stamp(contact.id, f"{connection}:"))

    waits = [each for each in listed if each.stamp and is_meant(each.stamp)]
    if len(waits) < 2:
        stamps = {each.stamp for each in waits}
        # What was confirmed before is confirmed again.
        return stamps.__contains__ if waits else is_meant
    said = ", ".join(
        f"{f'an account by {each.connection}' if each.connection else 'an address'} until "
        f"{each.until:%Y-%m-%d %H:%M} UTC"
        for each in waits
    )
    how = (
        "An owner confirms each by itself in the console."
        if connection is not None
        else "Say which: --address, or --connection ID."
    )
    raise Refusal(f"Several things of {contact.email} wait: {said}. {how}")


def _active(contact: Contact) -> Contact:
    if not contact.active:
        raise Refusal(
            f"{contact.email} is deactivated. First: portico contact activate "
            f"{contact.workspace_id} {contact.email}"
        )
    return contact


def _has_owner(command: Command, workspace_id: str) -> bool:
    team = command.members.of(workspace_of(command, workspace_id))
    return any(each.membership.role is Role.OWNER for each in team)


def _row(member: TeamMember) -> dict[str, Any]:
    return {
        "contact": member.contact.id,
        "email": member.contact.email,
        "name": member.contact.name,
        "active": member.contact.active,
        "role": member.membership.role.value,
        "since": member.membership.since,
        "by": member.membership.by,
    }


def _short(member: TeamMember) -> dict[str, Shown]:
    membership = member.membership
    return {
        "role": membership.role.value,
        "primary email": member.contact.email,
        "name": member.contact.name if member.contact.active else f"{member.contact.name} (off)",
        "since (UTC)": f"{membership.since:%Y-%m-%d} by {membership.by}",
        "id": member.contact.id,
    }


def _show(command: Command, member: TeamMember) -> None:
    membership = member.membership
    command.card(
        member.contact.name,
        {
            "role": membership.role.value,
            "primary email": member.contact.email,
            "since": membership.since,
            "by": membership.by,
            "id": member.contact.id,
        },
        member=_row(member),
    )
