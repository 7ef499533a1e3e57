"""Load doors as Lambda does, and knock on them as API Gateway does."""

import importlib.util
import json
import uuid
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlencode

from portico.aws.values import Row, item_of
from tests.support import invariants, openapi

ROOT = Path(__file__).parents[2]
HOST = "signin.acme.test"
ORIGIN = f"https://{HOST}"


@cache
def door(name: str) -> ModuleType:
    """Import functions/<name>/handler.py once, under a name of its own."""
    path = ROOT / "functions" / name / "handler.py"
    spec = importlib.util.spec_from_file_location(f"door_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Answer:
    """What a door answered."""

    def __init__(self, event: dict[str, Any]) -> None:
        invariants.hold(event)
        self.event = event
        self.status: int = event["statusCode"]
        self.headers: dict[str, str] = event["headers"]
        self.cookies: list[str] = event.get("cookies", [])

    @property
    def body(self) -> Any:
        text = self.event.get("body")
        return json.loads(text) if text else None

    @property
    def problem(self) -> tuple[int, str]:
        assert self.headers["content-type"] == "application/problem+json"
        return self.status, self.body["type"]

    @property
    def mark(self) -> str:
        """The letter of the one mark in a redirect's fragment; empty where there is none."""
        return self._fragment[0]

    @property
    def told(self) -> str:
        """What the mark says: a reason, a challenge, a pending identity."""
        return self._fragment[1]

    @property
    def _fragment(self) -> tuple[str, str]:
        fragment = self.headers.get("location", "").partition("#")[2]
        mark, _, value = fragment.partition("=")
        return mark, unquote(value)

    def cookie(self, name: str) -> str:
        """The value of a cookie that was set."""
        return next(c for c in self.cookies if c.startswith(f"{name}=")).split(";")[0].split("=")[1]


def http_event(
    route: str,
    body: Any = None,
    *,
    origin: str | None = ORIGIN,
    source_ip: str = "203.0.113.7",
    headers: dict[str, str] | None = None,
    cookies: list[str] | None = None,
    query: dict[str, str] | str | None = None,
    path: dict[str, str] | None = None,
    form: dict[str, str] | str | None = None,
) -> dict[str, Any]:
    """Make a payload 2.0 event; *body* is JSON unless it is text already.

    *query* and *form* may be text too: what no dictionary can hold, a parameter twice.
    """
    method, _, raw_path = route.partition(" ")
    request_id = uuid.uuid4().hex
    all_headers = {"host": HOST, "user-agent": FIREFOX, "x-forwarded-for": source_ip}
    if body is not None:
        all_headers["content-type"] = "application/json"
    if form is not None:
        all_headers["content-type"] = "application/x-www-form-urlencoded"
    if origin is not None:
        all_headers["origin"] = origin
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": raw_path,
        "rawQueryString": query if isinstance(query, str) else urlencode(query or {}),
        "headers": all_headers | (headers or {}),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": HOST,
            "domainPrefix": "signin",
            "http": {
                "method": method,
                "path": raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": source_ip,
                "userAgent": FIREFOX,
            },
            "requestId": request_id,
            "routeKey": route,
            "stage": "$default",
            "time": "21/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1795262400000,
        },
        "isBase64Encoded": False,
    }
    if isinstance(body, bytes):
        event["body"] = b64encode(body).decode()
        event["isBase64Encoded"] = True
    elif body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    if form is not None:
        # The gateway hands over as bytes whatever is neither text nor JSON.
        text = form if isinstance(form, str) else urlencode(form)
        event["body"] = b64encode(text.encode()).decode()
        event["isBase64Encoded"] = True
    if cookies:
        event["cookies"] = cookies
    if query and not isinstance(query, str):
        event["queryStringParameters"] = query
    if path:
        event["pathParameters"] = path
    return event


def knock(name: str, route: str, body: Any = None, **more: Any) -> Answer:
    """Send one request to a door."""
    return answered(door(name).handler, http_event(route, body, **more))


def answered(handler: Callable[[Any, Any], Any], event: dict[str, Any]) -> Answer:
    """Hand a request to a door, and hold its answer to the contract."""
    answer = handler(event, None)
    openapi.hold(event, answer)
    return Answer(answer)


def stream_record(new: Row, old: Row | None = None) -> dict[str, Any]:
    """Make the record that a table's stream hands over."""
    change: dict[str, Any] = {
        "Keys": item_of({"pk": new["pk"], "sk": new["sk"]}),
        "NewImage": item_of(new),
        "SequenceNumber": uuid.uuid4().hex,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    if old:
        change["OldImage"] = item_of(old)
    name = "MODIFY" if old else "INSERT"
    return {
        "eventID": uuid.uuid4().hex,
        "eventName": name,
        "eventSource": "aws:dynamodb",
        "dynamodb": change,
    }


def queue_record(body: dict[str, Any], *, tries: int = 1) -> dict[str, Any]:
    """Make the record that the retry queue hands over."""
    return {
        "messageId": str(uuid.uuid4()),
        "receiptHandle": "handle",
        "body": json.dumps(body),
        "attributes": {"ApproximateReceiveCount": str(tries)},
        "eventSource": "aws:sqs",
    }


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
