"""Read one part of a file, and write what its rows ask for."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import batched, islice
from typing import Self

from portico.aws import deadline
from portico.errors import NotNext, TryLater
from portico.imports.contact_rows import ContactRows, RefusedRow
from portico.imports.csv_pieces import TableRefused, TableRow
from portico.imports.rules import (
    MOST_ROWS,
    MOST_ROWS_OF_A_PART,
    NAMED_BY_A_REFUSED_ROW,
    ImportJob,
    ImportState,
    Remark,
    Tally,
)
from portico.imports.store import ImportStore
from portico.people.contact_import import AT_ONCE, REFUSED, ContactImport, ContactLine, ImportedLine

ENOUGH = 1.4
"""Seconds that must be left of a request before another hundred rows are begun."""

type Told = ContactLine | RefusedRow | None


@dataclass
class PartReader:
    """What becomes of one part while it is read."""

    job: ImportJob
    """As it was before."""
    store: ImportStore
    importing: ContactImport
    names: list[tuple[bytes, int]] = field(default_factory=list)
    """What is kept of the names of its rows, and their lines."""
    waiting: list[ContactLine] = field(default_factory=list)
    """Rows that depend on the rest of the file."""
    remarks: list[Remark] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    last: TableRow | None = None
    """The last row that is done."""
    is_cut: bool = False
    """There are whole rows behind it."""
    has_our_ids: bool | None = None

    def read(self, piece: bytes, *, is_last: bool) -> Self:
        """Write the rows of a piece of the file, as many as there is time for.

        Raises:
            TableRefused: the file has too many rows.
            TryLater: none of them are done, and all can be written again.
        """
        job = self.job
        if job.format is None or job.columns is None:
            raise NotNext(job.answer())
        most = MOST_ROWS_OF_A_PART
        rows = list(islice(job.format.rows(piece, job.line, is_last=is_last), most + 1))
        self.is_cut = len(rows) > most
        del rows[most:]
        if job.tally.rows + job.waiting + len(rows) > MOST_ROWS:
            raise TableRefused(
                f"an import has at most {MOST_ROWS:,} rows: make several files of it"
            )
        contacts = ContactRows(job.columns, job.has_our_ids)
        told = self._only_once([contacts.read(row) for row in rows])
        self.has_our_ids = contacts.has_our_ids
        with self.importing.writing() as pool:
            for some in batched(zip(rows, told, strict=True), AT_ONCE, strict=False):
                entries = [each for _, each in some if isinstance(each, ContactLine)]
                if self.last and not has_time():
                    self.is_cut = True
                    break
                try:
                    done, waiting = self.importing.write(entries, pool) if entries else ([], [])
                except TryLater:
                    if self.last is None:
                        raise
                    self.is_cut = True
                    break
                refused = [each for _, each in some if isinstance(each, RefusedRow)]
                self.tally = self.tally.plus(done, len(refused))
                self.remarks += remarks_of(refused, done)
                self.waiting += waiting
                self.names += [name for _, each in some for name in _names(job, each)]
                self.last = some[-1][0]
        return self

    def behind(self, begins: int, *, is_last: bool) -> ImportJob:
        """Return the import behind the rows that are done.

        Args:
            begins: where the first of them begins in the file.
            is_last: whether the file ends with this part.
        """
        last, job = self.last, self.job
        is_whole = (last is not None and last.is_end) or (is_last and not self.is_cut)
        ends = job.plan.size if is_whole else begins + (last.ends if last else 0)
        return replace(
            job,
            next=ends,
            line=last.after if last else job.line,
            state=ImportState.READ if is_whole else ImportState.OPEN,
            tally=job.tally.with_all(self.tally),
            waiting=job.waiting + len(self.waiting),
            has_our_ids=self.has_our_ids,
        )

    def _only_once(self, told: Sequence[Told]) -> list[Told]:
        """Refuse the rows whose address or id an earlier row of the file has."""
        job = self.job
        wanted = {name for each in told for name, _ in _names(job, each)}
        places = self.store.places(job, wanted)
        found: list[Told] = []
        for each in told:
            taken = self._taken(each, places) if isinstance(each, ContactLine) else ""
            found.append(RefusedRow(each.line, each.email, taken) if each and taken else each)
            for name, line in _names(job, found[-1]):
                places[name] = places.get(name) or line
        return found

    def _taken(self, entry: ContactLine, places: dict[bytes, int]) -> str:
        for column, name in (("email", entry.email), ("id", entry.id)):
            place = places.get(self.job.name_digest(name)) if name else None
            if place:
                return f"{column}: it is already on line {place}"
        return ""


def remarks_of(refused: Sequence[RefusedRow], done: Sequence[ImportedLine]) -> list[Remark]:
    """Return why rows were refused, by their lines."""
    found = [Remark.of_row(each) for each in refused]
    found += [Remark.of_line(each) for each in done if each.outcome == REFUSED]
    return sorted(found, key=lambda each: each.line)


def has_time() -> bool:
    """Say whether another hundred rows can be begun in this request."""
    return deadline.at_most(ENOUGH) >= ENOUGH


def _names(job: ImportJob, told: Told) -> list[tuple[bytes, int]]:
    if isinstance(told, ContactLine):
        names = filter(None, (told.email, told.id))
        return [(job.name_digest(each), told.line) for each in names]
    email = told.names if told else None
    return [(job.name_digest(email), NAMED_BY_A_REFUSED_ROW)] if email else []
