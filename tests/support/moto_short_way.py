"""moto, answering what the doors ask of DynamoDB without making a web request of each call first.

moto turns a call into werkzeug's request, looks through every service's addresses for the one that
takes it, and writes its answer member by member from botocore's model: a third of a test's time.
Its rules for tables, rows and expressions are what tests are about, and are asked here as there.
"""

import base64
import json
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.dynamodb import responses
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.utilities import dynamo_to_dict
from moto.utilities.aws_headers import gen_amz_crc32
from werkzeug.exceptions import HTTPException

REGION = "eu-west-1"
ADDRESS = f"https://dynamodb.{REGION}.amazonaws.com/"
METHODS = {
    f"DynamoDB_20120810.{operation}": method
    for operation, method in {
        "BatchGetItem": "batch_get_item",
        "BatchWriteItem": "batch_write_item",
        "DeleteItem": "delete_item",
        "GetItem": "get_item",
        "PutItem": "put_item",
        "Query": "query",
        "Scan": "scan",
        "TransactGetItems": "transact_get_items",
        "TransactWriteItems": "transact_write_items",
        "UpdateItem": "update_item",
    }.items()
}

type Answer = tuple[int, dict[str, Any], str]


class AsItIs(ActionResult):
    """What DynamoDB answers, with moto's own values in it until somebody writes it down."""

    def execute_result(self, context: Any) -> Any:
        return ActionResult(dynamo_to_dict(self.result)).execute_result(context)


def shortened(process: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return moto's *process* of a request with the short way before it."""

    def process_request(self: Any, request: Any) -> Any:
        target = _text(request.headers.get("X-Amz-Target", ""))
        if target not in METHODS or request.url != ADDRESS:
            return process(self, request)
        return _answered(target, _text(request.body))

    return process_request


def _answered(target: str, body: str) -> Answer:
    handler: Any = responses.DynamoHandler()
    handler.region, handler.current_account = REGION, DEFAULT_ACCOUNT_ID
    handler.headers = {"x-amz-target": target, "Content-Type": "application/x-amz-json-1.0"}
    handler.querystring, handler.response_headers = {}, {}
    # Only a value of bytes is a text under this name: an attribute that is called so holds a value.
    hook = _with_bytes if '"B":' in body or '"BS":' in body else None
    handler.params = handler.body = json.loads(body, object_hook=hook)
    try:
        told = getattr(handler, METHODS[target])().result
        status, headers = 200, {"Content-Type": "application/x-amz-json-1.0"}
        said = {name: each for name, each in told.items() if each is not None}
        written = json.dumps(said, default=_written)
    except ServiceException as refused:
        status, headers, written = handler.serialized(ActionResult(refused))
    except HTTPException as refused:
        status, headers = refused.code or 500, dict(refused.get_headers())
        written = refused.description or ""
    headers["x-amzn-requestid"] = uuid.uuid4().hex
    gen_amz_crc32(written, headers)
    return status, headers, written


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _with_bytes(members: dict[str, Any]) -> dict[str, Any]:
    match members:
        case {"B": str(value)}:
            return {"B": base64.b64decode(value)}
        case {"BS": [str(), *_] as values}:
            return {"BS": [base64.b64decode(each) for each in values]}
    return members


def _written(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, DynamoType):
        return {value.type: value.value}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if hasattr(value, "to_json"):
        return value.to_json()
    assert isinstance(value, Iterable), type(value)
    return list(value)


def install() -> None:
    """Let moto leave its values as they are until an answer is written."""
    setattr(responses, "DynamoResult", AsItIs)  # noqa: B010
