"""What can go wrong with one call to AWS, and a watch that knows what it costs without waiting.

    trouble.meets(Step("dynamodb.PutItem"), hangs, LASTS)

Nothing of ours is replaced: the SDK's repeats, the clients' time-outs and the deadline are real.
Only the time that they take is counted instead of waited for.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from portico.aws.clients import CONNECT_TIMEOUT, READ_TIMEOUT
from tests.support.wire import Wire, answered, refusal

USUAL = 0.005
"""Seconds that a call takes on a good day."""
SLOW = 0.9
"""Seconds that a call takes on a bad one: within the clients' patience."""
ONCE, LASTS = "once", "until it is mended"

type Arrive = Callable[[], AWSResponse | None]
type Fault = Callable[[AWSPreparedRequest, Arrive, "Watch"], AWSResponse | None]


class Stopped(BaseException):
    """The environment is gone in the middle of its work, as after Lambda's time-out."""


@dataclass
class Watch:
    """Stands still but for what calls, and the waits between them, cost."""

    now: float = field(default_factory=time.monotonic)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True)
class Step:
    """One call of many: the *nth* of its operation."""

    operation: str
    nth: int = 1

    def __str__(self) -> str:
        return self.operation.partition(".")[2] + (f"-{self.nth}" if self.nth > 1 else "")

    @property
    def service(self) -> str:
        return self.operation.partition(".")[0]


def steps(*operations: str) -> tuple[Step, ...]:
    """Name the calls of a visit in their order."""
    seen: Counter[str] = Counter()
    found = []
    for operation in operations:
        seen[operation] += 1
        found.append(Step(operation, seen[operation]))
    return tuple(found)


@dataclass
class Trouble:
    """Sits on the wire: at one step something goes wrong, once or from then on."""

    wire: Wire
    watch: Watch
    _step: Step | None = None
    _fault: Fault | None = None
    _lasts: str = ONCE
    _pace: float = USUAL
    _is_on: bool = False
    _seen: Counter[str] = field(default_factory=Counter)

    def meets(self, step: Step, fault: Fault, lasts: str = ONCE, *, pace: float = USUAL) -> None:
        """Let *fault* happen at *step*, counted from now, and at *pace* whatever comes before.

        ``ONCE``: to this one request. ``LASTS``: to it, and to every later one of its service.
        """
        self.mend()
        self._step, self._fault, self._lasts, self._pace = step, fault, lasts, pace
        self.wire.meddler = self
        self.wire.forget()

    def mend(self) -> None:
        self._step, self._is_on = None, False
        self._pace = USUAL
        self._seen.clear()
        self.wire.meddler = None

    @property
    def has_struck(self) -> bool:
        return self._is_on

    def __call__(
        self, operation: str, request: AWSPreparedRequest, arrive: Arrive
    ) -> AWSResponse | None:
        self._seen[operation] += 1
        if self._strikes(operation):
            assert self._fault is not None
            return self._fault(request, arrive, self.watch)
        is_paced = self._step is not None and operation.startswith(self._step.service)
        self.watch.sleep(self._pace if is_paced else USUAL)
        return arrive()

    def _strikes(self, operation: str) -> bool:
        if self._step is None:
            return False
        if self._is_on:
            return self._lasts == LASTS and operation.startswith(f"{self._step.service}.")
        self._is_on = (operation, self._seen[operation]) == (self._step.operation, self._step.nth)
        return self._is_on


def never_arrives(request: AWSPreparedRequest, _arrive: Arrive, watch: Watch) -> Any:
    watch.sleep(CONNECT_TIMEOUT)
    raise ConnectTimeoutError(endpoint_url=request.url)


def hangs(request: AWSPreparedRequest, _arrive: Arrive, watch: Watch) -> Any:
    watch.sleep(READ_TIMEOUT)
    raise ReadTimeoutError(endpoint_url=request.url)


def loses_its_answer(request: AWSPreparedRequest, arrive: Arrive, watch: Watch) -> Any:
    arrive()
    watch.sleep(READ_TIMEOUT)
    raise ReadTimeoutError(endpoint_url=request.url)


def stops_before(_request: AWSPreparedRequest, _arrive: Arrive, _watch: Watch) -> Any:
    raise Stopped


def stops_after(_request: AWSPreparedRequest, arrive: Arrive, _watch: Watch) -> Any:
    arrive()
    raise Stopped


def answers(code: str, **members: Any) -> Fault:
    """Let AWS refuse, with an error of its own."""

    def fault(request: AWSPreparedRequest, _arrive: Arrive, watch: Watch) -> AWSResponse:
        watch.sleep(USUAL)
        return refusal(request, code, members)

    fault.__name__ = code
    return fault


def gives(**content: Any) -> Fault:
    """Let AWS answer, with something else than it should."""

    def fault(request: AWSPreparedRequest, _arrive: Arrive, watch: Watch) -> AWSResponse:
        watch.sleep(USUAL)
        return answered(request, 200, content)

    return fault


throttles = answers("ThrottlingException")
breaks = answers("InternalServerError")
conflicts = answers(
    "TransactionCanceledException",
    CancellationReasons=[{"Code": "TransactionConflict"}, {"Code": "None"}],
)
is_still_at_it = answers("TransactionInProgressException")
