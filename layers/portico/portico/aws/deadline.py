"""How long one invocation may take.

Each attempt of each call to AWS asks first, so that we can answer in time when one fails.
"""

import time
from contextvars import ContextVar
from datetime import timedelta

from portico.errors import TryLater

TIME_TO_MEND = timedelta(seconds=1)
"""Time for one more write after a call to AWS has used up all that there was."""

_ends: ContextVar[float | None] = ContextVar("deadline", default=None)


def start(allowed: timedelta) -> None:
    """Start the clock of one invocation."""
    _ends.set(time.monotonic() + allowed.total_seconds())


def end() -> None:
    """Forget the invocation: what this process runs next has its own time."""
    _ends.set(None)


def leave(time_to_mend: timedelta) -> None:
    """Leave at least *time_to_mend*: what was begun must be put right, even late."""
    _ends.set(max(_ends.get() or 0.0, time.monotonic() + time_to_mend.total_seconds()))


def ask() -> None:
    """Check that the next call may begin.

    Raises:
        TryLater: the time of this invocation is over.
    """
    ends = _ends.get()
    if ends is not None and time.monotonic() >= ends:
        raise TryLater(cause="deadline")


def at_most(seconds: float) -> float:
    """Return how long one call may take: *seconds*, or what is left if that is less."""
    ends = _ends.get()
    return seconds if ends is None else max(0.05, min(seconds, ends - time.monotonic()))


def rest(seconds: float) -> None:
    """Wait before a call is tried again, but not longer than there is time.

    Raises:
        TryLater: the time of this invocation is over.
    """
    time.sleep(at_most(seconds))
    ask()
