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


def in_largest_unit(seconds: int) -> str:
    """Return so many seconds in the largest unit that is whole, as commands take it: ``7d``, ``36h``."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
