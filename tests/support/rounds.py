"""The rounds of a flow: the longest chain of its calls to AWS that do not overlap.

No time is measured. Each call is held until another one has joined it, or until none is to be
expected any more, and the order of starts and ends says which of them were beside each other.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Lock

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from portico.aws import deadline
from tests.support.wire import Wire, settle

PATIENT = 10.0
"""Seconds for a call that has company in our tables. It comes at once, but on a busy machine."""
SHORT = 0.02
"""Seconds for any other, in which nobody is expected."""

type Pair = tuple[str, str]
"""Two calls that are made beside each other, e.g. ``kms.Sign`` and ``dynamodb.UpdateItem``.

The second call of an operation is called ``kms.Sign 2``.
"""


@dataclass(eq=False)
class Held:
    """One call, by the numbers of its start and its end."""

    name: str
    start: int
    end: int | None = None
    met: list[str] = field(default_factory=list)
    """The calls that were on their way beside it."""
    joined: Event = field(default_factory=Event)


@dataclass
class Rounds:
    """Holds the calls of one flow on the wire."""

    pairs: tuple[Pair, ...]
    calls: list[Held] = field(default_factory=list)
    _made: Counter[str] = field(default_factory=Counter)
    _numbers: Iterator[int] = field(default_factory=count)
    _lock: Lock = field(default_factory=Lock)
    _emulator: Lock = field(default_factory=Lock)

    def hold(
        self,
        operation: str,
        _request: AWSPreparedRequest,
        arrive: Callable[[], AWSResponse | None],
    ) -> AWSResponse | None:
        """Hold one call, and let it arrive."""
        # The waits are the test's, and take nothing from the request's time.
        deadline.end()
        call = self._started(operation)
        is_paired = any(call.name in pair for pair in self.pairs)
        call.joined.wait(PATIENT if is_paired else SHORT)
        try:
            with self._emulator:
                return arrive()
        finally:
            with self._lock:
                call.end = next(self._numbers)

    @property
    def number(self) -> int:
        """How many rounds there were: as many calls as fit one after the other."""
        rounds, last = 0, -1
        for call in sorted(self.calls, key=lambda each: each.end or 0):
            assert call.end is not None
            if call.start > last:
                rounds, last = rounds + 1, call.end
        return rounds

    def _started(self, operation: str) -> Held:
        with self._lock:
            self._made[operation] += 1
            nth = self._made[operation]
            call = Held(operation if nth == 1 else f"{operation} {nth}", next(self._numbers))
            for other in self.calls:
                if other.end is None:
                    other.met.append(call.name)
                    call.met.append(other.name)
                    for each in (other, call):
                        if self._has_company(each):
                            each.joined.set()
            self.calls.append(call)
            return call

    def _has_company(self, call: Held) -> bool:
        others = {b if call.name == a else a for a, b in self.pairs if call.name in (a, b)}
        return not others or not others.isdisjoint(call.met)


@contextmanager
def counted(wire: Wire, *pairs: Pair) -> Iterator[Rounds]:
    """Count the rounds of what is done meanwhile, in which *pairs* are beside each other."""
    rounds = Rounds(pairs)
    wire.forget()
    wire.meddler = rounds.hold
    try:
        yield rounds
        settle()
    finally:
        wire.meddler = None
