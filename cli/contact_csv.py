"""Contacts as a CSV file has them, read line by line: a file may be longer than memory."""

import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from cli.directory_csv import SWITCH
from cli.refusals import Refusal, in_words
from portico.errors import InvalidRequest
from portico.people.addresses import mailable
from portico.people.contact_import import ContactLine
from portico.people.contact_names import contact_language, contact_name

NEEDED = ("email", "name")
OPTIONAL = ("language", "active", "id")

_ID = re.compile(r"ct_[A-Za-z0-9_-]{22}\Z")


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A line that is no contact, and why."""

    line: int
    email: str
    reason: str


class _Wrong(Exception):
    """What is wrong with one line."""


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

    def __init__(self, raw: BinaryIO, text: TextIO, met: _Met, *, size: int) -> None:
        self.size = size
        """Bytes in all."""
        self.unknown: list[str] = []
        """Columns that Portico does not know."""
        self._raw = raw
        self._text = text
        self._met = met
        self._first = text.readline()
        # What a spreadsheet saves where the comma is the decimal point.
        self._comma = ";" if self._first.count(";") > self._first.count(",") else ","
        cells = next(csv.reader([self._first], delimiter=self._comma), [])
        self._columns = [each.strip().lower() for each in cells]
        self._check_columns()

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._raw.tell()

    def lines(self) -> Iterator[ContactLine | RefusedRow]:
        """Yield each line as what it asks for, or as what is wrong with it."""
        rows = csv.reader(self._text, delimiter=self._comma, strict=True)
        while True:
            # Where the row begins: a cell in quotes may hold line breaks.
            line = rows.line_num + 2
            cells: list[str] = []
            try:
                cells = next(rows)
                if any(each.strip() for each in cells):
                    yield self._only_once(self._entry(cells, line))
            except StopIteration:
                return
            except (csv.Error, _Wrong) as wrong:
                typed = dict(zip(self._columns, cells, strict=False)).get("email", "").strip()
                with suppress(InvalidRequest):
                    self._met.mention(mailable(typed))
                yield RefusedRow(line, typed, str(wrong))

    def has(self, email: str) -> bool:
        """Whether a line that was read, even a refused one, has this address in its one spelling."""
        return self._met.has(email)

    def _only_once(self, entry: ContactLine) -> ContactLine:
        for name in filter(None, (entry.email, entry.id)):
            place = self._met.first_place(name, entry.line)
            if place != entry.line:
                raise _Wrong(f"{name} is already on line {place}")
        return entry

    def _check_columns(self) -> None:
        missing = [each for each in NEEDED if each not in self._columns]
        if missing or len(set(self._columns)) != len(self._columns):
            raise Refusal(
                f"The first line must name each column once. Required: {', '.join(NEEDED)}. "
                f"Optional: {', '.join(OPTIONAL)}. Missing: {', '.join(missing) or 'none'}."
            )
        self.unknown = [each for each in self._columns if each not in (*NEEDED, *OPTIONAL)]

    def _entry(self, cells: list[str], line: int) -> ContactLine:
        if len(cells) != len(self._columns):
            raise _Wrong(f"{len(cells)} values for {len(self._columns)} columns")
        if not all(each.isascii() or _is_text(each) for each in cells):
            raise _Wrong("not UTF-8: save the file as UTF-8")
        values = dict(zip(self._columns, (each.strip() for each in cells), strict=True))
        try:
            email = mailable(values["email"])
            says: dict[str, Any] = {"name": contact_name(values["name"])}
            if "language" in values:
                # An empty one is the workspace's.
                typed = values["language"].lower()
                says["language"] = contact_language(typed) if typed else None
        except InvalidRequest as refused:
            raise _Wrong(f"{refused.field}: {in_words(refused.reason)}") from None
        if values.get("active"):
            says["active"] = _switch(values["active"])
        id_ = values.get("id") or None
        if id_ and not _ID.match(id_):
            raise _Wrong("id: ct_ and 22 characters, as Portico gave it; or leave it empty")
        return ContactLine(line, email, says, id_)


@contextmanager
def opened(path: Path) -> Iterator[ContactCsv]:
    """Open a file of contacts.

    Raises:
        Refusal: it cannot be read, or its first line lacks a column or names one twice.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror}") from None
    # A spreadsheet's UTF-8 begins with a mark that is no part of the first column's name. What is
    # not UTF-8 makes its own line wrong, and not the lines before and after it.
    with (
        raw,
        io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="") as text,
        closing(_Met()) as met,
    ):
        yield ContactCsv(raw, text, met, size=path.stat().st_size)


def _is_text(cell: str) -> bool:
    return not any("\udc80" <= each <= "\udcff" for each in cell)


def _switch(text: str) -> bool:
    if text.lower() not in SWITCH:
        raise _Wrong("active: true or false, or empty to leave it as it is")
    return SWITCH[text.lower()]
