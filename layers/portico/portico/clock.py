"""The time. Rules never read a clock: callers pass the time to them."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time, in UTC."""

    def now(self) -> datetime:
        """Return an aware datetime in UTC."""
        ...


class SystemClock:
    """The machine's clock. Only the local front moves *offset*, to skip a wait."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        """Return the machine's time plus the offset."""
        return datetime.now(UTC) + self.offset


SYSTEM = SystemClock()


def epoch(at: datetime) -> int:
    """Return whole seconds since 1970, as rows store time."""
    return int(at.timestamp())


def moment(seconds: int) -> datetime:
    """Return the datetime of whole seconds from :func:`epoch`."""
    return datetime.fromtimestamp(seconds, UTC)
