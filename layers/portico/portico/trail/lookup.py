"""Read the trail: what happened to one contact, address or link, newest first.

These are all lines, by subject. What happened in a workspace is another list (`trail/search.py`),
which has a row for each sign-in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any, Self

from portico.aws.queries import rows_between
from portico.aws.tables import Rows
from portico.printable import printable_detail
from portico.trail.subjects import subjects_in_trail


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened."""

    id: str
    name: str
    at: datetime
    subject: str
    by: str
    network: str | None
    detail: dict[str, str]

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a line from its row."""
        return cls(
            row["id"],
            row["name"],
            datetime.fromisoformat(row["at"]),
            row["pk"].partition("#trail#")[2],
            row["by"],
            row.get("network"),
            # Once more: a line may be older than the rule that it is kept by.
            {
                name: printable_detail(name, str(value))
                for name, value in (row.get("detail") or {}).items()
            },
        )

    @property
    def is_failure(self) -> bool:
        """Say whether somebody did not get what they wanted."""
        return (
            self.name.endswith((".refused", ".withheld"))
            or self.detail.get("reason") == "refresh-reuse"
        )


@dataclass(frozen=True, slots=True)
class Trail:
    """The trail of one workspace."""

    table: str
    workspace_id: str

    def lines(
        self,
        subjects: Sequence[str],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Line]:
        """Yield what happened to *subjects*, newest first, and read only what the caller takes.

        Args:
            subjects: contacts, links, and so on; an address as `people.addresses.subject_of` names
                it, whatever the trail files it under.
            since: the first moment.
            until: the last one.

        Raises:
            TryLater: the Trail is out of reach.
        """
        filed = [
            each
            for subject in dict.fromkeys(subjects)
            for each in subjects_in_trail(self.table, self.workspace_id, subject)
        ]
        each = [self._about(subject, since, until) for subject in filed]
        return merge(*each, key=lambda line: (line.at, line.id), reverse=True)

    def _about(
        self, subject: str, since: datetime | None, until: datetime | None
    ) -> Iterator[Line]:
        # A line's key is its time (as `Event.rider` writes it), then # and its id.
        first = since.isoformat(timespec="milliseconds") if since else "0"
        last = f"{until.isoformat(timespec='milliseconds')}~" if until else "~"
        pk = f"{self.workspace_id}#trail#{subject}"
        rows = rows_between(self._rows, pk, first, last, newest_first=True)
        return (Line.from_row(row) for row in rows)

    @property
    def _rows(self) -> Rows:
        return Rows(self.table, f"{self.workspace_id}#")
