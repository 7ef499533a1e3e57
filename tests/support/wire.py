"""The wire to AWS: what was sent over it, and ways to cut it.

botocore calls these hooks right before a request leaves, so that its retries and its handling
of errors are the real ones. Nothing of ours is replaced.
"""

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto.core.models import botocore_stubber

from portico.aws import clients, parallel

CLIENTS = (
    ("dynamodb", False),
    ("kms", False),
    ("secretsmanager", False),
    ("sqs", False),
    ("sesv2", True),
)

type Meddler = Callable[
    [str, AWSPreparedRequest, Callable[[], AWSResponse | None]], AWSResponse | None
]
"""Is handed the operation, the request, and what lets it arrive."""


def settle() -> None:
    """Wait for what was started beside an answer that came first, as a refusal does.

    It would be counted as the next request's, or the next test's.
    """
    if parallel._pool.cache_info().currsize:
        parallel._pool().shutdown(wait=True)
        parallel._pool.cache_clear()


@dataclass(frozen=True)
class Sent:
    """One request, as it left; a repeat by the SDK is one more."""

    operation: str
    """Service and operation, e.g. ``dynamodb.UpdateItem``."""
    parameters: dict[str, Any] = field(repr=False)


@dataclass
class Wire:
    """Every request of the doors to AWS, in the order they left."""

    sent: list[Sent] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list, repr=False)
    """The bodies that came back, in their order."""
    _cuts: dict[str, list[Callable[[AWSPreparedRequest], AWSResponse | None]]] = field(
        default_factory=dict
    )
    _losses: Counter[str] = field(default_factory=Counter)
    meddler: Meddler | None = None
    """Sits on the wire, and decides what becomes of every request (tests/faults)."""

    @property
    def operations(self) -> list[str]:
        return [each.operation for each in self.sent]

    def counted(self) -> dict[str, int]:
        """How often each service was called."""
        return dict(Counter(each.partition(".")[0] for each in self.operations))

    def parameters(self, operation: str) -> list[dict[str, Any]]:
        return [each.parameters for each in self.sent if each.operation == operation]

    def forget(self) -> None:
        settle()
        self.sent.clear()
        self.answers.clear()

    def cut(self, operation: str, *, times: int = 99, after: int = 0) -> None:
        """Let the next requests never arrive, *after* so many that do."""
        self._cuts[operation] = [_goes_through] * after + [_never_arrives] * times

    def answer(self, operation: str, code: str, *, times: int = 99, **members: Any) -> None:
        """Let AWS refuse the next requests, with an error of its own."""
        self._cuts[operation] = [lambda request: refusal(request, code, members)] * times

    def refuse(self, *text: str, operation: str = "dynamodb.TransactWriteItems") -> None:
        """Let AWS refuse each request with all of *text* in it, until the wire is mended."""

        def meddle(
            asked: str, request: AWSPreparedRequest, arrive: Callable[[], AWSResponse | None]
        ) -> AWSResponse | None:
            said = str(self.sent[-1].parameters)
            if asked == operation and all(each in said for each in text):
                return refusal(request, "ValidationException", {})
            return arrive()

        self.meddler = meddle

    def conflict(self, *, times: int) -> None:
        """Let somebody else's write be in the way of the next transactions."""
        reasons = [{"Code": "TransactionConflict"}, {"Code": "None"}]
        code = "TransactionCanceledException"
        self.answer("dynamodb.TransactWriteItems", code, times=times, CancellationReasons=reasons)

    def leave_unprocessed(self, *, times: int) -> None:
        """Let the next batches be answered with nothing, as DynamoDB may when it is busy."""
        self._cuts["dynamodb.BatchGetItem"] = [_nothing_yet] * times

    def before(self, operation: str, work: Callable[[], object]) -> None:
        """Let something happen right before the next request of this kind leaves."""

        def hook(_request: AWSPreparedRequest) -> None:
            work()

        self._cuts.setdefault(operation, []).append(hook)

    def lose_answers(self, operation: str, *, times: int = 99) -> None:
        """Let the next requests arrive and do their work, and their answers never come."""
        self._losses[operation] = times

    def mend(self) -> None:
        self._cuts.clear()
        self._losses.clear()
        self.meddler = None

    # What botocore calls.

    def leaves(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse | None:
        operation = _operation(event_name)
        text = request.body or b""
        body = text.decode() if isinstance(text, bytes) else str(text)
        self.sent.append(Sent(operation, json.loads(body) if body.startswith("{") else {}))
        arrive = partial(self._arrives, operation, event_name, request)
        answer = self.meddler(operation, request, arrive) if self.meddler else arrive()
        if answer is not None:
            self.answers.append(answer.content)
        return answer

    def _arrives(
        self, operation: str, event_name: str, request: AWSPreparedRequest
    ) -> AWSResponse | None:
        waiting = self._cuts.get(operation)
        refused = waiting.pop(0)(request) if waiting else None
        # Asked here and nowhere else, so that what is cut or refused does no work there.
        answer = refused or botocore_stubber(event_name, request)
        if refused is None and self._losses[operation] > 0:
            self._losses[operation] -= 1
            raise ReadTimeoutError(endpoint_url=request.url)
        return answer


@contextmanager
def tapped() -> Iterator[Wire]:
    """Tap the wire of the doors' clients for as long as the context lasts."""
    wire = Wire()
    emitters = [
        (clients.client(name, patient=True) if patient else clients.client(name)).meta.events
        for name, patient in CLIENTS
    ]
    for events in emitters:
        # botocore asks every hook, also after one has answered: the emulator's goes.
        events.unregister("before-send", botocore_stubber)
        events.register("before-send", wire.leaves)
    try:
        yield wire
    finally:
        for events in emitters:
            events.unregister("before-send", wire.leaves)
            events.register("before-send", botocore_stubber)


def _operation(event_name: str) -> str:
    _, service, operation = event_name.split(".")
    return f"{service.replace('-', '')}.{operation}"


def _goes_through(_request: AWSPreparedRequest) -> None:
    pass


def _never_arrives(request: AWSPreparedRequest) -> None:
    raise ConnectTimeoutError(endpoint_url=request.url)


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def refusal(request: AWSPreparedRequest, code: str, members: dict[str, Any]) -> AWSResponse:
    status = 400 if code.endswith(("Exception", "Denied")) and "Internal" not in code else 500
    return answered(request, status, {"__type": code, "message": "as the test wants it", **members})


def _nothing_yet(request: AWSPreparedRequest) -> AWSResponse:
    body: Any = request.body
    asked = json.loads(body)["RequestItems"]
    return answered(request, 200, {"Responses": {}, "UnprocessedKeys": asked})


def answered(request: AWSPreparedRequest, status: int, content: dict[str, Any]) -> AWSResponse:
    headers: Any = {"x-amzn-requestid": "test"}
    return AWSResponse(request.url, status, headers, _Raw(json.dumps(content).encode()))
