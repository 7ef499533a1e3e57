"""``portico contact import``: contacts from a CSV file, however many."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.complaints import Complaint, OutOfReach
from cli.desk import AsJson, Desk, Local, Shown, Stack, desk, home_of
from cli.people_file import NEEDED, OPTIONAL, PeopleFile, Refused, opened
from cli.progress import Progress
from cli.spreadsheets import Sheet
from portico.errors import TryLater
from portico.people import contact_import
from portico.people.contact_import import ContactLine, Done, Enrolment
from portico.people.rules import Workspace

TOLD = 20
"""So many refused rows are listed on the terminal; a report has them all."""


@dataclass
class Tally:
    """What has become of the rows so far; it stays as small as this, however many they are."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    skipped: int = 0
    deactivated: int = 0
    reached: int = 1
    """The line up to which everything is in."""
    examples: list[Refused] = field(default_factory=list)
    sheet: Sheet | None = None

    def count(self, done: Done) -> None:
        if done.outcome == contact_import.REFUSED:
            self.refuse(Refused(done.entry.line, done.entry.email, done.reason))
            return
        self.rows += 1
        setattr(self, done.outcome, getattr(self, done.outcome) + 1)
        self.deactivated += done.changes.get("active") is False

    def refuse(self, row: Refused) -> None:
        self.rows += 1
        self.refused += 1
        if len(self.examples) < TOLD:
            self.examples.append(row)
        if self.sheet is not None:
            self.sheet.write(row.line, row.email, row.reason)

    def in_words(self) -> str:
        names = ("added", "changed", "unchanged", "refused")
        return ", ".join(f"{getattr(self, name):,} {name}" for name in names)


def import_(
    workspace: Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's id.")],
    file: Annotated[Path, typer.Argument(metavar="CSV", help="The file, in UTF-8.")],
    *,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every refused row there: line, email, reason."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    from_line: Annotated[
        int,
        typer.Option(
            "--from-line", metavar="LINE", min=1, help="Go on there after an interruption."
        ),
    ] = 1,
    writers: Annotated[
        int, typer.Option(min=1, max=contact_import.MOST_WRITERS, help="So many writes at a time.")
    ] = contact_import.MOST_WRITERS,
    ignore_unknown: Annotated[
        bool, typer.Option("--ignore-unknown", help="Leave columns out that are none of ours.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Add contacts, or bring them up to date. Found by their primary email.

    Columns: email and name; and if you like language, active (true or false) and id. What a
    column does not say, or an empty active, is left as it is.

    A refused row is left out, and the others go on. The same file again changes nothing, so an
    import that was interrupted is finished by the same command.
    """
    with desk(stack, local, as_json) as at, opened(file) as people:
        home = home_of(at, workspace)
        _check(at, people, ignore_unknown=ignore_unknown)
        tally = Tally(reached=max(1, from_line - 1))
        with ExitStack() as open_:
            if report is not None:
                if report.resolve() == file.resolve():
                    raise Complaint("--report: that is the file to import")
                tally.sheet = open_.enter_context(Sheet.at(report, "line", "email", "reason"))
            progress = open_.enter_context(Progress.shown(people.size, quiet=as_json))
            enrolment = Enrolment(
                at.target.people_table, home, at.by, dry_run=dry_run, width=writers
            )
            try:
                for some in enrolment.take(_entries(people, tally, from_line)):
                    for done in some:
                        tally.count(done)
                    tally.reached = max(tally.reached, some[-1].entry.line)
                    progress.show(people.position, tally.rows, tally.in_words())
            except TryLater as fault:
                raise OutOfReach(f"Out of reach: {fault.cause}\n{_how_to_go_on(tally)}") from fault
            except KeyboardInterrupt:
                raise OutOfReach(f"Interrupted.\n{_how_to_go_on(tally)}") from None
        _tell(at, home, tally, report, dry_run=dry_run)


def _check(at: Desk, people: PeopleFile, *, ignore_unknown: bool) -> None:
    if people.unknown and not ignore_unknown:
        raise Complaint(
            f"Unknown columns: {', '.join(people.unknown)}. There are "
            f"{', '.join((*NEEDED, *OPTIONAL))}; --ignore-unknown leaves the others out."
        )
    if people.unknown:
        at.note(f"Left out: {', '.join(people.unknown)}.")


def _entries(people: PeopleFile, tally: Tally, from_line: int) -> Iterator[ContactLine]:
    for each in people.lines():
        if each.line < from_line:
            tally.skipped += 1
        elif isinstance(each, Refused):
            tally.refuse(each)
        else:
            yield each


def _how_to_go_on(tally: Tally) -> str:
    return (
        f"All rows up to line {tally.reached} are in ({tally.in_words()}). Go on with --from-line "
        f"{tally.reached + 1}, or import the whole file again: who is there already is left alone."
    )


def _tell(at: Desk, home: Workspace, tally: Tally, report: Path | None, *, dry_run: bool) -> None:
    if dry_run:
        at.note("Nothing was written: this is what the import would do.")
    if tally.deactivated and not dry_run:
        at.note(
            f"Sessions and open codes of the {tally.deactivated:,} deactivated have ended. A "
            "portal that already holds an access token believes it for ten minutes at most."
        )
    names = ["rows", "added", "changed", "unchanged", "refused"]
    names += [name for name in ("skipped", "deactivated") if getattr(tally, name)]
    counts: dict[str, Shown] = {name: getattr(tally, name) for name in names}
    refused: list[dict[str, Any]] = [
        {"line": each.line, "email": each.email, "reason": each.reason} for each in tally.examples
    ]
    title = f"Contacts of {home.name}"
    at.card(title, counts, dry_run=dry_run, **counts, refused_rows=refused)
    if refused and not at.as_json:
        at.list("Refused", refused)
    if tally.refused:
        more = tally.refused - len(refused)
        where = f"All of them are in {report}." if report else "--report FILE writes all of them."
        raise Complaint(
            f"{tally.refused:,} of {tally.rows:,} rows were refused"
            f"{f', {more:,} more than are listed' if more else ''}. {where} "
            "Mend them and import the file again: the others are left alone."
        )
