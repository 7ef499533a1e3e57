"""CSV files that somebody will open in a spreadsheet."""

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TextIO

from cli.refusals import Refusal
from portico.printable import printable_cell


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one file, or of standard output, as they come."""

    _file: TextIO

    @classmethod
    @contextmanager
    def at(cls, path: Path, *columns: str) -> Iterator[Self]:
        """Open a file, over what it held, and write the line that names the columns.

        Raises:
            Refusal: it cannot be written.
        """
        try:
            file = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise Refusal(f"{path}: {error.strerror}") from None
        with file:
            sheet = cls(file)
            sheet.write(*columns)
            yield sheet

    @classmethod
    def printed(cls) -> Self:
        """Write to standard output."""
        return cls(sys.stdout)

    def write(self, *cells: Any) -> None:
        """Write one row."""
        csv.writer(self._file, lineterminator="\n").writerow(
            [printable_cell(each) for each in cells]
        )
