"""Hold access when a directory puts many people out at once, in workspaces that want it.

Five leave at once, or a fifth of all, if that is more. Whoever leaves is counted in the transaction
in which they do, so no two syncs let one more go.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portico.aws.tables import NOT_THERE, ConditionFailed, Parts, Rows
from portico.clock import epoch, moment
from portico.errors import TryLater
from portico.team.mass_departure import FEW, LEAVING_WINDOW, SHARE, leaving_key, new_window

LONGEST_HOLD = timedelta(hours=2)
"""From the first who is held. So all of one mass have one end, of which one mail can tell."""
BRAKE_TRIES = 4


@dataclass(slots=True)
class DepartureBrake:
    """The brake of one workspace, for one request."""

    sign_in_table: str
    workspace_id: str
    counted: int = 0
    """How many have left in this request who are counted already."""

    def ask(self, active: Callable[[], int], *, at: datetime) -> Parts | datetime:
        """Return the part that counts somebody who leaves at once, or until when they are held.

        Args:
            active: counts the people who are active now.
            at: the time.

        Raises:
            TryLater: DynamoDB is out of reach.
        """
        for _ in range(BRAKE_TRIES):
            row = self._window(at)
            most = FEW
            try:
                if row["gone"] >= FEW:
                    row = self._with_active(row, active)
                    most = max(FEW, int(SHARE * row["active"]))
                if row["gone"] < most:
                    return {"window": self._leaving(row, most)}
                return self._held(row, at)
            except ConditionFailed:
                # Another window has begun in this moment.
                continue
        raise TryLater(cause="directory brake: the window keeps changing")

    def count(self) -> None:
        """Note that somebody has left by the part of :meth:`ask`."""
        self.counted += 1

    def _window(self, at: datetime) -> dict[str, Any]:
        begun = epoch(at - LEAVING_WINDOW)
        row = self._rows.get(*self._key)
        if row is not None and row["since"] > begun:
            return row
        new = new_window(self._key, at, gone=0)
        try:
            self._rows.put(new, f"{NOT_THERE} OR since <= :begun", {":begun": begun})
        except ConditionFailed as failed:
            if failed.row is None:
                raise
            return failed.row
        return new

    def _with_active(self, row: dict[str, Any], active: Callable[[], int]) -> dict[str, Any]:
        if "active" in row:
            return row
        return self._rows.update(
            *self._key,
            "SET active = if_not_exists(active, :active) REMOVE event",
            "since = :since",
            {":active": active() + row["gone"], ":since": row["since"]},
        )

    def _leaving(self, row: dict[str, Any], most: int) -> dict[str, Any]:
        return self._rows.updating(
            *self._key,
            "ADD gone :one REMOVE event",
            "since = :since AND gone < :most",
            {":one": 1, ":since": row["since"], ":most": most},
        )

    def _held(self, row: dict[str, Any], at: datetime) -> datetime:
        if "held_until" not in row:
            row = self._rows.update(
                *self._key,
                "SET held_until = if_not_exists(held_until, :until) REMOVE event",
                "since = :since",
                {":until": epoch(at + LONGEST_HOLD), ":since": row["since"]},
            )
        return moment(row["held_until"])

    @property
    def _key(self) -> tuple[str, str]:
        return leaving_key(self.workspace_id)

    @property
    def _rows(self) -> Rows:
        return Rows(self.sign_in_table, f"{self.workspace_id}#")
