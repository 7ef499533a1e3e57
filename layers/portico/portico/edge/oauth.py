"""Requests and answers in OAuth's own form: parameters, and errors in JSON (RFC 6749)."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from portico.edge.problems import TRY_AGAIN
from portico.edge.requests import LARGEST_BODY, LONGEST_TEXT
from portico.edge.responses import Response
from portico.errors import (
    InvalidRequest,
    PorticoError,
    ProtocolRefused,
    TooLarge,
    TooManyRequests,
    TryLater,
)
from portico.strict_parsers import media_type_in

MOST_PARAMETERS = 40
FORM = "application/x-www-form-urlencoded"


def parameters_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Read the parameters: of a GET from its query, of a POST only from its form.

    A parameter without a value counts as absent (RFC 6749, 3.1). A repeated one is refused,
    because some readers would take the first value and others the last.

    Raises:
        InvalidRequest: a parameter is repeated or too long, there are too many of them, or the
            body is no UTF-8 or no form.
        TooLarge: the body is over the limit.
    """
    is_get = event["requestContext"]["http"]["method"] == "GET"
    text = event.get("rawQueryString", "") if is_get else _form(event)
    try:
        pairs = parse_qsl(text, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise InvalidRequest("parameters", "UTF-8, and not too many") from None
    parameters = dict(pairs)
    for name, value in pairs:
        if len(value) > LONGEST_TEXT:
            raise InvalidRequest(name[:64], "too long")
        if value != parameters[name]:
            raise InvalidRequest(name[:64], "sent twice")
    if len(parameters) != len(pairs):
        raise InvalidRequest("parameters", "one was sent twice")
    return parameters


def answered(status: int, content: dict[str, Any], headers: Mapping[str, str]) -> Response:
    """Answer a client with authlib's content. A refusal is counted under its error."""
    outcome = "answered" if status == 200 else f"refused-{content.get('error', '')}"
    named = {name.lower(): value for name, value in headers.items()}
    return Response(status, content, named, outcome=outcome)


def refused(_event: Mapping[str, Any], error: PorticoError) -> Response:
    """Answer a client with an OAuth error (RFC 6749, 5.2)."""
    headers = {"pragma": "no-cache"}
    match error:
        case ProtocolRefused(error=name, description=description, status=status, scheme=scheme):
            if scheme:
                headers["www-authenticate"] = scheme
            return _told(status, name, description, headers)
        case InvalidRequest(field=field, reason=reason):
            return _told(400, "invalid_request", f"{_plain(field)}: {reason}", headers)
        case TooLarge():
            return _told(413, "invalid_request", "the request is too large", headers)
        case TooManyRequests(retry_after=wait):
            headers["retry-after"] = str(int((wait or TRY_AGAIN).total_seconds()))
            description = "too many tokens in this minute: go on with the newest one"
            return _told(429, "temporarily_unavailable", description, headers)
        case TryLater():
            headers["retry-after"] = str(int(TRY_AGAIN.total_seconds()))
            description = "nothing was lost: send the same request again"
            return _told(503, "temporarily_unavailable", description, headers)
        case _:
            return _told(400, "invalid_grant", "the sign-in has ended", headers)


def _told(status: int, error: str, description: str, headers: dict[str, str]) -> Response:
    return Response(status, {"error": error, "error_description": description}, headers)


def _plain(name: str) -> str:
    # A description may hold printable ASCII without " and \ (RFC 6749, 5.2).
    return "".join(c for c in name if " " <= c <= "~" and c not in '"\\')


def _form(event: Mapping[str, Any]) -> str:
    if not event.get("body"):
        # Without a body there is no content type to check.
        return ""
    kind = (event.get("headers") or {}).get("content-type", "")
    if media_type_in(kind) != FORM:
        raise InvalidRequest("content-type", FORM, status=415)
    text: str = event.get("body") or ""
    if len(text) > LARGEST_BODY * (2 if event.get("isBase64Encoded") else 1):
        raise TooLarge(LARGEST_BODY)
    if not event.get("isBase64Encoded"):
        return text
    try:
        data = base64.b64decode(text)
        if len(data) > LARGEST_BODY:
            raise TooLarge(LARGEST_BODY)
        return data.decode()
    except (ValueError, binascii.Error):
        raise InvalidRequest("body", "not UTF-8") from None
