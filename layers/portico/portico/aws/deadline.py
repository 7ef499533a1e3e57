"""How long one invocation may take. Asked before each attempt of each call behind us, so that a
fault is answered in time.
"""

import time
from contextvars import ContextVar
from datetime import timedelta

from portico.errors import TryLater

TIME_TO_MEND = timedelta(seconds=1)
"""For one more write, when a call behind us has used up all the time there was."""

_ends: ContextVar[float | None] = ContextVar("deadline", default=None)


def start(allowed: timedelta) -> None:
    """Begin the time of one invocation."""
    _ends.set(time.monotonic() + allowed.total_seconds())


def end() -> None:
    """Forget the invocation: what runs after it in this process has time of its own."""
    _ends.set(None)


def leave(time_to_mend: timedelta) -> None:
    """Have so much time left at least: what was begun must be put right, even late."""
    _ends.set(max(_ends.get() or 0.0, time.monotonic() + time_to_mend.total_seconds()))


def ask() -> None:
    """Let the next call begin.

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
