"""One import of contacts by API: its file comes in parts, and a row says how far it has come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Self

from portico.clock import epoch, moment
from portico.imports.columns import Columns
from portico.imports.contact_rows import RefusedRow, split
from portico.imports.csv_pieces import TableBeginning, TableFormat
from portico.people import contact_import
from portico.people.contact_import import ImportedLine

IMPORT_LIFETIME = timedelta(days=1)
"""After it begins, for as long as its report can be read as well."""
LARGEST_FILE = 256 * 1024 * 1024
"""Bytes."""
MOST_ROWS = 200_000
"""Of a file. Each part looks for its addresses among those of all parts before it."""
MOST_ROWS_OF_A_PART = 300
SALT_BYTES, NAME_BYTES, LINE_BYTES = 16, 8, 4
NAMED_BY_A_REFUSED_ROW = 0
"""In a line's place: the row takes the name from no other."""


class ImportState(StrEnum):
    """How far an import has come."""

    OPEN = "open"
    """More of the file is expected."""
    READ = "read"
    """The whole file is there. Rows that depend on the rest of it wait for the finish."""
    FINISHED = "finished"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of rows."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    deactivated: int = 0
    moved: int = 0
    """Rows with an address that its contact has left."""

    def plus(self, done: Iterable[ImportedLine], refused: int = 0) -> Self:
        """Return it with these rows as well."""
        counts = self.counts()
        counts["rows"] += refused
        counts["refused"] += refused
        for each in done:
            counts["rows"] += 1
            counts[each.outcome] += 1
            if each.outcome != contact_import.REFUSED:
                counts["deactivated"] += each.changes.get("active") is False
                counts["moved"] += bool(each.has_moved_to)
        return replace(self, **counts)

    def with_all(self, other: Self) -> Self:
        """Return the sum of both."""
        more = other.counts()
        return replace(self, **{name: n + more[name] for name, n in self.counts().items()})

    def counts(self) -> dict[str, int]:
        """Return each number by its name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What is asked for, before any of the file is there."""

    size: int
    """Bytes of the file."""
    dry_run: bool = False
    ignore_unknown: bool = False
    """Whether columns that are no field of a contact are left out."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """The column of each field that is not to be guessed."""


@dataclass(frozen=True, slots=True)
class ImportJob:
    """One import."""

    id: str
    plan: ImportPlan
    salt: bytes
    """What the names of the file are hashed with. It goes when the import ends, and so they say
    nothing any more."""
    begun_at: datetime
    asked: str
    """A digest of the request that began it."""
    state: ImportState = ImportState.OPEN
    next: int = 0
    """Where the next part begins, in bytes."""
    line: int = 1
    tally: Tally = Tally()
    waiting: int = 0
    """Rows that are read, and wait for the finish."""
    settled: int = 0
    """Times that rows which waited were written."""
    format: TableFormat | None = None
    columns: Columns | None = None
    has_our_ids: bool | None = None

    @property
    def expires_at(self) -> datetime:
        """When nothing of it can be asked any more."""
        return self.begun_at + IMPORT_LIFETIME

    @property
    def is_over(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.state in (ImportState.FINISHED, ImportState.CANCELLED)

    def begun(self, beginning: TableBeginning) -> Self:
        """Return it once the first line is known.

        Raises:
            TableRefused: its columns are not those of contacts.
        """
        columns = Columns.of(beginning.headers, self.plan.columns)
        return replace(self, format=beginning.format, columns=columns, line=beginning.line)

    def name_digest(self, name: str) -> bytes:
        """Return what is kept of an address or an id, to know it again in a later part."""
        return blake2b(name.encode(), key=self.salt, digest_size=NAME_BYTES).digest()

    def row(self) -> dict[str, Any]:
        """Return the attributes of its row."""
        written = {
            "salt": self.salt,
            "begun_at": epoch(self.begun_at),
            "asked": self.asked,
            "state": self.state.value,
            "next": self.next,
            "line": self.line,
            "tally": self.tally.counts(),
            "waiting": self.waiting,
            "settled": self.settled,
            "size": self.plan.size,
            "dry_run": self.plan.dry_run,
            "ignore_unknown": self.plan.ignore_unknown,
            "said": dict(self.plan.columns),
            "has_our_ids": self.has_our_ids,
            "expires_at": epoch(self.expires_at),
            "ttl": epoch(self.expires_at),
        }
        if self.format and self.columns:
            written |= {
                "encoding": self.format.encoding,
                "separator": self.format.separator,
                "headers": self.columns.headers,
                "places": self.columns.at,
            }
        return written

    @classmethod
    def from_row(cls, id_: str, row: Mapping[str, Any]) -> Self:
        """Read its row."""
        columns = form = None
        if "encoding" in row:
            columns = Columns(row["places"], row["headers"])
            form = TableFormat(row["encoding"], row["separator"])
        return cls(
            id_,
            ImportPlan(row["size"], row["dry_run"], row["ignore_unknown"], row["said"]),
            row["salt"],
            moment(row["begun_at"]),
            row["asked"],
            ImportState(row["state"]),
            row["next"],
            row["line"],
            Tally(**row["tally"]),
            row["waiting"],
            row["settled"],
            form,
            columns,
            row["has_our_ids"],
        )

    def answer(self) -> dict[str, Any]:
        """Return its members in answers."""
        return {
            "id": self.id,
            "state": self.state.value,
            "size": self.plan.size,
            "next": self.next,
            "dry_run": self.plan.dry_run,
            "columns": self.columns.in_words() if self.columns else None,
            "left_out": self.columns.unknown if self.columns else [],
            "foreign_ids": self.has_our_ids is False,
            "waiting": self.waiting,
            **self.tally.counts(),
            "expires_at": epoch(self.expires_at),
        }


@dataclass(frozen=True, slots=True)
class Remark:
    """Why one row was refused. It never has what stood in the row."""

    line: int
    column: str
    """The field; empty: the row as a whole."""
    reason: str

    @classmethod
    def of_row(cls, refused: RefusedRow) -> Self:
        """Make it of a row that was refused before anything was looked up."""
        return cls(refused.line, *split(refused.reason))

    @classmethod
    def of_line(cls, done: ImportedLine) -> Self:
        """Make it of a row that was refused because of who is there."""
        return cls(done.entry.line, *split(done.reason))

    def answer(self) -> dict[str, Any]:
        """Return its members in answers."""
        return {"line": self.line, "column": self.column or None, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class ImportPart:
    """What became of one part."""

    at: int
    """Where it begins, in bytes."""
    taken: int
    """How many of its bytes were read."""
    digest: str
    """Of these bytes."""
    remarks: tuple[Remark, ...]
    """One for each refused row."""
