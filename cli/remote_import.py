"""``portico contact import`` over HTTP, with a key: the file is sent as it is, in parts."""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from cli.command import Told
from cli.contact_csv import columns_said
from cli.contact_import import Tally, sheet_of, tell
from cli.progress import Progress
from cli.refusals import NotUnderstood, Refusal, in_words
from portico.imports.columns import FIELDS
from portico.imports.contact_rows import RefusedRow

if TYPE_CHECKING:
    from portico_team import Portico
    from portico_team.contract import Import


def import_over_http(
    told: Told,
    portico: "Portico",
    file: Path,
    *,
    report: Path | None,
    dry_run: bool,
    ignore_unknown: bool,
    said: Sequence[str],
) -> None:
    """Send the contacts of a file.

    Raises:
        Refusal: the file cannot be read, or some of its rows were refused; the others are in.
    """
    from portico_team.contract import InvalidRequest
    from portico_team.imports import import_contacts

    columns = columns_said(said)
    if not columns.keys() <= set(FIELDS):
        raise NotUnderstood(f"--column: FIELD=HEADER, a field of {', '.join(FIELDS)}")
    tally = Tally()
    with ExitStack() as open_:
        try:
            content = open_.enter_context(file.open("rb"))
            size = file.stat().st_size
        except OSError as error:
            raise Refusal(f"{file}: {error.strerror}") from None
        tally.sheet = open_.enter_context(sheet_of(report, file, "line", "column", "reason"))
        progress = open_.enter_context(Progress.shown(size, quiet=told.as_json))

        def show(now: "Import", _refused: object) -> None:
            _count(tally, now)
            progress.show(now["next"], now["rows"], tally.in_words())

        try:
            done = import_contacts(
                portico,
                content,
                dry_run=dry_run,
                ignore_unknown=ignore_unknown,
                columns=columns,
                told=show,
            )
        except InvalidRequest as problem:
            reasons = [_worded(each["reason"]) for each in problem.members.get("errors", [])]
            raise Refusal(f"{file}: {'; '.join(reasons)}") from None
        for each in portico.report_import(done["id"]):
            column, reason = each["column"], in_words(each["reason"])
            if tally.sheet:
                tally.sheet.write(each["line"], column or "", reason)
            tally.show(RefusedRow(each["line"], "", f"{column}: {reason}" if column else reason))
    _count(tally, done)
    if done["foreign_ids"]:
        told.note("The column id has no ids of Portico: it was left out.")
    if done["left_out"]:
        told.note(f"Left out: {', '.join(done['left_out'])}.")
    read_from = done["columns"] or {}
    tell(told, portico.workspace, tally, report, dry_run=dry_run, read_from=read_from)


def _worded(reason: str) -> str:
    """Return why a file cannot be read, with this command's own options."""
    said = re.sub(r" columns: (\w+): (.+)$", r" --column '\1=\2'", reason)
    return in_words(said.replace(": ignore_unknown", ": --ignore-unknown"))


def _count(tally: Tally, now: "Import") -> None:
    tally.rows, tally.refused = now["rows"], now["refused"]
    tally.added, tally.changed, tally.unchanged = now["added"], now["changed"], now["unchanged"]
    tally.deactivated, tally.moved = now["deactivated"], now["moved"]
