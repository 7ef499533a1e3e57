"""``portico contact``: the people who may sign in."""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.complaints import Complaint
from cli.desk import AsJson, Desk, Local, Stack, contact_of, desk, looking_for
from cli.enrolment import import_
from portico.people.rules import LOCALES, Contact

app = typer.Typer(help="Contacts: the people who may sign in.", no_args_is_help=True)
app.command(name="import")(import_)

Home = Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's id.")]
Who = Annotated[
    str, typer.Argument(metavar="WHO", help="The contact's id (ct_...) or primary email.")
]


@app.command()
def add(
    workspace: Home,
    *,
    name: Annotated[str, typer.Option(help="What the contact is called.")],
    email: Annotated[str, typer.Option(help="The primary email: codes are mailed there.")],
    language: Annotated[
        str | None,
        typer.Option(help=f"Language of their mail, if not the workspace's: {' '.join(LOCALES)}."),
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Add a contact, who may sign in from then on."""
    with desk(stack, local, as_json) as at, looking_for(f"workspace {workspace}"):
        if language is not None and language not in LOCALES:
            raise Complaint(f"--language: one of {' '.join(LOCALES)}")
        _show(
            at, at.team.add_contact(workspace, name=name, email=email, language=language, by=at.by)
        )


@app.command()
def show(
    workspace: Home, who: Who, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """Show a contact."""
    with desk(stack, local, as_json) as at:
        _show(at, contact_of(at, workspace, who))


@app.command()
def deactivate(
    workspace: Home, who: Who, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """Let a contact sign in no more. All their sessions end, within ten minutes."""
    with desk(stack, local, as_json) as at:
        contact = _switched(at, workspace, who, active=False)
        at.note(
            "Sessions and open codes have ended. A portal that already holds an access token "
            "believes it for ten minutes at most."
        )
        _show(at, contact)


@app.command()
def activate(
    workspace: Home, who: Who, stack: Stack = None, local: Local = None, as_json: AsJson = False
) -> None:
    """Let a contact sign in again."""
    with desk(stack, local, as_json) as at:
        _show(at, _switched(at, workspace, who, active=True))


def _switched(at: Desk, workspace: str, who: str, *, active: bool) -> Contact:
    contact = contact_of(at, workspace, who)
    if contact.active is active:
        # Every switch raises `sver`; saying it twice must not sign anybody out twice.
        return contact
    return at.team.set_active(workspace, contact.id, active, by=at.by)


def _show(at: Desk, contact: Contact) -> None:
    row = asdict(contact)
    if contact.suppressed:
        at.note(f"No mail is sent to {contact.email} after a {contact.suppressed}.")
    at.card(contact.name, row, contact=row)
