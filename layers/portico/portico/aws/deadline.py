"""How long one invocation may take.

Each attempt of each call to AWS asks first, so that we can answer in time when one fails.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from portico.errors import TryLater

TIME_TO_MEND = timedelta(seconds=1)
"""Time for one more write after a call to AWS has used up all that there was."""

_ends: ContextVar[float | None] = ContextVar("deadline", default=None)

FAULTS_IN_A_ROW = 10
"""So many faults without a success between them are the service's, and not one row's."""


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


@dataclass(eq=False)
class OneByOne:
    """Work on several, of which none waits for another: a fault of one keeps the rest from nothing.

    Each is worked on within `each`, and `end` tells of the first fault.
    """

    fault: TryLater | None = None
    """The first one; ``None``: there was none."""
    _in_a_row: int = 0

    @contextmanager
    def each(self) -> Iterator[None]:
        """Work on one.

        Raises:
            TryLater: the time of this invocation is over, or so many have failed that the others
                would too.
        """
        try:
            yield
        except TryLater as fault:
            self.fault = self.fault or fault
            self._in_a_row += 1
            if self._in_a_row == FAULTS_IN_A_ROW:
                raise
            ask()
        else:
            self._in_a_row = 0

    def end(self) -> None:
        """Tell that not all of it was done.

        Raises:
            TryLater: one of them failed.
        """
        if self.fault is not None:
            raise self.fault
