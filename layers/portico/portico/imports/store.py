"""Imports by API in the SignIn table: one partition for each, which goes with it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.queries import page_within, rows_within
from portico.aws.tables import ALWAYS, NOT_THERE, Parts, Rows, TransactionRefused, transact_surely
from portico.clock import epoch
from portico.errors import NotFound
from portico.events import Event
from portico.imports.rules import (
    LINE_BYTES,
    NAME_BYTES,
    NAMED_BY_A_REFUSED_ROW,
    ImportJob,
    ImportPart,
    Remark,
)
from portico.people.contact_import import ContactLine

JOB, PART, NAMES, WAITING = "import", "part#", "names#", "wait#"
_PLACE = 12
"""Digits of a place in a file, so that parts are listed in the order of the file."""
REPORT_PAGE = 20
"""Parts whose remarks are read in one call."""
_LATE = "~"
"""Behind all digits: what became of the rows that had waited."""


class Moved(Exception):
    """The import is no longer where it was read: somebody else has sent the same part."""


def import_key(workspace_id: str, import_id: str) -> str:
    """Return the partition of one import."""
    return f"{workspace_id}#import#{import_id}"


@dataclass(frozen=True, slots=True)
class ImportStore:
    """The imports of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def begin(self, job: ImportJob) -> None:
        """Write a new import.

        Raises:
            ConditionFailed: one of its id is there.
        """
        self.rows.put(self._job_row(job), NOT_THERE)

    def job(self, import_id: str, *, at: datetime) -> ImportJob:
        """Read an import.

        Raises:
            NotFound: there is none of this id, or its time is over.
        """
        row = self.rows.get(import_key(self.workspace_id, import_id), JOB)
        # `ttl` is not asked: rows stay readable for days.
        if row is None or epoch(at) >= row["expires_at"]:
            raise NotFound
        return ImportJob.from_row(import_id, row)

    def part(self, job: ImportJob, at: int) -> ImportPart | None:
        """Read the part that begins at a place, if it was taken."""
        row = self.rows.get(self._pk(job), f"{PART}{at:0{_PLACE}}")
        if row is None:
            return None
        return ImportPart(row["at"], row["taken"], row["digest"], _remarks_of(row))

    def places(self, job: ImportJob, wanted: Collection[bytes]) -> dict[bytes, int]:
        """Return the lines of earlier parts that have these names, however many parts there are."""
        found: dict[bytes, int] = {}
        if not wanted or not job.next:
            return found
        for row in rows_within(self.rows, self._pk(job), starting=NAMES):
            packed = row["names"]
            for n in range(0, len(packed), NAME_BYTES + LINE_BYTES):
                name = packed[n : n + NAME_BYTES]
                if name in wanted:
                    line = int.from_bytes(packed[n + NAME_BYTES : n + NAME_BYTES + LINE_BYTES])
                    if found.get(name, NAMED_BY_A_REFUSED_ROW) == NAMED_BY_A_REFUSED_ROW:
                        found[name] = line
        return found

    def keep(
        self,
        before: ImportJob,
        after: ImportJob,
        part: ImportPart,
        names: Sequence[tuple[bytes, int]],
        waiting: Sequence[ContactLine],
    ) -> None:
        """Write that a part was taken.

        Raises:
            Moved: somebody else has sent it.
        """
        packed = b"".join(name + line.to_bytes(LINE_BYTES) for name, line in names)
        place = f"{part.at:0{_PLACE}}"
        told = {"at": part.at, "taken": part.taken, "digest": part.digest}
        rows: dict[str, tuple[str, dict[str, Any]]] = {
            "part": (PART + place, told | {"remarks": _packed(part.remarks)}),
            "names": (NAMES + place, {"names": packed} if packed else {}),
            "waiting": (WAITING + place, {"lines": _lines_packed(waiting)} if waiting else {}),
        }
        parts = {
            name: self.rows.putting(self._row(after, sk, content), NOT_THERE)
            for name, (sk, content) in rows.items()
            if content
        }
        self._move(before, after, parts)

    def first_waiting(self, job: ImportJob) -> tuple[str, list[ContactLine]] | None:
        """Read the first rows that wait, and their key."""
        found, _ = page_within(self.rows, self._pk(job), starting=WAITING, size=1)
        return (found[0]["sk"], _lines_of(found[0])) if found else None

    def keep_settled(
        self,
        before: ImportJob,
        after: ImportJob,
        sk: str,
        rest: Sequence[ContactLine],
        remarks: Sequence[Remark],
    ) -> None:
        """Write that some rows which waited are done, and leave the *rest* of their row.

        Raises:
            Moved: somebody else was quicker.
        """
        pk = self._pk(before)
        is_there = "attribute_exists(pk)"
        row = self._row(after, sk, {"lines": _lines_packed(rest)})
        parts = {
            "waiting": self.rows.putting(row, is_there)
            if rest
            else self.rows.deleting(pk, sk, is_there)
        }
        if remarks:
            late = f"{PART}{_LATE}{before.settled:0{_PLACE}}"
            content = {"remarks": _packed(remarks)}
            parts["part"] = self.rows.putting(self._row(after, late, content), NOT_THERE)
        self._move(before, after, parts)

    def end(self, before: ImportJob, after: ImportJob, event: Event) -> None:
        """Write that an import has ended.

        Raises:
            Moved: it is no longer as it was read.
        """
        self._move(before, after, {}, event)

    def forget_waiting(self, job: ImportJob) -> None:
        """Delete the rows that wait, of an import that was cancelled."""
        while waiting := self.first_waiting(job):
            # Whoever cancels it at the same time has perhaps deleted it.
            transact_surely({"waiting": self.rows.deleting(self._pk(job), waiting[0], ALWAYS)})

    def report(self, job: ImportJob, *, after: str) -> Iterator[tuple[str, tuple[Remark, ...]]]:
        """Yield the remarks of each part behind *after*, and its key."""
        place = after
        while True:
            found, last = page_within(
                self.rows, self._pk(job), starting=PART, after=place, size=REPORT_PAGE
            )
            for row in found:
                yield row["sk"], _remarks_of(row)
            if last is None:
                return
            place = last

    def _move(
        self, before: ImportJob, after: ImportJob, parts: Parts, event: Event | None = None
    ) -> None:
        row = self._job_row(after) | ({"event": event.rider()} if event else {})
        # One part, and one finish, goes on from where the import is; a second one does not.
        is_as_read = "next = :next AND settled = :settled AND state = :state"
        values = {":next": before.next, ":settled": before.settled, ":state": before.state.value}
        try:
            transact_surely({"import": self.rows.putting(row, is_as_read, values), **parts})
        except TransactionRefused:
            raise Moved from None

    def _job_row(self, job: ImportJob) -> dict[str, Any]:
        return {"pk": self._pk(job), "sk": JOB, **job.row()}

    def _row(self, job: ImportJob, sk: str, content: dict[str, Any]) -> dict[str, Any]:
        return {"pk": self._pk(job), "sk": sk, **content, "ttl": epoch(job.expires_at)}

    def _pk(self, job: ImportJob) -> str:
        return import_key(self.workspace_id, job.id)


def _packed(remarks: Sequence[Remark]) -> list[Any]:
    return [[each.line, each.column, each.reason] for each in remarks]


def _remarks_of(row: dict[str, Any]) -> tuple[Remark, ...]:
    return tuple(Remark(*each) for each in row["remarks"])


def _lines_packed(lines: Sequence[ContactLine]) -> list[Any]:
    return [[each.line, each.email, each.says, each.id] for each in lines]


def _lines_of(row: dict[str, Any]) -> list[ContactLine]:
    return [ContactLine(*each) for each in row["lines"]]
