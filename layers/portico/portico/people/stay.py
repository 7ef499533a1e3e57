"""For how long a sign-in may last, as its workspace said when it began."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Stay:
    """What a sign-in carries from its first request to its session."""

    idle: timedelta
    """How long the session may rest."""
    absolute: timedelta
    """How long it may live."""
    keep_days: int
    """For how many days the trail keeps its lines."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read the attributes that :meth:`row` gave."""
        return cls(
            timedelta(seconds=row["idle"]), timedelta(seconds=row["absolute"]), row["keep_days"]
        )

    def row(self) -> dict[str, Any]:
        """Return the attributes of a row: seconds, seconds, days."""
        return {
            "idle": int(self.idle.total_seconds()),
            "absolute": int(self.absolute.total_seconds()),
            "keep_days": self.keep_days,
        }
