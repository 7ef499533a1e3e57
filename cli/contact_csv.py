"""Contacts as a CSV file has them, read a piece at a time: a file may be longer than memory."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from cli.refusals import NotUnderstood, Refusal, in_words
from portico.imports.columns import Columns, ColumnsNotThere
from portico.imports.contact_rows import ContactRows, RefusedRow, split
from portico.imports.csv_pieces import PIECE, TableRefused, TableRow, beginning_of
from portico.people.contact_import import ContactLine


class _Met:
    """On which line each name was met first, on disk: a set would grow with the file."""

    def __init__(self) -> None:
        # A database without a name is a file of its own, gone when it is closed.
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.execute("PRAGMA journal_mode = OFF")
        self._kept.execute("CREATE TABLE met (name TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")

    def first_place(self, name: str, line: int) -> int:
        self._kept.execute(
            "INSERT INTO met VALUES (?, ?) ON CONFLICT (name) "
            "DO UPDATE SET line = coalesce(line, excluded.line)",
            (name, line),
        )
        found = self._kept.execute("SELECT line FROM met WHERE name = ?", (name,)).fetchone()
        return int(found[0])

    def mention(self, name: str) -> None:
        """Keep a name of a refused line, which takes it from no other line."""
        self._kept.execute("INSERT OR IGNORE INTO met VALUES (?, NULL)", (name,))

    def has(self, name: str) -> bool:
        found = self._kept.execute("SELECT 1 FROM met WHERE name = ?", (name,)).fetchone()
        return found is not None

    def close(self) -> None:
        self._kept.close()


class ContactCsv:
    """One file, open: its columns, and its lines as they come."""

    def __init__(self, raw: BinaryIO, met: _Met, *, size: int, said: dict[str, str]) -> None:
        self.size = size
        """Bytes in all."""
        self._raw = raw
        self._met = met
        self._begins = beginning_of(raw.read(PIECE), is_last=size <= PIECE)
        self.position = self._begins.ends
        """Bytes read so far."""
        self._rows = ContactRows(Columns.of(self._begins.headers, said))

    @property
    def columns(self) -> Columns:
        """Where the file has what."""
        return self._rows.columns

    @property
    def unknown(self) -> list[str]:
        """Columns that Portico does not know."""
        return self.columns.unknown

    @property
    def has_foreign_ids(self) -> bool:
        """Whether the column ``id`` has ids of another product, which say nothing here."""
        return self._rows.has_our_ids is False

    def lines(self) -> Iterator[ContactLine | RefusedRow]:
        """Yield each line as what it asks for, or as what is wrong with it."""
        for row in self._table_rows():
            told = self._rows.read(row)
            if isinstance(told, ContactLine):
                told = self._only_once(told, row)
            if isinstance(told, RefusedRow):
                if told.names:
                    self._met.mention(told.names)
                told = _worded(told)
            if told is not None:
                yield told

    def has(self, email: str) -> bool:
        """Whether a line that was read, even a refused one, has this address in its one spelling."""
        return self._met.has(email)

    def _table_rows(self) -> Iterator[TableRow]:
        line = self._begins.line
        while self.position < self.size:
            began = self.position
            self._raw.seek(began)
            piece = self._raw.read(PIECE)
            is_last = began + len(piece) >= self.size
            for row in self._begins.format.rows(piece, line, is_last=is_last):
                self.position, line = began + row.ends, row.after
                yield row
                if row.is_end:
                    self.position = self.size
            if is_last:
                self.position = self.size

    def _only_once(self, entry: ContactLine, row: TableRow) -> ContactLine | RefusedRow:
        for name in filter(None, (entry.email, entry.id)):
            place = self._met.first_place(name, entry.line)
            if place != entry.line:
                typed = self.columns.values(row.cells)["email"]
                return RefusedRow(entry.line, typed, f"{name} is already on line {place}")
        return entry


@contextmanager
def opened(path: Path, *, said: Sequence[str] = ()) -> Iterator[ContactCsv]:
    """Open a file of contacts.

    Args:
        path: the file.
        said: which column is which field, ``FIELD=HEADER`` each.

    Raises:
        Refusal: it cannot be read, or its first line lacks a column or has one twice.
    """
    columns = columns_said(said)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror}") from None
    with raw, closing(_Met()) as met:
        try:
            people = ContactCsv(raw, met, size=path.stat().st_size, said=columns)
        except ColumnsNotThere as refused:
            raise NotUnderstood(f"--column: FIELD=HEADER, {refused.text}") from None
        except TableRefused as refused:
            hint = f" --column '{refused.field}={refused.header}'" if refused.field else ""
            raise Refusal(f"{path}: {refused.text}{hint}") from None
        yield people


def columns_said(said: Sequence[str]) -> dict[str, str]:
    """Return the column of each field that is not to be guessed, of ``FIELD=HEADER`` each."""
    return dict(each.partition("=")[::2] for each in said)


def _worded(row: RefusedRow) -> RefusedRow:
    field, reason = split(row.reason)
    return replace(row, reason=f"{field}: {in_words(reason)}") if field else row
