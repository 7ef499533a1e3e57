"""``portico trail``: what happened. `portico why` says what follows from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from cli import durations
from cli.command import Command, running, workspace_of
from cli.csv_output import Sheet
from cli.option_names import TRAIL as NAMES
from cli.output import Shown
from cli.refusals import NotUnderstood
from cli.shared_options import AsJson, Local, Stack, WorkspaceId
from portico.diagnosis.line_words import line_words
from portico.errors import InvalidRequest, NotFound
from portico.links.rules import Link
from portico.links.store import link_key
from portico.people.addresses import normalise, subject_of
from portico.people.merges import all_merged_into
from portico.people.rules import Contact, Workspace
from portico.trail.lookup import Line

app = typer.Typer(no_args_is_help=True)

COLUMNS = ("at", "event", "subject", "by", "network", "detail")


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose trail is shown."""

    email: str
    contact: Contact | None
    merged: tuple[str, ...] = ()
    """The ids of those who were merged into the contact."""

    @property
    def subjects(self) -> list[str]:
        """Whom the trail keeps it under: the contact and whoever was merged into them, and the
        address as long as nobody knew.
        """
        ids = [self.contact.id, *self.merged] if self.contact else []
        return [*ids, subject_of(self.email)]


@app.command()
def show(
    workspace_id: WorkspaceId,
    *,
    contact: Annotated[
        str | None,
        typer.Option(metavar="WHO", help="A contact's id (ct_...), or any address somebody typed."),
    ] = None,
    link: Annotated[str | None, typer.Option(metavar="ID", help="A link, by its id.")] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="How long ago (2h, 3d), or a time (2026-11-21T12:00)."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="WHEN", help="The end, written like --since.")
    ] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only this event (code.withheld) or kind (code). Repeat it for each.",
        ),
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Only what was refused or withheld.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10000, help="Lines to show at most.")] = 25,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer as CSV.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Show what happened, newest first. For why somebody does not get in: portico why.

    Name a contact, an address or a link: the trail is kept for each of them, and not as one list
    of the workspace. Without them, it shows what was done to the workspace itself: its settings,
    connections, portals and directory. The trail is a few seconds behind.
    """
    with running(stack, local, as_json, NAMES) as command:
        if contact and link:
            raise NotUnderstood("Say --contact or --link, not both.")
        if as_csv and as_json:
            raise NotUnderstood("Say --csv or --json, not both.")
        workspace = workspace_of(command, workspace_id)
        case = _case(command, workspace, contact) if contact else None
        opened = _link(command, workspace, link) if link else None
        subjects = _subjects(command, workspace, case, link, opened)
        lines = command.trail(workspace_id).lines(
            subjects,
            since=_moment(since, command.now(), "--since"),
            until=_moment(until, command.now(), "--until"),
        )
        wanted = _filtered(lines, event or [], failed=failed, link=link)
        found = list(islice(wanted, limit + 1))
        if len(found) > limit:
            command.note(
                f"There is more than these {limit} lines: raise --limit, or narrow down with --since or --event."
            )
        found = found[:limit]
        if as_csv:
            _print(found)
            return
        title = f"What happened to {_name(case, link, workspace)}"
        rows = [_row(each) for each in found]
        command.list(title, [_short(each) for each in found], trail=rows)


def _case(command: Command, workspace: Workspace, who: str) -> Whose:
    try:
        found: Contact | None = command.team.contact(workspace.id, who)
    except NotFound:
        found = None
    if found is not None:
        merges = all_merged_into(command.people(workspace.id), found.id)
        return Whose(found.email, found, tuple(lost for _, lost in merges))
    try:
        return Whose(normalise(who), None)
    except InvalidRequest:
        # An id of nobody: there may be a trail of them all the same.
        return Whose(who, None)


def _link(command: Command, workspace: Workspace, link: str) -> Link | None:
    (row,) = command.people(workspace.id).read(link_key(workspace.id, link))
    return Link.from_row(row) if row else None


def _subjects(
    command: Command,
    workspace: Workspace,
    case: Whose | None,
    link: str | None,
    opened: Link | None,
) -> list[str]:
    if case is not None:
        return case.subjects
    if link is not None:
        # What was asked for by a personal link is kept under its contact.
        of_contact = [opened.contact] if opened and opened.contact else []
        return [f"link-{link}", *of_contact]
    connections = (f"connection-{each['id']}" for each in workspace.connections)
    portals = command.portals(workspace.id).all()
    return [workspace.id, *connections, *(f"portal-{each.id}" for each in portals)]


def _filtered(
    lines: Iterator[Line], events: list[str], *, failed: bool, link: str | None
) -> Iterator[Line]:
    for each in lines:
        is_named = not events or any(
            each.name == event or each.name.startswith(f"{event}.") for event in events
        )
        is_of_link = link is None or link in (each.subject[5:], each.detail.get("link"))
        if is_named and is_of_link and (each.is_failure or not failed):
            yield each


def _moment(text: str | None, now: datetime, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        typed = datetime.fromisoformat(text)
        return typed.astimezone(UTC) if typed.tzinfo else typed.replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        return now - durations.parse(text)
    except typer.BadParameter:
        raise NotUnderstood(
            f"{option}: as 30m, 2h or 3d, or a time such as 2026-11-21T12:00Z"
        ) from None


def _name(case: Whose | None, link: str | None, workspace: Workspace) -> str:
    if case is not None:
        return case.contact.name if case.contact else case.email
    return f"link {link}" if link else workspace.name


def _row(line: Line) -> dict[str, Any]:
    return {
        "at": line.at,
        "event": line.name,
        "subject": line.subject,
        "by": line.by,
        "network": line.network,
        "detail": line.detail,
    }


def _short(line: Line) -> dict[str, Shown]:
    return {
        "at (UTC)": f"{line.at:%Y-%m-%d %H:%M:%S}",
        "event": line.name,
        "by": line.network or ("-" if line.by == "contact" else line.by),
        "what": line_words(line) or ("" if line.subject.startswith("ct_") else line.subject),
    }


def _print(lines: list[Line]) -> None:
    sheet = Sheet.printed()
    sheet.write(*COLUMNS)
    for each in lines:
        row = _row(each) | {"at": each.at.isoformat(), "detail": _pairs(each.detail)}
        sheet.write(*row.values())


def _pairs(detail: dict[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in detail.items())
