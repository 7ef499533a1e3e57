"""Open a table as people have it: as a spreadsheet saves it in any country, and no spreadsheet itself."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from cli.refusals import Refusal

SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""What a file of Excel, Numbers or LibreOffice begins with."""
SEPARATORS = ",;\t"
NOT_CLOSED = (
    "a quote is opened here that is never closed, so the rest of the file is one cell: close it, "
    "and import again"
)
_OPEN = ("unexpected end of data", "field larger than field limit")


@contextmanager
def opened_table(path: Path) -> Iterator[tuple[BinaryIO, TextIO]]:
    """Open a file, and what is read from it as text.

    What is not UTF-8 or UTF-16 makes its own line wrong, and not the lines before and after it.

    Raises:
        Refusal: it cannot be read, or is a spreadsheet.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror}") from None
    with raw:
        begins = raw.read(4)
        raw.seek(0)
        if begins.startswith(SPREADSHEETS):
            raise Refusal(
                f"{path}: this is a spreadsheet. Open it, choose Save as, and then CSV UTF-8"
            )
        encoding = _encoding(begins)
        errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
        with io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="") as text:
            yield raw, text


def separated(text: TextIO) -> tuple[str, list[str], int]:
    """Read the first line: the separator, the columns, and how many lines that took.

    Excel may write ``sep=;`` above it.
    """
    first, lines = text.readline(), 1
    told = first.lower().rstrip("\r\n")
    said = told[4:5] or "," if told.startswith("sep=") else ""
    if said:
        first, lines = text.readline(), 2
    # What a spreadsheet saves where the comma is the decimal point, or what was copied from one.
    separator = said or max(SEPARATORS, key=first.count)
    return separator, next(csv.reader([first], delimiter=separator), []), lines


def why_unreadable(error: csv.Error) -> str:
    """Say what is wrong with a line that is no row of a table."""
    return NOT_CLOSED if str(error).startswith(_OPEN) else str(error)


def _encoding(begins: bytes) -> str:
    if begins.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    # A text in our letters has every other byte empty in UTF-16, and none in UTF-8.
    if len(begins) == 4 and begins[1::2] == b"\0\0":
        return "utf-16-le"
    if len(begins) == 4 and begins[::2] == b"\0\0":
        return "utf-16-be"
    # A spreadsheet's UTF-8 begins with a mark that is no part of the first column's name.
    return "utf-8-sig"
