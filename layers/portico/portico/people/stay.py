"""How long a sign-in may last. The workspace's settings at its beginning decide."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Stay:
    """The limits that a sign-in carries from its first request to its session."""

    idle: timedelta
    """How long the session may be idle."""
    absolute: timedelta
    """How long the session may last."""
    keep_days: int
    """How many days the trail keeps the sign-in's lines."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read the attributes that :meth:`row` returned."""
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
