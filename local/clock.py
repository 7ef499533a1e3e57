"""The local front's clock: the machine's, which one can move forward."""

import sys
from datetime import UTC, datetime, timedelta

LONGEST = timedelta(days=3650)


class FrontClock:
    """Keeps the offset, because the doors forget theirs when they reload."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the doors' time, in UTC."""
        return datetime.now(UTC) + self._offset

    def forward(self, by: timedelta) -> datetime:
        """Move the clock, and return the new time.

        Raises:
            ValueError: further than ten years, or back.
        """
        if not timedelta() <= by <= LONGEST or self._offset + by > LONGEST:
            raise ValueError("forward_seconds: from 0 to ten years, all moves together")
        self._offset += by
        self.set_doors()
        return self.now()

    def set_doors(self) -> None:
        """Set the offset in the rooms that are loaded now."""
        rooms = sys.modules.get("portico.clock")
        if rooms is not None:
            rooms.SYSTEM.offset = self._offset
