"""Read what API Gateway hands over (HTTP API, payload version 2)."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from ipaddress import IPv6Address, ip_address
from types import UnionType
from typing import Any, get_args, get_origin

from portico.errors import InvalidRequest, TooLarge
from portico.events import Caller
from portico.settings import HttpSettings
from portico.strict_parsers import cookies_in, media_type_in, read_json

LARGEST_BODY = 16 * 1024
DEEPEST_JSON = 16
LONGEST_TEXT = 4096
EDGE_HEADER = "x-portico-edge"
VIEWER_HEADER = "cloudfront-viewer-address"


def caller_of(
    event: Mapping[str, Any], settings: HttpSettings, *, cookies_of_all: bool = False
) -> Caller:
    """Tell who calls, by what API Gateway itself vouches for.

    Args:
        event: the request.
        settings: who we are, and what a CloudFront distribution in front of us sends along.
        cookies_of_all: read cookies also where nothing proves that a browser sent them.
    """
    context = event["requestContext"]
    headers: Mapping[str, str] = event.get("headers") or {}
    caller = Caller(
        request_id=context["requestId"],
        host=settings.issuer.removeprefix("https://") or context["domainName"],
        network=_network(_address(context["http"]["sourceIp"], headers, settings.edge_secret)),
        origin=headers.get("origin"),
        fetch_site=headers.get("sec-fetch-site"),
        user_agent=headers.get("user-agent", "")[:512],
        authorization=headers.get("authorization"),
        if_none_match=headers.get("if-none-match"),
        if_match=headers.get("if-match"),
        idempotency_key=headers.get("idempotency-key"),
        accept_encoding=headers.get("accept-encoding"),
    )
    if caller.is_browser or cookies_of_all:
        caller.cookies.update(cookies_in(event.get("cookies") or []))
    return caller


def body_of[T](event: Mapping[str, Any], shape: type[T], *, largest: int = LARGEST_BODY) -> T:
    """Read the JSON body, of *largest* bytes at most, into the dataclass *shape*.

    Raises:
        TooLarge: before anything is parsed.
        InvalidRequest: not JSON, or a field is missing or of the wrong kind.
    """
    return shaped(_json(event, largest), shape)


def shaped[T](content: Mapping[str, Any], shape: type[T]) -> T:
    """Read a JSON object into the dataclass *shape*; members it does not know are left alone.

    Raises:
        InvalidRequest: a field is missing or of the wrong kind.
    """
    values: dict[str, Any] = {}
    for each in fields(shape):  # type: ignore[arg-type]
        if each.name in content and content[each.name] is not None:
            values[each.name] = _checked(each.name, each.type, content[each.name])
        elif each.default is MISSING:
            raise InvalidRequest(each.name, "required")
    return shape(**values)


def object_of(event: Mapping[str, Any], *, largest: int = LARGEST_BODY) -> dict[str, Any]:
    """Read the JSON body, of *largest* bytes at most, for a route with rules for each member.

    Raises:
        TooLarge: before anything is parsed.
        InvalidRequest: not a JSON object, or not Unicode text.
    """
    content = _json(event, largest)
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidRequest("body", "not Unicode text") from None
    return content


def file_of(event: Mapping[str, Any], kind: str, *, most: int) -> bytes:
    """Read a body that is a file of one media type.

    Raises:
        TooLarge: it has more than *most* bytes.
        InvalidRequest: it is of another type.
    """
    # As with JSON: a page on another site can send this type only with our consent.
    if media_type_in((event.get("headers") or {}).get("content-type", "")) != kind:
        raise InvalidRequest("content-type", kind, status=415)
    text = event.get("body") or ""
    if len(text) > most * (2 if event.get("isBase64Encoded") else 1):
        raise TooLarge(most)
    try:
        data = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    except (ValueError, binascii.Error):
        raise InvalidRequest("body", f"not {kind}") from None
    if len(data) > most:
        raise TooLarge(most)
    return data


def query_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the query parameters, each at most as long as a body's text may be."""
    query: dict[str, str] = event.get("queryStringParameters") or {}
    for name, value in query.items():
        if len(value) > LONGEST_TEXT:
            raise InvalidRequest(name[:64], "too long")
    return query


def _json(event: Mapping[str, Any], largest: int) -> dict[str, Any]:
    kind = (event.get("headers") or {}).get("content-type", "")
    # A page on another site can post a form or plain text, and an old browser does not say from
    # where. This type only a script can send, and then every browser names the page's origin.
    if media_type_in(kind) != "application/json":
        raise InvalidRequest("content-type", "application/json", status=415)
    return object_in(event, largest)


def object_in(event: Mapping[str, Any], largest: int) -> dict[str, Any]:
    """Read the JSON object in a request's body, of whatever type its header says.

    Args:
        event: the request.
        largest: how many bytes it may have.

    Raises:
        TooLarge: it has more.
        InvalidRequest: it is no JSON object, or one that is too deep.
    """
    text = event.get("body") or ""
    if len(text) > largest * (2 if event.get("isBase64Encoded") else 1):
        raise TooLarge(largest)
    try:
        data = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
        if len(data) > largest:
            raise TooLarge(largest)
        content = read_json(data)
    except (ValueError, binascii.Error):
        raise InvalidRequest("body", "not JSON") from None
    if not isinstance(content, dict) or depth_of(content) > DEEPEST_JSON:
        raise InvalidRequest("body", "a JSON object, not too deep")
    return content


def _checked(name: str, kind: Any, value: Any) -> Any:
    wanted = get_args(kind)[0] if isinstance(kind, UnionType) else kind
    wanted = get_origin(wanted) or wanted
    # To Python, true is a number.
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise InvalidRequest(name, _KINDS[wanted])
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise InvalidRequest(name, "too long")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidRequest(name, "not Unicode text") from None
    return value


_KINDS = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    list: "a list",
    dict: "an object",
}


def depth_of(content: Any) -> int:
    level, depth = [content], 0
    while level and depth <= DEEPEST_JSON:
        depth += 1
        level = [
            each
            for outer in level
            if isinstance(outer, dict | list)
            for each in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return depth


def _address(source: str, headers: Mapping[str, str], edge_secret: str) -> str:
    viewer = headers.get(VIEWER_HEADER, "")
    proof = headers.get(EDGE_HEADER, "")
    if edge_secret and viewer and hmac.compare_digest(proof.encode(), edge_secret.encode()):
        return viewer.rpartition(":")[0].strip("[]")
    return source


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return "0.0.0.0"  # noqa: S104 - one bucket for whoever has no address at all
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        # A customer gets a /64 at least: one budget for all of its addresses.
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
