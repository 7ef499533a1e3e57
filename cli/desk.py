"""What all commands share: which Portico, in whose name, and how the answer is shown."""

import getpass
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.complaints import Complaint, complaint_of
from cli.targets import Target, find
from portico.clock import SYSTEM
from portico.errors import NotFound, PorticoError
from portico.links.flow import TeamLinks
from portico.people.flow import TeamPeople
from portico.people.rules import Contact, Workspace
from portico.sessions.team_sessions import TeamSessions
from portico.trail.lookup import Trail

Stack = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="A deployed stack, by its name (or PORTICO_STACK)."),
]
Local = Annotated[
    str | None, typer.Option(metavar="[URL]", help="The one that `make run` started.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]

WHOLE = ("id", "state", "expires", "at (UTC)", "event", "line")
"""Columns that are never broken."""
STYLES = {"ok": "green", "alive": "green", "attention": "yellow", "broken": "bold red"}
"""Colours of states, on a terminal; what they say is said in words too."""

type Shown = str | int | bool | datetime | list[str] | dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Desk:
    """One command at work."""

    target: Target
    as_json: bool
    notes: list[str] = field(default_factory=list)

    @property
    def team(self) -> TeamPeople:
        """Workspaces and contacts."""
        return TeamPeople(self.target.people_table)

    @property
    def office(self) -> TeamLinks:
        """Links."""
        return TeamLinks(self.target.people_table)

    @property
    def sessions(self) -> TeamSessions:
        """Sessions."""
        return TeamSessions(self.target.people_table, self.target.sign_in_table)

    def trail(self, workspace: str) -> Trail:
        """Return what happened in a workspace."""
        return Trail(self.target.trail_table, workspace)

    @property
    def by(self) -> str:
        """Who the trail will say it was."""
        try:
            return f"cli:{getpass.getuser()}"
        except (KeyError, OSError):
            return "cli:unknown"

    def now(self) -> datetime:
        """Return the time by which links are judged."""
        return SYSTEM.now()

    def note(self, text: str) -> None:
        """Keep a remark for the end: it went through, and there is something to know."""
        self.notes.append(text)

    def card(self, title: str, content: Mapping[str, Shown], **also: Any) -> None:
        """Show one thing; *also* is how JSON says it."""
        if self.as_json:
            self._json({**also, "notes": self.notes})
            return
        table = Table(show_header=False, box=SIMPLE_HEAD)
        for name, value in content.items():
            table.add_row(name, Text(in_words(value), overflow="fold"))
        self._titled(title, table)

    def list(self, title: str, rows: list[dict[str, Shown]], **also: Any) -> None:
        """Show several things of one kind; *also* is how JSON says them."""
        if self.as_json:
            self._json({**also, "notes": self.notes})
            return
        if not rows:
            self._print(Text(f"{title}: none"))
            return
        table = Table(box=SIMPLE_HEAD)
        for name in rows[0]:
            table.add_column(name, overflow="fold", no_wrap=name in WHOLE)
        for row in rows:
            table.add_row(*(Text(in_words(each), style=_style(each)) for each in row.values()))
        self._titled(title, table)

    def line(self, text: str) -> None:
        """Say one thing as it is, so that it can be copied; JSON has it already."""
        if not self.as_json:
            Console().print(Text(text), soft_wrap=True)

    def say(self, text: str) -> None:
        """Say a sentence; JSON has it already."""
        if not self.as_json:
            _print_sentence(Console(), Text(text))

    def _titled(self, title: str, table: Table) -> None:
        # Not the table's own title, which breaks where a narrow table ends.
        self._print(Text(title, style="bold"))
        self._print(table)

    def _print(self, what: Any) -> None:
        Console().print(what, markup=False, highlight=False)

    def _json(self, content: dict[str, Any]) -> None:
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False, default=in_iso))


@contextmanager
def desk(stack: str | None, local: str | None, as_json: bool) -> Iterator[Desk]:
    """Do one command at the Portico that was named; say what went wrong, and leave with its code."""
    try:
        try:
            at = Desk(find(stack, local), as_json)
            yield at
        except PorticoError as error:
            raise complaint_of(error) from error
    except Complaint as complaint:
        _complain(complaint, as_json)
        raise typer.Exit(complaint.code) from None
    if not as_json:
        for note in at.notes:
            _print_sentence(Console(stderr=True), Text(f"Note: {note}", style="yellow"))


@contextmanager
def looking_for(what: str) -> Iterator[None]:
    """Name what a room did not find."""
    try:
        yield
    except NotFound:
        raise Complaint(f"There is no {what}.") from None


def home_of(at: Desk, workspace: str) -> Workspace:
    """Read a workspace, or say that there is none."""
    with looking_for(f"workspace {workspace}"):
        return at.team.workspace(workspace)


def contact_of(at: Desk, workspace: str, who: str) -> Contact:
    """Find a contact by id or primary email, or say what is not there."""
    home_of(at, workspace)
    with looking_for(f"contact {who} in {workspace}"):
        return at.team.contact(workspace, who)


def in_words(value: Shown) -> str:
    """Return *value* as a person reads it."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case list():
            return "\n".join(value) or "-"
        case dict():
            return "\n".join(f"{name}  {each}" for name, each in value.items()) or "-"
    return str(value)


def _style(value: Shown) -> str:
    return STYLES.get(value, "") if isinstance(value, str) else ""


def in_iso(value: Any) -> str:
    """Return a time as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    raise TypeError(type(value).__name__)


def without(content: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return *content* less *names*."""
    return {name: value for name, value in content.items() if name not in set(names)}


def _complain(complaint: Complaint, as_json: bool) -> None:
    if as_json:
        said = {"error": complaint.text.splitlines(), "exit_code": complaint.code}
        typer.echo(json.dumps(said, ensure_ascii=False), err=True)
    else:
        _print_sentence(Console(stderr=True), Text(complaint.text, style="red"))


def _print_sentence(console: Console, text: Text) -> None:
    # Between words on a terminal; a file or a pipe gets each sentence whole.
    console.print(text, soft_wrap=not console.is_terminal)
