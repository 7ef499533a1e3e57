"""docs/openapi.yaml, and whether an answer is one that its operation may give.

Stricter than a client of the contract may be: a member, header or cookie that is not described is
a complaint too, or the description would fall behind without anybody noticing.
"""

import gzip
import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema_rs import Draft202012Validator

FILE = Path(__file__).parents[2] / "docs" / "openapi.yaml"
OF_EVERY_ANSWER = {
    "content-security-policy",
    "content-type",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
}
"""Described once for all, in the contract's first lines."""
OF_OTHER_ORIGINS = {
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
}
"""Described there too; tests/edge/test_cors.py says which answer has which."""
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")

type Json = dict[str, Any]


@cache
def contract() -> Json:
    """The contract as it is written, with its references."""
    # The loader in C: this is read once in every process that tests.
    loaded: Json = yaml.load(FILE.read_text(), yaml.CSafeLoader)  # a safe one
    return loaded


@cache
def operations() -> dict[str, Json]:
    """The contract's operations, with references followed, by their names at API Gateway."""
    return {
        f"{method.upper()} {path.replace('{proxy}', '{proxy+}')}": followed(path_item[method])
        for path, path_item in contract()["paths"].items()
        for method in METHODS
        if method in path_item
    }


def followed(node: Any) -> Any:
    """Put what references lead to in their place."""
    if isinstance(node, list):
        return [followed(each) for each in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        found: Any = contract()
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return followed(found)
    return {name: followed(each) for name, each in node.items()}


def complaints(route: str, answer: Mapping[str, Any], *, asked: str | None = None) -> list[str]:
    """Say what is wrong with a door's answer.

    Args:
        route: as API Gateway calls it, e.g. ``POST /v1/codes``. One that is not in the contract
            has three answers: there is no such path, no such method, or what a preflight asks.
        answer: in payload version 2.
        asked: the request's JSON. What was granted must have been a request of the contract.
    """
    status = str(answer["statusCode"])
    if status not in _responses(route):
        return [f"status {status} is not described"]
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    key = (route, status)
    found = [*_of_headers(key, headers, answer.get("cookies", [])), *_of_body(key, headers, answer)]
    if asked is not None and answer["statusCode"] < 300:
        found += [f"granted, but asked: {each}" for each in _errors(_request(route), asked)]
    return found


def hold(event: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """Fail the test whose request *event* was answered in a way that the contract does not know."""
    route = event["routeKey"]
    asked = None if event.get("isBase64Encoded") else event.get("body")
    found = complaints(route, answer, asked=asked)
    assert not found, f"{route} broke docs/openapi.yaml: {'; '.join(found)}"


def _of_headers(
    key: tuple[str, str], headers: Mapping[str, str], cookies: list[str]
) -> Iterator[str]:
    described = _headers(*key)
    once = OF_EVERY_ANSWER | OF_OTHER_ORIGINS
    values = [(name, value) for name, value in headers.items() if name not in once]
    # A header that no answer needs to name is the one that every answer has.
    plain = {("cache-control", "no-store"), ("vary", "origin")}
    for name, value in [*values, *(("set-cookie", each) for each in cookies)]:
        if name not in described and (name, value) not in plain:
            yield f"header {name} is not described"
        elif name in described and not described[name][1].is_valid(_read(value)):
            yield f"header {name}: {value}"
    present = {*headers, *(["set-cookie"] if cookies else [])}
    for name, (is_required, _) in described.items():
        if is_required and name not in present:
            yield f"header {name} is missing"


def _of_body(
    key: tuple[str, str], headers: Mapping[str, str], answer: Mapping[str, Any]
) -> Iterator[str]:
    text, described = answer.get("body"), _bodies(*key)
    if not text or not described:
        if text or described:
            yield f"a body is {'not ' if text else ''}described"
        return
    kind = headers.get("content-type", "").partition(";")[0]
    if kind not in described:
        yield f"content type {kind} is not described"
    elif kind.endswith("json"):
        data = b64decode(text) if answer.get("isBase64Encoded") else text.encode()
        if headers.get("content-encoding") == "gzip":
            data = gzip.decompress(data)
        yield from _errors(described[kind], data.decode())


def _errors(validator: Draft202012Validator, text: str) -> Iterator[str]:
    for error in validator.iter_errors(json.loads(text)):
        yield f"{error.instance_path}: {error.message}"


@cache
def _responses(route: str) -> Json:
    if route in operations():
        found: Json = operations()[route]["responses"]
        return found
    some = contract()["components"]["responses"]
    names = {"204": "Preflight", "404": "NotFound", "405": "MethodNotAllowed"}
    return {status: followed(some[name]) for status, name in names.items()}


@cache
def _headers(route: str, status: str) -> dict[str, tuple[bool, Draft202012Validator]]:
    described = _responses(route)[status].get("headers", {})
    return {
        name.lower(): (each.get("required", False), validator(each["schema"]))
        for name, each in described.items()
    }


@cache
def _bodies(route: str, status: str) -> dict[str, Draft202012Validator]:
    described = _responses(route)[status].get("content", {})
    return {kind: validator(closed(each.get("schema", {}))) for kind, each in described.items()}


@cache
def _request(route: str) -> Draft202012Validator:
    return validator(operations()[route]["requestBody"]["content"]["application/json"]["schema"])


def validator(schema: Json) -> Draft202012Validator:
    """Compile a schema whose references have been followed."""
    return Draft202012Validator(schema, validate_formats=True)


def closed(node: Any) -> Any:
    """Forbid the members that a schema does not describe."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    more = {"additionalProperties": False} if isinstance(node.get("properties"), dict) else {}
    return {name: closed(each) for name, each in node.items()} | more


def _read(value: str) -> str | int:
    return int(value) if value.isdigit() else value
