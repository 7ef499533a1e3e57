"""``portico contact import``: contacts from a CSV file, however many."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.command import Command, Told, workspace_of
from cli.contact_csv import ContactCsv, opened
from cli.csv_output import Sheet
from cli.output import Shown
from cli.progress import Progress
from cli.refusals import NotUnderstood, OutOfReach, Refusal
from portico.errors import TryLater
from portico.imports.columns import NEEDED_FIELDS, OPTIONAL_FIELDS
from portico.imports.contact_rows import RefusedRow
from portico.people import contact_import
from portico.people.contact_import import ContactImport, ContactLine, ImportedLine

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
    moved: int = 0
    reached: int = 1
    """The line up to which everything is in."""
    examples: list[RefusedRow] = field(default_factory=list)
    movers: list[ImportedLine] = field(default_factory=list)
    sheet: Sheet | None = None

    def count(self, done: ImportedLine) -> None:
        if done.outcome == contact_import.REFUSED:
            self.refuse(RefusedRow(done.entry.line, done.entry.email, done.reason))
            return
        self.rows += 1
        setattr(self, done.outcome, getattr(self, done.outcome) + 1)
        self.deactivated += done.changes.get("active") is False
        if done.has_moved_to:
            self.moved += 1
            if len(self.movers) < TOLD:
                self.movers.append(done)

    def refuse(self, row: RefusedRow) -> None:
        self.rows += 1
        self.refused += 1
        self.show(row)
        if self.sheet is not None:
            self.sheet.write(row.line, row.email, row.reason)

    def show(self, row: RefusedRow) -> None:
        """Keep a refused row for the end, if there is room."""
        if len(self.examples) < TOLD:
            self.examples.append(row)

    def in_words(self) -> str:
        names = ("added", "changed", "unchanged", "refused")
        return ", ".join(f"{getattr(self, name):,} {name}" for name in names)


def import_contacts(
    command: Command,
    workspace_id: str,
    file: Path,
    *,
    report: Path | None,
    dry_run: bool,
    from_line: int,
    writers: int | None,
    ignore_unknown: bool,
    said: Sequence[str] = (),
) -> None:
    """Add the contacts of a file, and update those who are there.

    Raises:
        Refusal: the file cannot be read, or some of its rows were refused; the others are in.
        OutOfReach: it stopped on its way, and says where to go on.
    """
    width = contact_import.MOST_WRITERS if writers is None else writers
    if width > contact_import.MOST_WRITERS:
        raise NotUnderstood(f"--writers: 1 to {contact_import.MOST_WRITERS}")
    with opened(file, said=said) as people:
        workspace = workspace_of(command, workspace_id)
        _check(command, people, ignore_unknown=ignore_unknown)
        tally = Tally(reached=max(1, from_line - 1))
        with ExitStack() as open_:
            tally.sheet = open_.enter_context(sheet_of(report, file, "line", "email", "reason"))
            progress = open_.enter_context(Progress.shown(people.size, quiet=command.as_json))
            importing = ContactImport(
                command.deployment.people_table,
                workspace,
                command.by,
                dry_run=dry_run,
                width=width,
            )
            try:
                for some in importing.take(_entries(people, tally, from_line), people.has):
                    for done in some:
                        tally.count(done)
                    tally.reached = importing.reached
                    progress.show(people.position, tally.rows, tally.in_words())
            except TryLater as fault:
                raise OutOfReach(f"Out of reach: {fault.cause}\n{_how_to_go_on(tally)}") from fault
            except KeyboardInterrupt:
                raise OutOfReach(f"Interrupted.\n{_how_to_go_on(tally)}") from None
        if people.has_foreign_ids:
            command.note("The column id has no ids of Portico: it was left out.")
        read_from = people.columns.in_words()
        tell(command, workspace.name, tally, report, dry_run=dry_run, read_from=read_from)


def _check(command: Command, people: ContactCsv, *, ignore_unknown: bool) -> None:
    if people.unknown and not ignore_unknown:
        raise Refusal(
            f"Unknown columns: {', '.join(people.unknown)}. Known columns: "
            f"{', '.join((*NEEDED_FIELDS, *OPTIONAL_FIELDS))}. To skip the others: --ignore-unknown"
        )
    if people.unknown:
        command.note(f"Left out: {', '.join(people.unknown)}.")


def _entries(people: ContactCsv, tally: Tally, from_line: int) -> Iterator[ContactLine]:
    for each in people.lines():
        if each.line < from_line:
            tally.skipped += 1
        elif isinstance(each, RefusedRow):
            tally.refuse(each)
        else:
            yield each


def _how_to_go_on(tally: Tally) -> str:
    return (
        f"All rows up to line {tally.reached} are in ({tally.in_words()}). Go on with --from-line "
        f"{tally.reached + 1}, or import the whole file again: contacts who are in already do not change."
    )


@contextmanager
def sheet_of(report: Path | None, file: Path, *columns: str) -> Iterator[Sheet | None]:
    """Open the report of an import, if there is to be one.

    Raises:
        Refusal: it is the imported file, or cannot be written.
    """
    if report is None:
        yield None
        return
    if report.resolve() == file.resolve():
        raise Refusal("--report: this is the file to import")
    with Sheet.at(report, *columns) as sheet:
        yield sheet


def tell(
    command: Told,
    name: str,
    tally: Tally,
    report: Path | None,
    *,
    dry_run: bool,
    read_from: Mapping[str, str],
) -> None:
    """Say what became of a file.

    Raises:
        Refusal: some of its rows were refused.
    """
    if dry_run:
        command.note("Nothing was written: this is what the import would do.")
        columns = ", ".join(f"{name} from {header}" for name, header in read_from.items())
        command.note(f"Columns: {columns}. Another one: --column 'name=ITS HEADER'")
    if tally.deactivated and not dry_run:
        command.note(
            f"Sessions and open codes of the {tally.deactivated:,} deactivated contacts have ended. A "
            "portal that already holds an access token accepts it for ten minutes at most."
        )
    if tally.moved:
        command.note(
            f"{tally.moved:,} rows have an address that its contact has left. Such a row can "
            "deactivate the contact, and changes nothing else."
        )
    names = ["rows", "added", "changed", "unchanged", "refused"]
    names += [name for name in ("skipped", "deactivated", "moved") if getattr(tally, name)]
    counts: dict[str, Shown] = {name: getattr(tally, name) for name in names}
    refused: list[dict[str, Any]] = [
        {"line": each.line}
        # The API says none: it keeps no address.
        | ({"email": each.email} if each.email else {})
        | {"reason": each.reason}
        for each in tally.examples
    ]
    movers: list[dict[str, Any]] = [
        {
            "line": each.entry.line,
            "email": each.entry.email,
            "contact": each.contact,
            "email_now": each.has_moved_to,
            "deactivated": each.changes.get("active") is False,
        }
        for each in tally.movers
    ]
    title = f"Contacts of {name}"
    command.card(
        title,
        counts,
        dry_run=dry_run,
        columns=dict(read_from),
        **counts,
        refused_rows=refused,
        moved_rows=movers,
    )
    if movers and not command.as_json:
        command.list("Found by a former address", movers)
    if refused and not command.as_json:
        command.list("Refused", refused)
    if tally.refused:
        more = tally.refused - len(refused)
        command.tell_notes()
        where = f"All of them are in {report}." if report else "--report FILE writes all of them."
        raise Refusal(
            f"{tally.refused:,} of {tally.rows:,} rows were refused"
            f"{f', {more:,} more than are listed' if more else ''}. {where} "
            "Correct them and import the file again: the other contacts do not change."
        )
