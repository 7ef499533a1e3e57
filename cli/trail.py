"""``portico trail``: what happened, and why somebody cannot get in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from cli import durations
from cli.complaints import Usage
from cli.desk import AsJson, Desk, Local, Shown, Stack, desk, home_of
from cli.spreadsheets import Sheet
from cli.why import Case, conclusion, explained
from portico.errors import InvalidRequest, NotFound
from portico.links.store import link_key
from portico.openid.store import Portals
from portico.people.addresses import normalise
from portico.people.rules import Contact, Workspace
from portico.people.store import People
from portico.trail.lookup import Line

app = typer.Typer(help="The trail: what happened, and why.", no_args_is_help=True)

COLUMNS = ("at", "event", "subject", "by", "network", "detail")


@app.command()
def show(
    workspace: Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's id.")],
    *,
    contact: Annotated[
        str | None,
        typer.Option(metavar="WHO", help="A contact's id (ct_...), or any address somebody typed."),
    ] = None,
    link: Annotated[str | None, typer.Option(metavar="ID", help="A link, by its id.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="As 2h or 3d ago, or 2026-11-21T12:00.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="WHEN", help="As --since.")] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only these, as code.withheld or code. Repeat it."),
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Only what was refused or withheld.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10000, help="So many at most.")] = 25,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer as CSV.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Show what happened, newest first, and say why somebody cannot get in.

    The trail is kept by whom it concerns, and has no list of a whole workspace: name a contact,
    an address or a link. With neither it shows what was done to the workspace itself: its
    settings, its connections, its directory. It is a few seconds behind.
    """
    with desk(stack, local, as_json) as at:
        if as_csv and as_json:
            raise Usage("--csv or --json, not both.")
        home = home_of(at, workspace)
        case = _case(at, home, contact) if contact else None
        lines = at.trail(workspace).lines(
            _subjects(at, home, case, link),
            since=_moment(since, at.now(), "--since"),
            until=_moment(until, at.now(), "--until"),
        )
        wanted = _filtered(lines, event or [], failed=failed, link=link)
        found = list(islice(wanted, limit + 1))
        if len(found) > limit:
            at.note(f"There is more: --limit shows {limit}, --since and --event narrow it down.")
        found = found[:limit]
        if as_csv:
            _print(found)
            return
        said = _concluded(at, case) if case else []
        title = f"What happened to {_name(case, link, home)}"
        rows = [_row(each) for each in found]
        at.list(title, [_short(each) for each in found], trail=rows, conclusion=said)
        for each in said:
            at.say(each)


def _case(at: Desk, home: Workspace, who: str) -> Case:
    try:
        found: Contact | None = at.team.contact(home.id, who)
    except NotFound:
        found = None
    if found is not None:
        return Case(home, found.email, found)
    try:
        return Case(home, normalise(who), None)
    except InvalidRequest:
        # An id of nobody: there may be a trail of them all the same.
        return Case(home, who, None)


def _subjects(at: Desk, home: Workspace, case: Case | None, link: str | None) -> list[str]:
    if case is not None:
        return case.subjects
    if link is not None:
        # What was asked for by a personal link is kept under its contact.
        (row,) = People(at.target.people_table, home.id).read(link_key(home.id, link))
        of_contact = [row["contact"]] if row and row.get("contact") else []
        return [f"link-{link}", *of_contact]
    connections = (f"connection-{each['id']}" for each in home.connections)
    portals = Portals(at.target.people_table, home.id).all()
    return [home.id, *connections, *(f"portal-{each.id}" for each in portals)]


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


def _concluded(at: Desk, case: Case) -> list[str]:
    # Of all that happened lately, whatever part of it was asked to be shown.
    lines = at.trail(case.home.id).lines(case.subjects)
    return conclusion(case, list(islice(lines, 50)), at=at.now())


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
        raise Usage(f"{option}: as 30m, 2h or 3d, or a time such as 2026-11-21T12:00Z") from None


def _name(case: Case | None, link: str | None, home: Workspace) -> str:
    if case is not None:
        return case.contact.name if case.contact else case.email
    return f"link {link}" if link else home.name


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
        "what": explained(line) or ("" if line.subject.startswith("ct_") else line.subject),
    }


def _print(lines: list[Line]) -> None:
    sheet = Sheet.printed()
    sheet.write(*COLUMNS)
    for each in lines:
        row = _row(each) | {"at": each.at.isoformat(), "detail": _pairs(each.detail)}
        sheet.write(*row.values())


def _pairs(detail: dict[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in detail.items())
