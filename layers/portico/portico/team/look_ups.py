"""How often a member may ask for an address that is nobody's. A list of addresses is no guess."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portico.aws.tables import ConditionFailed, Rows
from portico.clock import epoch
from portico.errors import TooManyRequests, seconds_until
from portico.events import Event
from portico.team.team_caller import TeamCaller

LOOK_UP_WINDOW = timedelta(hours=1)
MOST_MISSES = 30
"""Typing errors of a busy hour. An address book that is tried out has more."""


@dataclass(frozen=True, slots=True)
class LookUps:
    """The misses of one member in this hour."""

    rows: Rows
    member: TeamCaller
    at: datetime

    @property
    def key(self) -> tuple[str, str]:
        """The counter's key, so that it is read together with what is looked up."""
        return f"{self.member.workspace.id}#team-use#{self.member.id}#{self._number}", "misses"

    def demand_room(self, row: dict[str, Any] | None) -> None:
        """Check the counter as it was read. With it spent, nobody is told who is there.

        Raises:
            TooManyRequests: there were as many misses as may be.
        """
        if row is not None and row["misses"] >= MOST_MISSES:
            raise TooManyRequests(seconds_until(self._ends, at=self.at))

    def count_miss(self) -> None:
        """Count a miss. The last one that may be is a line in the trail.

        Raises:
            TooManyRequests: others have used up the rest in this moment.
        """
        try:
            row = self.rows.update(
                *self.key,
                "ADD misses :one SET ttl = :broom",
                "attribute_not_exists(misses) OR misses < :most",
                {
                    ":one": 1,
                    ":most": MOST_MISSES,
                    ":broom": epoch(self._ends + LOOK_UP_WINDOW),
                },
            )
        except ConditionFailed:
            raise TooManyRequests(seconds_until(self._ends, at=self.at)) from None
        if row["misses"] == MOST_MISSES:
            workspace = self.member.workspace
            detail = {"misses": str(MOST_MISSES)}
            event = Event(
                "team.look-ups-spent",
                self.at,
                workspace.id,
                workspace.trail_days,
                self.member.by,
                detail=detail,
            )
            self.rows.update(
                *self.key, "SET event = :event", "attribute_exists(pk)", {":event": event.rider()}
            )

    @property
    def _number(self) -> int:
        return epoch(self.at) // int(LOOK_UP_WINDOW.total_seconds())

    @property
    def _ends(self) -> datetime:
        seconds = (self._number + 1) * LOOK_UP_WINDOW.total_seconds()
        return datetime.fromtimestamp(seconds, tz=self.at.tzinfo)
