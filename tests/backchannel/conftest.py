"""A portal with a server that is told of sign-outs, and what stream and queue would do."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import boto3
import pytest

from local.loopback_server import listening, serving
from portico.aws.values import Row
from tests.budgets.filters import wakes
from tests.openid.handed import Held
from tests.support.doors import door, queue_record, stream_record
from tests.support.driver import Browser, Portal
from tests.support.openid_site import Site


@dataclass
class Receiver:
    """A portal's server. It answers with the statuses it was given, the last one for ever."""

    origin: str
    statuses: list[int] = field(default_factory=lambda: [200])
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b"what a portal says is nobody's business"
    requests: list[dict[str, Any]] = field(default_factory=list)

    @property
    def uri(self) -> str:
        return f"{self.origin}/backchannel-logout"

    @property
    def tokens(self) -> list[str]:
        return [parse_qs(each["body"])["logout_token"][0] for each in self.requests]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        self.requests.append(
            {
                "method": environ["REQUEST_METHOD"],
                "path": environ["PATH_INFO"],
                "type": environ.get("CONTENT_TYPE"),
                "cookie": environ.get("HTTP_COOKIE"),
                "body": environ["wsgi.input"].read(length).decode(),
            }
        )
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        start_response(f"{status} Said", [("content-length", str(len(self.body))), *self.headers])
        return [self.body]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, list[Receiver]]]:
    current: list[Receiver] = []
    with listening(0) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"

        def answers(environ: Any, start_response: Any) -> list[bytes]:
            return current[-1](environ, start_response)

        with serving(taken, answers):
            yield origin, current


@pytest.fixture
def receiver(served: tuple[str, list[Receiver]]) -> Receiver:
    origin, current = served
    current.append(Receiver(origin))
    return current[-1]


@dataclass
class Backchannel:
    """The stream of the Trail, the queue, and the door that both start."""

    portal: Portal
    sqs: Any
    url: str
    seen: set[str] = field(default_factory=set)

    def lines(self) -> list[Row]:
        """What happened since this was asked last."""
        found = [row for row in self.portal.records_trail() if row["sk"] not in self.seen]
        self.seen |= {row["sk"] for row in found}
        return found

    def spreads(self) -> None:
        """Hand the news of the trail to the door, as the stream does behind its filter."""
        records = [
            each for each in map(stream_record, self.lines()) if wakes("SignOutPortals", each)
        ]
        for each in records:
            assert self.starts(each) == []

    def queued(self) -> list[dict[str, Any]]:
        """Take all messages off the queue."""
        return [json.loads(each["Body"]) for each in self.taken()]

    def taken(self) -> list[dict[str, Any]]:
        """Take all messages off the queue, as SQS hands them out."""
        found: list[dict[str, Any]] = []
        while True:
            answer = self.sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=10,
                MessageSystemAttributeNames=["MessageGroupId"],
            )
            if not answer.get("Messages"):
                return found
            for each in answer["Messages"]:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
                found.append(each)

    def tries(self, message: dict[str, Any], *, tries: int = 1) -> bool:
        """Hand one message to the door, and say whether it is done with it."""
        return self.starts(queue_record(message, tries=tries)) == []

    def tells(self) -> list[bool]:
        """Do all of it, with one try for each portal."""
        self.spreads()
        return [self.tries(each) for each in self.queued()]

    def starts(self, record: dict[str, Any]) -> list[Any]:
        failures: list[Any] = door("sign_out_portals").handler({"Records": [record]}, None)[
            "batchItemFailures"
        ]
        return failures


@pytest.fixture
def backchannel(portal: Portal) -> Backchannel:
    sqs, url = boto3.client("sqs"), os.environ["SIGN_OUT_QUEUE"]
    sqs.delete_queue(QueueUrl=url)
    sqs.create_queue(QueueName=url.rpartition("/")[2])
    return Backchannel(portal, sqs, url)


@pytest.fixture
def site(portal: Portal, receiver: Receiver) -> Site:
    """A portal on another site, whose server wants to be told."""
    return Site.register(portal, backchannel_logout_uri=receiver.uri)


@pytest.fixture
def ann(portal: Portal) -> Browser:
    portal.browser.has_signed_in()
    return portal.browser


@pytest.fixture
def held(site: Site, ann: Browser, backchannel: Backchannel) -> Held:
    """What the portal holds of Ann. What happened until now is no news any more."""
    found = Held.by(site, ann)
    backchannel.lines()
    return found
