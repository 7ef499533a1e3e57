"""The file of an export: JSON Lines, a first line about it, a row each, and a last line to check it by."""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self, TextIO

from portico.aws.values import item_of, row_of
from portico.errors import Invalid
from portico.ids import is_workspace

EXPORT_FORMAT = "portico-workspace"
EXPORT_VERSION = 1
LONGEST_EXPORT_LINE = 1_000_000
"""Characters. A row of DynamoDB has 400 KB."""


@dataclass(eq=False)
class ExportUnreadable(Invalid):
    """The file is no export, or not whole."""

    reason: str


@dataclass(frozen=True, slots=True)
class ExportHeader:
    """What the first line says."""

    workspace_id: str
    made_at: str
    """In ISO 8601."""
    passwords: bool
    """Whether the file has hashes of passwords."""

    def line(self) -> dict[str, Any]:
        """Return the first line."""
        return {
            "format": EXPORT_FORMAT,
            "version": EXPORT_VERSION,
            "workspace": self.workspace_id,
            "made_at": self.made_at,
            "passwords": self.passwords,
        }

    @classmethod
    def read(cls, line: Any) -> Self:
        """Read the first line.

        Raises:
            ExportUnreadable: it is none of ours, or of a later version.
        """
        if not isinstance(line, dict) or line.get("format") != EXPORT_FORMAT:
            raise ExportUnreadable("this is no export of a workspace")
        if line.get("version") != EXPORT_VERSION:
            raise ExportUnreadable("it was made by a version with another format: use that one's")
        id_ = line.get("workspace")
        if not isinstance(id_, str) or not is_workspace(id_):
            raise ExportUnreadable("its first line names no workspace")
        return cls(id_, str(line.get("made_at")), line.get("passwords") is True)


@dataclass
class ExportWriter:
    """Writes an export."""

    text: TextIO
    rows: int = 0
    _digest: Any = field(default_factory=sha256)

    def begin(self, header: ExportHeader) -> None:
        """Write the first line."""
        self._write(header.line())

    def add(self, row: dict[str, Any]) -> None:
        """Write a row."""
        self._write(item_of(row))
        self.rows += 1

    def end(self) -> None:
        """Write the last line. A file without it was cut off."""
        self._write({"rows": self.rows, "sha256": self._digest.hexdigest()})

    def _write(self, content: dict[str, Any]) -> None:
        line = json.dumps(content, separators=(",", ":"), default=_base64) + "\n"
        self._digest.update(line.encode())
        self.text.write(line)


@dataclass(frozen=True, slots=True)
class ExportChecked:
    """An export that is whole."""

    header: ExportHeader
    rows: int
    digest: str
    """Of all of it. Names this very export."""


def checked(lines: Iterable[str]) -> ExportChecked:
    """Read a whole export, and hold none of it.

    Raises:
        ExportUnreadable: it is none, or was cut off or changed.
    """
    header: ExportHeader | None = None
    digest, rows, before = sha256(), 0, ""
    end: Any = None
    for n, line in enumerate(lines):
        if len(line) > LONGEST_EXPORT_LINE:
            raise ExportUnreadable(f"line {n + 1} is too long")
        content = _json(line, n)
        if n == 0:
            header = ExportHeader.read(content)
        elif end is not None:
            raise ExportUnreadable("something stands behind its end")
        elif isinstance(content, dict) and "sha256" in content:
            end, before = content, digest.hexdigest()
        else:
            _of_workspace(content, header, n)
            rows += 1
        digest.update(line.encode())
    if header is None:
        raise ExportUnreadable("it is empty")
    if end is None or end != {"rows": rows, "sha256": before}:
        raise ExportUnreadable("it is not whole: it was cut off, or changed")
    return ExportChecked(header, rows, before)


def rows_in(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of an export that was checked."""
    for n, line in enumerate(lines):
        content = _json(line, n)
        if n and "sha256" not in content:
            yield row_of(content)


def _of_workspace(content: Any, header: ExportHeader | None, n: int) -> None:
    try:
        pk: str = content["pk"]["S"]
        sk: str = content["sk"]["S"]
        row_of(content)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ExportUnreadable(f"line {n + 1} is no row") from None
    if header is None or not pk.startswith(f"{header.workspace_id}#") or not sk:
        raise ExportUnreadable(f"line {n + 1} is another workspace's")


def _json(line: str, n: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise ExportUnreadable(f"line {n + 1} is no JSON: it was cut off, or changed") from None


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
