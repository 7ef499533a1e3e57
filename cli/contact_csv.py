"""Contacts as a CSV file has them, read line by line: a file may be longer than memory."""

import csv
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from cli.contact_columns import Columns
from cli.csv_files import opened_table, separated, why_unreadable
from cli.directory_csv import SWITCH
from cli.refusals import in_words
from portico.errors import InvalidRequest
from portico.people.addresses import mailable
from portico.people.contact_import import ContactLine
from portico.people.contact_names import contact_language, contact_name
from portico.people.rules import language_of

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

    def __init__(
        self, raw: BinaryIO, text: TextIO, met: _Met, *, size: int, said: Sequence[str] = ()
    ) -> None:
        self.size = size
        """Bytes in all."""
        self._raw = raw
        self._text = text
        self._met = met
        self._separator, headers, self._before = separated(text)
        self.columns = Columns.of(headers, said)
        self._has_our_ids: bool | None = None

    @property
    def unknown(self) -> list[str]:
        """Columns that Portico does not know."""
        return self.columns.unknown

    @property
    def has_foreign_ids(self) -> bool:
        """Whether the column ``id`` has ids of another product, which say nothing here."""
        return self._has_our_ids is False

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._raw.tell()

    def lines(self) -> Iterator[ContactLine | RefusedRow]:
        """Yield each line as what it asks for, or as what is wrong with it."""
        rows = csv.reader(self._text, delimiter=self._separator, strict=True)
        while True:
            # Where the row begins: a cell in quotes may hold line breaks.
            line = rows.line_num + self._before + 1
            cells: list[str] = []
            try:
                cells = next(rows)
                if any(each.strip() for each in cells):
                    yield self._only_once(self._entry(cells, line))
            except StopIteration:
                return
            except (csv.Error, _Wrong) as wrong:
                typed = self.columns.values(cells)["email"]
                with suppress(InvalidRequest):
                    self._met.mention(mailable(typed))
                why = why_unreadable(wrong) if isinstance(wrong, csv.Error) else str(wrong)
                yield RefusedRow(line, typed, why)

    def has(self, email: str) -> bool:
        """Whether a line that was read, even a refused one, has this address in its one spelling."""
        return self._met.has(email)

    def _only_once(self, entry: ContactLine) -> ContactLine:
        for name in filter(None, (entry.email, entry.id)):
            place = self._met.first_place(name, entry.line)
            if place != entry.line:
                raise _Wrong(f"{name} is already on line {place}")
        return entry

    def _entry(self, cells: list[str], line: int) -> ContactLine:
        if not self.columns.has_room_for(cells):
            raise _Wrong(f"{len(cells)} values for {len(self.columns.headers)} columns")
        if not all(each.isascii() or _is_text(each) for each in cells):
            raise _Wrong("not UTF-8: save the file as UTF-8")
        values = self.columns.values(cells)
        try:
            email = mailable(values["email"])
            says: dict[str, Any] = {"name": contact_name(values["name"])}
            if "language" in values:
                # An empty one is the workspace's; `en-US` is English.
                typed = values["language"].lower()
                says["language"] = contact_language(language_of(typed) or typed) if typed else None
        except InvalidRequest as refused:
            raise _Wrong(f"{refused.field}: {in_words(refused.reason)}") from None
        if values.get("active"):
            says["active"] = _switch(values["active"])
        return ContactLine(line, email, says, self._id(values.get("id") or None))

    def _id(self, id_: str | None) -> str | None:
        """Return a contact's id, if it is one of ours. The first one says whose the column's are."""
        if id_ is None:
            return None
        is_ours = _ID.match(id_) is not None
        if self._has_our_ids is None:
            self._has_our_ids = is_ours
        if is_ours is not self._has_our_ids:
            raise _Wrong("id: ct_ and 22 characters, as Portico gave it; or leave it empty")
        return id_ if is_ours else None


@contextmanager
def opened(path: Path, *, said: Sequence[str] = ()) -> Iterator[ContactCsv]:
    """Open a file of contacts.

    Args:
        path: the file.
        said: which column is which field, ``FIELD=HEADER`` each.

    Raises:
        Refusal: it cannot be read, or its first line lacks a column or has one twice.
    """
    with opened_table(path) as (raw, text), closing(_Met()) as met:
        yield ContactCsv(raw, text, met, size=path.stat().st_size, said=said)


def _is_text(cell: str) -> bool:
    return not any("\udc80" <= each <= "\udcff" for each in cell)


def _switch(text: str) -> bool:
    if text.lower() not in SWITCH:
        raise _Wrong("active: true or false, or empty to leave it as it is")
    return SWITCH[text.lower()]
