"""Take what is personal out of the trail of somebody who is erased. What happened stays.

It can be repeated. Each row of the list is marked as erased: an event that comes late brings nothing
personal back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from portico.aws.queries import rows_between, rows_within
from portico.aws.tables import ALWAYS, IS_THERE, MOST_AT_ONCE, Rows, get_many, write_where_there
from portico.aws.values import Row
from portico.clock import SYSTEM, Clock, epoch
from portico.trail.list_rows import PERSONAL_PART, STEP, Place
from portico.trail.subjects import subjects_in_trail


@dataclass(frozen=True, slots=True)
class TrailErasure:
    """Forgets in the trail of one workspace."""

    table: str
    workspace_id: str
    clock: Clock = SYSTEM

    def address(self, subject: str) -> None:
        """Delete what was done with an address, as far as it was nobody's then.

        Args:
            subject: the address, as `people.addresses.subject_of` names it.

        Raises:
            TryLater: the Trail is out of reach. It may be repeated.
        """
        for filed in subjects_in_trail(self.table, self.workspace_id, subject):
            # First the list: it is found by the lines.
            lines = list(self._lines(filed))
            self._forget_listed(lines)
            self._write(self._rows.deleting(each["pk"], each["sk"], ALWAYS) for each in lines)

    def contact(self, contact: str) -> None:
        """Take what is personal out of a contact's lines, and out of the list.

        Raises:
            TryLater: the Trail is out of reach. It may be repeated.
        """
        lines = list(self._lines(contact))
        self._forget_listed(lines)
        self._forget_lines(lines)

    def _forget_listed(self, lines: Iterable[Row]) -> None:
        ends = {line["listed"]: line["ttl"] for line in lines if "listed" in line}
        now = epoch(self.clock.now())
        for places in batched(ends, MOST_AT_ONCE, strict=False):
            keys = [Place.parse(sk).key(self.workspace_id) for sk in places]
            found = get_many([(self._rows, *key) for key in keys], consistent=True)
            rows = list(zip(keys, found, strict=True))
            # The lines under links, before what leads there goes.
            self._forget_lines(
                line for _, row in rows if row for line in self._lines_elsewhere(row)
            )
            self._write(
                self._rows.updating(
                    *key,
                    # Its row may be on its way still: then this is the row, and keeps it so.
                    "SET erased_at = if_not_exists(erased_at, :now), expires_at = "
                    "if_not_exists(expires_at, :ends), ttl = if_not_exists(ttl, :ends)"
                    + _removing(name for name in row or () if name.startswith(PERSONAL_PART)),
                    ALWAYS,
                    {":now": now, ":ends": ends[key[1]]},
                )
                for key, row in rows
                if row is None or "erased_at" not in row or _is_personal(row)
            )

    def _lines_elsewhere(self, row: Row) -> Iterator[Row]:
        """Yield the lines of a sign-in that say from where it came and are not under the contact."""
        for name, core in row.items():
            subject = core.get("subject", "") if name.startswith(STEP) else ""
            if subject.startswith("link-"):
                pk, at = f"{self.workspace_id}#trail#{subject}", core["at"]
                yield from rows_between(self._rows, pk, f"{at}#", f"{at}#~")

    def _forget_lines(self, lines: Iterable[Row]) -> None:
        """Take out of lines whence something was asked, and what a mail server said of a mailbox:
        its words are its own, and may name anybody.
        """
        self._write(
            self._rows.updating(line["pk"], line["sk"], f"REMOVE {', '.join(gone)}", IS_THERE)
            for line in lines
            if (gone := _personal_of(line))
        )

    def _lines(self, filed: str) -> Iterator[Row]:
        return rows_within(self._rows, f"{self.workspace_id}#trail#{filed}")

    def _write(self, parts: Iterable[dict[str, Any]]) -> None:
        for some in batched(parts, MOST_AT_ONCE, strict=False):
            write_where_there({str(n): part for n, part in enumerate(some)})

    @property
    def _rows(self) -> Rows:
        return Rows(self.table, f"{self.workspace_id}#")


def _personal_of(line: Row) -> list[str]:
    """Return the paths of what is personal in a line."""
    found = {"network": line.get("network"), "detail.said": line.get("detail", {}).get("said")}
    return [path for path, value in found.items() if value]


def _is_personal(row: Row) -> bool:
    return any(name.startswith(PERSONAL_PART) for name in row)


def _removing(names: Iterable[str]) -> str:
    gone = ", ".join(names)
    return f" REMOVE {gone}" if gone else ""
