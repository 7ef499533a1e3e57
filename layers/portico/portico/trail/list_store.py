"""Write the list of a workspace: one update for each of its rows that a batch has events of."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portico.aws.tables import ALWAYS, NOT_THERE, ConditionFailed, Rows
from portico.clock import SYSTEM, Clock, epoch
from portico.trail.list_rows import PERSONAL_PART, STEP, Listed, Place, counts_key

_marked: set[tuple[str, str, str, str]] = set()
"""Parts of days of which this environment knows that they are marked."""


def forget_marks() -> None:
    """Let nothing be kept of the tables that were there before."""
    _marked.clear()


def days_key(workspace_id: str) -> str:
    """Return the partition that says which parts of which days have rows, and since when there are
    any.
    """
    return f"{workspace_id}#listed"


SINCE = "-since"
"""The sort key of the row that says when the list began. It stands before all days."""
LATE_AFTER = timedelta(minutes=30)
"""So long after its end, what is added to a day may come after it was counted for good."""
NOT_ERASED = "attribute_not_exists(erased_at)"


@dataclass(frozen=True, slots=True)
class ListWriter:
    """Writes lists of a deployment."""

    table: str
    clock: Clock = SYSTEM

    def write(self, workspace_id: str, place: Place, added: Sequence[Listed]) -> None:
        """Add events to one row.

        First the mark, which says that this part of the day has rows: a row without it would not be
        found.

        Args:
            workspace_id: the workspace.
            place: the row.
            added: events of this row.

        Raises:
            TryLater: the Trail is out of reach. The same events may be passed again.
        """
        self._mark(workspace_id, place, added[0])
        personal = {f"{PERSONAL_PART}{each.step}": each.personal for each in added if each.personal}
        core = {f"{STEP}{each.step}": each.core for each in added}
        try:
            self._add(workspace_id, place, core | personal, added[0], NOT_ERASED)
        except ConditionFailed:
            # What is personal was erased meanwhile, and a late event brings none of it back.
            self._add(workspace_id, place, core, added[0], ALWAYS)
        # After it: whoever counts the day meanwhile sees the row, or may not keep the counts.
        if self.clock.now() >= end_of(place.day) + LATE_AFTER:
            self._rows(workspace_id).update(
                *counts_key(workspace_id, place.day),
                "ADD late :one SET expires_at = :ends, ttl = :ends REMOVE counts, counted_to",
                ALWAYS,
                {":one": 1, ":ends": epoch(added[0].ends)},
            )

    def _add(
        self,
        workspace_id: str,
        place: Place,
        attributes: dict[str, dict[str, str]],
        first: Listed,
        condition: str,
    ) -> None:
        ends = epoch(first.ends)
        values = {**attributes, "expires_at": ends, "ttl": ends}
        changes = ", ".join(f"{name} = :{name}" for name in values)
        self._rows(workspace_id).update(
            *place.key(workspace_id),
            f"SET {changes}",
            condition,
            {f":{name}": value for name, value in values.items()},
        )

    def _mark(self, workspace_id: str, place: Place, first: Listed) -> None:
        mark = self.table, workspace_id, place.day, place.shard
        if mark in _marked:
            return
        rows, pk = self._rows(workspace_id), days_key(workspace_id)
        if not any(known[:2] == mark[:2] for known in _marked):
            with suppress(ConditionFailed):
                rows.put({"pk": pk, "sk": SINCE, "since": first.core["at"]}, NOT_THERE)
        ends = epoch(first.ends) + 24 * 3600
        rows.update(
            pk,
            place.day,
            "ADD shards :shard SET expires_at = :ends, ttl = :ends",
            ALWAYS,
            {":shard": frozenset({place.shard}), ":ends": ends},
        )
        _marked.add(mark)

    def _rows(self, workspace_id: str) -> Rows:
        return Rows(self.table, f"{workspace_id}#")


def end_of(day: str) -> datetime:
    """Return when a day is over."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)


def by_row(added: Iterable[tuple[str, Listed]]) -> dict[tuple[str, Place], list[Listed]]:
    """Gather events of the same row.

    Args:
        added: workspaces and events.
    """
    rows: dict[tuple[str, Place], list[Listed]] = defaultdict(list)
    for workspace_id, each in added:
        rows[workspace_id, each.place].append(each)
    return rows
