"""Directory records as a CSV file has them."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cli.refusals import Refusal
from portico.directory.store import Record
from portico.errors import InvalidRequest
from portico.people.addresses import normalise
from portico.printable import is_printable_name, printable_name

NEEDED = ("source", "external_id", "user_name", "emails", "active")
OPTIONAL = ("tenant", "object_id")
MOST_EMAILS = 20
LONGEST = 200
TOLD = 20
"""So many problems are listed; whoever has more has one that all lines share."""

SWITCH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

_SOURCE = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


class Wrong(Exception):
    """What is wrong with one line."""


def read(file: Path, *, at: datetime) -> list[Record]:
    """Read all records of a file, or none.

    Raises:
        Refusal: it cannot be read, or some lines are wrong: which, and why.
    """
    try:
        # A spreadsheet's UTF-8 begins with a mark that is no part of the first column's name.
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Refusal(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refusal(f"{file}: save it as UTF-8") from None
    table = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    columns = [(each or "").strip() for each in table.fieldnames or []]
    missing = [each for each in NEEDED if each not in columns]
    unknown = [each for each in columns if each not in (*NEEDED, *OPTIONAL)]
    if missing or unknown or len(set(columns)) != len(columns):
        told = f"The first line must name the columns: {', '.join((*NEEDED, *OPTIONAL))}."
        also = [f"Missing: {', '.join(missing)}."] if missing else []
        also += [f"Unknown: {printable_name(', '.join(unknown))}."] if unknown else []
        raise Refusal(" ".join([told, *also]))
    table.fieldnames = columns
    reading = _Reading(table, at)
    records = list(reading.records())
    if reading.problems:
        more = len(reading.problems) - TOLD
        told = "\n".join(reading.problems[:TOLD])
        raise Refusal(told + (f"\n… and {more} more" if more > 0 else ""))
    if not records:
        raise Refusal(f"{file}: the file has no records. An empty directory is not imported.")
    return records


@dataclass
class _Reading:
    table: "csv.DictReader[str]"
    at: datetime
    problems: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def records(self) -> Iterator[Record]:
        try:
            for row in self.table:
                try:
                    record = self._record(row)
                    self._only_once(record)
                except Wrong as wrong:
                    # It may quote a cell, which may hold line breaks and worse.
                    problem = printable_name(str(wrong))
                    self.problems.append(f"line {self.table.line_num}: {problem}")
                    continue
                yield record
        except csv.Error as error:
            self.problems.append(f"line {self.table.line_num}: {error}")

    def _record(self, row: dict[str, str]) -> Record:
        if None in row or None in row.values():
            raise Wrong("the line has more or fewer values than there are columns")
        values = {name: value.strip() for name, value in row.items()}
        if not _SOURCE.match(values["source"]):
            raise Wrong("source: up to 40 of a-z, 0-9 and -, a letter first")
        # An id is compared, a name is only shown: it may have what people's names have.
        fits = {"external_id": str.isprintable, "user_name": is_printable_name}
        for name, is_fit in fits.items():
            if not 0 < len(values[name]) <= LONGEST or not is_fit(values[name]):
                raise Wrong(f"{name}: 1 to {LONGEST} printable characters")
        active = SWITCH.get(values["active"].lower())
        if active is None:
            raise Wrong("active: true or false")
        tenant, object_id = (values.get(name, "").lower() or None for name in OPTIONAL)
        if (tenant is None) != (object_id is None):
            raise Wrong("tenant and object_id: both, or neither")
        for name, value in (("tenant", tenant), ("object_id", object_id)):
            if value and not _GUID.match(value):
                raise Wrong(f"{name}: a GUID")
        emails = self._emails(values["emails"])
        if not emails and tenant is None:
            raise Wrong("without an address, or tenant and object_id, it can match nobody")
        return Record(
            values["source"],
            values["external_id"],
            tenant,
            object_id,
            values["user_name"],
            emails,
            active,
            self.at,
        )

    def _emails(self, text: str) -> tuple[str, ...]:
        found = []
        for each in filter(None, (part.strip() for part in text.split(";"))):
            try:
                found.append(normalise(each))
            except InvalidRequest as refused:
                raise Wrong(f"emails: {each}: {refused.reason}") from None
        if len(found) > MOST_EMAILS:
            raise Wrong(f"emails: {MOST_EMAILS} at most")
        return tuple(dict.fromkeys(found))

    def _only_once(self, record: Record) -> None:
        names = [f"record {record.name}"]
        if record.active:
            names += record.emails
            names += [f"object id {record.object}"] if record.object else []
        for name in names:
            first = self.seen.setdefault(name, self.table.line_num)
            if first != self.table.line_num:
                raise Wrong(f"{name} is already on line {first}")
