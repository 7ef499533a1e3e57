"""Read a table as people have it, a piece at a time: as a spreadsheet saves it in any country.

A piece ends anywhere. What of it is no whole row is left for the next one, so nothing has to be kept
between two pieces but where the next one begins.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from portico.errors import Invalid

PIECE = 64 * 1024
"""Bytes of a piece. No row of people is longer."""
LONGEST_FIRST_LINE = 16 * 1024
"""Characters: it is kept while a file is imported."""
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""What a file of Excel, Numbers or LibreOffice begins with."""
SEPARATORS = ",;\t"
NOT_CLOSED = (
    "a quote is opened here that is never closed, so the rest of the file is one cell: close it, "
    "and import again"
)
TOO_LONG = f"no row is longer than {PIECE // 1024} KB: the rest of the file cannot be read"
_NO_SEPARATOR = '"\0'
"""Signs that no table can be separated by, though its first line may say so."""
_HALF_A_SIGN = re.compile("[\ud800-\udfff]")
"""As what no encoding has a sign for is read."""
_OPEN = ("unexpected end of data", "field larger than field limit")
_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))
"""What a file may begin with, which is no part of the first column's name."""


@dataclass(eq=False)
class TableRefused(Invalid):
    """The file cannot be read at all, or its first line lacks a column."""

    text: str
    field: str = ""
    """The field of a contact that has no column, or two, if that is why."""
    header: str = "ITS NAME"
    """A column that it may be read from."""


class TableRow(NamedTuple):
    """One row of a piece."""

    line: int
    """Where it begins, from 1: a cell in quotes may hold line breaks."""
    cells: list[str]
    wrong: str
    """Why it is no row; empty if it is one."""
    after: int
    """The line behind it."""
    ends: int
    """Bytes of the piece up to its end."""
    is_end: bool = False
    """Nothing behind it can be read."""


@dataclass(frozen=True, slots=True)
class TableFormat:
    """How a file is written, as its beginning says."""

    encoding: str
    separator: str

    @property
    def errors(self) -> str:
        """How what is no text is read, so that it makes its own row wrong and no other."""
        return "surrogatepass" if self.encoding.startswith("utf-16") else "surrogateescape"

    def size_of(self, text: str) -> int:
        """Return how many bytes of the file a text is."""
        return len(text.encode(self.encoding, self.errors))

    def rows(self, piece: bytes, line: int, *, is_last: bool) -> Iterator[TableRow]:
        """Yield the rows that are whole.

        Args:
            piece: at most :data:`PIECE` bytes, from the beginning of a row.
            line: the line that it begins with.
            is_last: whether the file ends with it.
        """
        lines = _Lines(list(_lines(piece, self, is_last=is_last)), self)
        rows = csv.reader(lines, delimiter=self.separator, strict=True)
        while True:
            begins, first = lines.size, line + lines.taken
            try:
                cells = next(rows)
            except StopIteration:
                if begins == 0 and not is_last and len(piece) >= PIECE:
                    yield TableRow(first, [], TOO_LONG, first, len(piece), is_end=True)
                return
            except csv.Error as error:
                is_open = str(error).startswith(_OPEN)
                if not is_open:
                    yield TableRow(first, [], str(error), line + lines.taken, lines.size)
                    continue
                # Its end may come with the next piece.
                if is_last or (begins == 0 and len(piece) >= PIECE):
                    after = line + lines.taken
                    yield TableRow(first, [], NOT_CLOSED, after, len(piece), is_end=True)
                return
            yield TableRow(first, cells, "", line + lines.taken, lines.size)


class TableBeginning(NamedTuple):
    """What the first line of a file says, or the first two."""

    format: TableFormat
    headers: list[str]
    line: int
    """The line behind."""
    ends: int
    """Bytes up to its end."""


def beginning_of(piece: bytes, *, is_last: bool) -> TableBeginning:
    """Read the first line: how the file is written, and its columns.

    Excel may write ``sep=;`` above it.

    Raises:
        TableRefused: it is a spreadsheet, or has no lines.
    """
    if piece.startswith(SPREADSHEETS):
        raise TableRefused("this is a spreadsheet. Open it, choose Save as, and then CSV UTF-8")
    encoding, mark = _encoding(piece)
    form = TableFormat(encoding, ",")
    lines = _lines(piece[mark:], form, is_last=is_last)
    first, taken = next(lines, ""), 1
    if len(first) > LONGEST_FIRST_LINE or (not first and not is_last):
        raise TableRefused("this is no table: its first line is too long")
    size = mark + form.size_of(first)
    told = first.lower().rstrip("\r\n")
    said = told[4:5] or "," if told.startswith("sep=") else ""
    if said and (said in _NO_SEPARATOR or _HALF_A_SIGN.match(said)):
        raise TableRefused("its first line, sep=, names a sign that separates no columns")
    if said:
        first, taken = next(lines, ""), 2
        size += form.size_of(first)
    # What a spreadsheet saves where the comma is the decimal point, or what was copied from one.
    separator = said or max(SEPARATORS, key=first.count)
    headers = next(csv.reader([first], delimiter=separator), [])
    named = [_HALF_A_SIGN.sub("\ufffd", each) for each in headers]
    return TableBeginning(TableFormat(encoding, separator), named, taken + 1, size)


class _Lines:
    """Lines on their way to the reader of rows, which may take several for one row."""

    def __init__(self, lines: Sequence[str], form: TableFormat) -> None:
        self._lines, self._form = lines, form
        self.taken = self.size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.taken == len(self._lines):
            raise StopIteration
        line = self._lines[self.taken]
        self.taken += 1
        self.size += self._form.size_of(line)
        return line


def _lines(piece: bytes, form: TableFormat, *, is_last: bool) -> Iterator[str]:
    if form.encoding != "utf-8":
        # Half a character ends a file that was cut off.
        piece = piece[: len(piece) // 2 * 2]
    text = piece.decode(form.encoding, form.errors)
    lines = io.StringIO(text, newline="")
    for line in lines:
        is_whole = line.endswith("\n") or (line.endswith("\r") and lines.tell() < len(text))
        # A line ends with CR, LF or both: of both, the other half may come with the next piece.
        if not is_whole and not is_last:
            return
        yield line


def _encoding(piece: bytes) -> tuple[str, int]:
    for mark, encoding in _MARKS:
        if piece.startswith(mark):
            return encoding, len(mark)
    begins = piece[:4]
    # A text in our letters has every other byte empty in UTF-16, and none in UTF-8.
    if len(begins) == 4 and begins[1::2] == b"\0\0":
        return "utf-16-le", 0
    if len(begins) == 4 and begins[::2] == b"\0\0":
        return "utf-16-be", 0
    return "utf-8", 0
