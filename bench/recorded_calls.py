"""Calls of the doors to AWS and to providers, recorded once and played back.

A recording has whole HTTP exchanges with an emulated AWS. In a playback a door does all of its own
work and all of the SDK's (signing, serialising, parsing, retry handling), but no other work.
"""

import json
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, cast

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from portico.aws.clients import client
from portico.clock import SYSTEM

SERVICES = ("dynamodb", "kms", "secretsmanager", "sqs")
WRITES = tuple(f"dynamodb.{each}" for each in ("PutItem", "UpdateItem", "TransactWriteItems"))
PROVIDER = "provider"
_ADAPTER = HTTPAdapter()


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    operation: str
    """Service and operation, e.g. ``dynamodb.UpdateItem``; ``provider`` for a provider's."""
    asked: dict[str, Any] = field(repr=False)
    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def answer(self) -> Any:
        """The answer's JSON."""
        return json.loads(self.body or b"{}")


class Recorder:
    """Sends requests on, and records them with their answers."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self._http = URLLib3Session()
        self._send = HTTPAdapter.send
        self._lock = threading.Lock()

    def aws(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        """Stand in for botocore's own sending."""
        body: Any = request.body or b"{}"
        operation, asked = operation_of(event_name), json.loads(body)
        if operation in WRITES:
            # Ask for the units. The emulator checks no signature.
            request.body = json.dumps(asked | {"ReturnConsumedCapacity": "TOTAL"}).encode()
        answer: AWSResponse = self._http.send(request)
        self._keep(
            Exchange(
                operation,
                asked,
                answer.status_code,
                dict(answer.headers),
                answer.content,
            )
        )
        return answer

    def provider(self, adapter: HTTPAdapter, request: PreparedRequest, **how: Any) -> Response:
        """Stand in for requests' own sending."""
        answer = self._send(adapter, request, **how)
        body = answer.raw.read(decode_content=True)
        kept = Exchange(PROVIDER, {}, answer.status_code, _plain(answer.headers), body)
        self._keep(kept)
        return _response(kept, request)

    def _keep(self, exchange: Exchange) -> None:
        with self._lock:
            self.exchanges.append(exchange)


class Player:
    """Plays recorded answers, for each kind of request in their order."""

    def __init__(self, exchanges: tuple[Exchange, ...]) -> None:
        self._kept: dict[str, list[Exchange]] = {}
        for each in exchanges:
            kind = _kind(each.operation, json.dumps(each.asked).encode())
            self._kept.setdefault(kind, []).append(_without_the_bill(each))
        self._next: dict[str, Iterator[Exchange]] = {}

    def rewind(self) -> None:
        """Start again from the first answer."""
        self._next = {kind: iter(kept) for kind, kept in self._kept.items()}

    def aws(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        """Stand in for botocore's own sending."""
        body: Any = request.body
        kept = next(self._next[_kind(operation_of(event_name), body)])
        return answered(request, kept.status, kept.headers, kept.body)

    def provider(self, _adapter: HTTPAdapter, request: PreparedRequest, **_: object) -> Response:
        """Stand in for requests' own sending."""
        return _response(next(self._next[PROVIDER]), request)


@contextmanager
def recording() -> Iterator[Recorder]:
    """Record all exchanges while the context lasts."""
    recorder = Recorder()
    with _on_the_wire(recorder):
        yield recorder


class Deck:
    """Holds the player that answers.

    It stays registered, because botocore clears its cache of hooks at each registration, and would
    look them up again in every measurement.
    """

    def __init__(self) -> None:
        self._player = Player(())

    def load(self, player: Player) -> None:
        """Let *player* answer from its beginning."""
        player.rewind()
        self._player = player

    def aws(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        """Stand in for botocore's own sending."""
        return self._player.aws(request, event_name)

    def provider(self, adapter: HTTPAdapter, request: PreparedRequest, **_: object) -> Response:
        """Stand in for requests' own sending."""
        return self._player.provider(adapter, request)


@contextmanager
def playing() -> Iterator[Deck]:
    """Answer from the deck's player while the context lasts."""
    deck, before = Deck(), SYSTEM.offset
    try:
        with _on_the_wire(deck):
            yield deck
    finally:
        SYSTEM.offset = before


@contextmanager
def _on_the_wire(stand_in: Recorder | Deck) -> Iterator[None]:
    # With the rooms' own arguments, because other arguments would make another client.
    clients = [client("sesv2", patient=True), *map(client, SERVICES)]
    emitters = [each.meta.events for each in clients]
    for events in emitters:
        events.register("before-send", stand_in.aws)
    send = HTTPAdapter.send
    HTTPAdapter.send = _sending(stand_in)  # type: ignore[method-assign]
    try:
        yield
    finally:
        HTTPAdapter.send = send  # type: ignore[method-assign]
        for events in emitters:
            events.unregister("before-send", stand_in.aws)


def _sending(stand_in: Recorder | Deck) -> Any:
    def send(adapter: HTTPAdapter, request: PreparedRequest, **how: Any) -> Response:
        return stand_in.provider(adapter, request, **how)

    return send


def operation_of(event_name: str) -> str:
    """Return service and operation of a hook's event, e.g. ``before-send.kms.Sign``."""
    _hook, service, operation = event_name.split(".")
    return f"{service.replace('-', '')}.{operation}"


def _kind(operation: str, body: bytes) -> str:
    """Tell apart requests of one operation that are made beside each other, in any order."""
    is_of_index = operation == "dynamodb.Query" and b'"IndexName"' in body
    return f"{operation} of an index" if is_of_index else operation


def answered(
    request: AWSPreparedRequest, status: int, headers: Mapping[str, str], body: bytes
) -> AWSResponse:
    """Make a complete answer."""
    answer: Any = AWSResponse(request.url, status, cast("Any", headers), None)
    answer._content = body  # noqa: SLF001 - as botocore fills it once it has read the stream
    return cast("AWSResponse", answer)


def _without_the_bill(exchange: Exchange) -> Exchange:
    """Remove what production does not request, and add the checksum that DynamoDB sends."""
    if not exchange.operation.startswith("dynamodb."):
        return exchange
    answer = exchange.answer
    answer.pop("ConsumedCapacity", None)
    body = json.dumps(answer).encode()
    headers = exchange.headers | {"x-amz-crc32": str(zlib.crc32(body))}
    return Exchange(exchange.operation, exchange.asked, exchange.status, headers, body)


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    # The stored body is neither compressed nor in chunks.
    transport = {"content-encoding", "transfer-encoding", "content-length"}
    return {name: text for name, text in headers.items() if name.lower() not in transport}


def _response(exchange: Exchange, request: PreparedRequest) -> Response:
    raw = HTTPResponse(
        BytesIO(exchange.body), exchange.headers, exchange.status, preload_content=False
    )
    return _ADAPTER.build_response(request, raw)
