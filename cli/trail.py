"""``portico trail``: what happened. `portico why` says what follows from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from cli import durations
from cli.command import Command, asking, running, url_here, workspace_of
from cli.csv_output import Sheet
from cli.option_names import TRAIL as NAMES
from cli.output import Shown
from cli.refusals import NotUnderstood
from cli.shared_options import AsJson, Local, Stack, WorkspaceId
from portico.clock import SYSTEM
from portico.diagnosis.line_words import line_words
from portico.directory.scim.refusals import record_subject
from portico.directory.store import email_key
from portico.errors import InvalidRequest, NotFound
from portico.links.rules import Link
from portico.links.store import link_key
from portico.people.addresses import normalise, subject_of
from portico.people.merges import all_merged_into
from portico.people.rules import Contact, Workspace
from portico.trail.lookup import Line
from portico.trail.search import Span

app = typer.Typer(no_args_is_help=True)

OUTCOMES = ("asked", "mailed", "withheld", "refused", "signed-in", "done")
FATES = ("delayed", "bounced", "rejected", "complained")
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
    """Show what happened, line by line. For why somebody does not get in: portico why.

    Name a contact, an address or a link: lines are kept for each of them. What happened in the
    workspace is another list: portico trail list. Without them, it shows what was done to the workspace itself: its settings,
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


@app.command("list")
def list_(
    workspace_id: WorkspaceId,
    *,
    contact: Annotated[
        str | None,
        typer.Option(metavar="WHO", help="A contact's id (ct_...), or any address somebody typed."),
    ] = None,
    sign_in: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="One sign-in, step by step; the list and lines have its id."
        ),
    ] = None,
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
    outcome: Annotated[
        str | None, typer.Option(metavar="WORD", help=f"How it ended: {', '.join(OUTCOMES)}.")
    ] = None,
    way: Annotated[
        str | None,
        typer.Option(metavar="WAY", help="code, password, sso or sso:CONNECTION."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="WORD", help="Why not, such as not-a-contact.")
    ] = None,
    delivery: Annotated[
        str | None,
        typer.Option(metavar="WORD", help=f"Of its mail: {', '.join(FATES)}."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="WHO", help="Who did it: member, key, cli, contact, or one of them."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10000, help="Rows to show at most.")] = 25,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="table; or all rows as csv, jsonl or ocsf (sign-ins alone).",
        ),
    ] = "table",
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """List what happened in a workspace, newest first: a row for each sign-in.

    The list is some ten seconds behind, and says since when it is kept.
    """
    from cli.remote_trail import RemoteTrail
    from cli.trail_list import WantedEntries, show_list, show_one
    from portico.trail.entries import SoughtEntries

    def demand_sense() -> None:
        _demand_one_of(outcome, OUTCOMES, "--outcome")
        _demand_one_of(delivery, FATES, "--delivery")
        if form != "table" and as_json:
            raise NotUnderstood("Say --format or --json, not both.")
        if sign_in and contact:
            raise NotUnderstood("Say --contact or --sign-in, not both.")

    sought = SoughtEntries(tuple(event or ()), outcome, way, reason, delivery, by)
    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told, portico):
            demand_sense()
            remote, span = RemoteTrail(told, portico), _span(since, until, SYSTEM.now())
            if sign_in:
                remote.show_one(sign_in, span)
            else:
                remote.show_list(contact, sought, span, limit=limit, form=form)
        return
    with running(stack, local, as_json, NAMES) as command:
        demand_sense()
        workspace = workspace_of(command, workspace_id)
        span = _span(since, until, command.now())
        if sign_in:
            show_one(command, workspace, sign_in, span)
            return
        subjects = _case(command, workspace, contact).subjects if contact else []
        wanted = WantedEntries(sought, span, tuple(subjects))
        show_list(command, workspace, wanted, limit=limit, form=form)


@app.command()
def overview(
    workspace_id: WorkspaceId,
    *,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="How long ago (2h, 3d), or a time.")
    ] = "7d",
    until: Annotated[
        str | None, typer.Option(metavar="WHEN", help="The end, written like --since.")
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Count sign-ins by day: how they ended, by which way, why not, and what became of mails."""
    from cli.remote_trail import RemoteTrail
    from cli.trail_list import show_overview

    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told, portico):
            RemoteTrail(told, portico).show_overview(_span(since, until, SYSTEM.now()))
        return
    with running(stack, local, as_json, NAMES) as command:
        workspace = workspace_of(command, workspace_id)
        show_overview(command, workspace, _span(since, until, command.now()))


def _span(since: str | None, until: str | None, now: datetime) -> Span:
    return Span(_moment(since, now, "--since"), _moment(until, now, "--until"))


def _demand_one_of(typed: str | None, known: Sequence[str], option: str) -> None:
    if typed is not None and typed not in known:
        raise NotUnderstood(f"{option}: {', '.join(known)}")


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
        return [*case.subjects, *_records(command, workspace, case)]
    if link is not None:
        # What was asked for by a personal link is kept under its contact.
        of_contact = [opened.contact] if opened and opened.contact else []
        return [f"link-{link}", *of_contact]
    connections = (f"connection-{each['id']}" for each in workspace.connections)
    portals = command.portals(workspace.id).all()
    return [workspace.id, *connections, *(f"portal-{each.id}" for each in portals)]


def _records(command: Command, workspace: Workspace, case: Whose) -> list[str]:
    """Return under what the trail keeps the directory record that has the address, or had it last."""
    (row,) = command.people(workspace.id).read(email_key(workspace.id, case.email))
    return [record_subject(row["source"], row["external_id"])] if row else []


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
