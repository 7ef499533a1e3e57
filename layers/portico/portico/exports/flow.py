"""Take a workspace to another stack: its rows into a file, and out of it again.

Sessions, open sign-ins and the trail stay. Secrets that we can read stay as well: what comes along
are hashes, and those of passwords only if somebody asks for them.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import batched
from typing import Any

from portico.aws.retry import with_retries
from portico.aws.tables import ALWAYS, NOT_THERE, Parts, Rows, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock, epoch
from portico.errors import Refused, TakenAlready
from portico.events import Event
from portico.exports.export_file import (
    ExportChecked,
    ExportHeader,
    ExportUnreadable,
    ExportWriter,
    rows_in,
)
from portico.exports.workspace_rows import WorkspaceRows
from portico.ids import event_id
from portico.people.rules import Workspace
from portico.people.store import People, settings_row_key, workspace_of

TOGETHER = 25
"""Rows of one transaction. The largest, a logo, has 64 KB; a transaction 4 MB."""


class OtherExport(Refused):
    """An import of another file into this workspace was begun, and not finished."""


def carried_key(workspace_id: str, which: str) -> tuple[str, str]:
    """Return the key of the row that says when a workspace was exported or imported."""
    return f"{workspace_id}#workspace", which


@dataclass(frozen=True, slots=True)
class WorkspaceExports:
    """Exports workspaces of one stack, and imports those of others."""

    people_table: str
    clock: Clock = SYSTEM

    def export(
        self,
        workspace: Workspace,
        writer: ExportWriter,
        *,
        by: str,
        passwords: bool,
        told: Callable[[int], object] = lambda _: None,
    ) -> Counter[str]:
        """Write all rows of a workspace, and return how many of what they are.

        Args:
            workspace: the workspace.
            writer: takes the rows.
            by: who does it, for the trail, which has the line before there is a file.
            passwords: whether hashes of passwords come along.
            told: called now and then with how many rows are written.

        Raises:
            TryLater: the file is not whole.
        """
        people, now = People(self.people_table, workspace.id), self.clock.now()
        detail = {"passwords": str(passwords).lower()}
        event = Event(
            "workspace.exported", now, workspace.id, workspace.trail_days, by, detail=detail
        )
        pk, sk = carried_key(workspace.id, "exported")
        row = {"pk": pk, "sk": sk, "at": epoch(now), "event": event.rider()}
        people.rows.put(row, ALWAYS)
        writer.begin(ExportHeader(workspace.id, now.isoformat(timespec="seconds"), passwords))
        counts: Counter[str] = Counter()
        for kind, found in WorkspaceRows(people, passwords).all():
            writer.add(found)
            counts.update([kind] if kind else [])
            if writer.rows % 1000 == 0:
                told(writer.rows)
        writer.end()
        return counts

    def import_(
        self,
        export: ExportChecked,
        lines: Iterable[str],
        *,
        by: str,
        told: Callable[[int], object] = lambda _: None,
    ) -> bool:
        """Write the rows of an export into this stack, which has no such workspace.

        Cut off at any moment, the same file again finishes it. Until then there is no workspace.

        Args:
            export: the file, as it was checked.
            lines: its lines, once more from the first.
            by: who does it, for the trail.
            told: called now and then with how many rows are written.

        Returns:
            Whether it was written; False: this very file was in already.

        Raises:
            TakenAlready: a workspace of this id is there.
            OtherExport: an import of another file was begun.
            TryLater: the same file can be imported again.
        """
        id_ = export.header.workspace_id
        rows = Rows(self.people_table, f"{id_}#")
        pk, sk = carried_key(id_, "imported")
        settings, mark = (rows.get(*each) for each in (settings_row_key(id_), (pk, sk)))
        if settings is not None:
            if mark is None or mark["digest"] != export.digest:
                raise TakenAlready("workspace")
            return False
        row = {"pk": pk, "sk": sk, "digest": export.digest, "at": epoch(self.clock.now())}
        begun = {
            "mark": rows.putting(
                row, f"{NOT_THERE} OR digest = :digest", {":digest": export.digest}
            ),
            "settings": rows.checking(*settings_row_key(id_), NOT_THERE),
        }
        try:
            with_retries(lambda: transact_surely(begun))
        except TransactionRefused as refused:
            raise (
                TakenAlready("workspace") if "settings" in refused.failed else OtherExport
            ) from None
        last, written = None, 0
        for some in batched(rows_in(lines), TOGETHER, strict=False):
            now = [each for each in some if (each["pk"], each["sk"]) != settings_row_key(id_)]
            last = next((each for each in some if each not in now), last)
            if not self._put(rows, now):
                # Somebody else with the same file was quicker, and people sign in already.
                return True
            written += len(now)
            told(written)
        if last is None:
            raise ExportUnreadable("it has no settings")
        days = workspace_of(last).trail_days
        event = Event(
            "workspace.imported",
            self.clock.now(),
            id_,
            days,
            by,
            detail={"rows": str(export.rows), "made_at": export.header.made_at},
            id=event_id(f"{id_}|imported|{export.digest}"),
        )
        opened: Parts = {"settings": rows.putting(last | {"event": event.rider()}, NOT_THERE)}
        try:
            with_retries(lambda: transact_surely(opened))
        except TransactionRefused:
            # Only an earlier try of ours, or somebody with the same file, can have written it.
            return True
        return True

    def _put(self, rows: Rows, some: Iterable[dict[str, Any]]) -> bool:
        """Write rows, unless the workspace is open: what has changed since must stay changed."""
        # Nobody reads or writes them before the settings are there: they may be written twice.
        parts = {f"{row['pk']} {row['sk']}": rows.putting(row, ALWAYS) for row in some}
        id_ = rows.prefix.removesuffix("#")
        closed = {"settings": rows.checking(*settings_row_key(id_), NOT_THERE)}
        try:
            with_retries(lambda: transact_surely(parts | closed))
        except TransactionRefused:
            return False
        return True
