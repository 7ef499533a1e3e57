"""HTTP to API Gateway's payload version 2 and back: the HTTP API in front of any doors.

It does what API Gateway does: cookies have their own list, header names are in lower case and
repeated ones joined, bodies are in base64 unless they are text, keys are absent rather than empty,
and the limits and messages are the gateway's.
"""

import base64
import json
import secrets
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from local.routes import Match, Routes

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

type Event = dict[str, Any]
type Invoke = Callable[[str, Event], Any]
"""Invokes the door of a name with an event, and returns what its handler returned."""

LARGEST_BODY = 10 * 1000 * 1000
"""Bytes. More is 413. Source: API Gateway's quotas for HTTP APIs."""
LARGEST_HEAD = 10_240
"""Bytes of request line and headers, with their names. More is 431. Source: the same page."""
TEXT = ("application/json", "application/javascript", "application/xml")
"""Content types, besides ``text/*``, whose bodies are not encoded. Forms are."""


@dataclass(frozen=True)
class Gateway:
    """A WSGI application that answers as an HTTP API does."""

    routes: Routes
    invoke: Invoke
    hosts: tuple[str, ...]
    """Its host names, with ports. The first is its own, the others are aliases."""
    answered: Callable[[Request, Response, timedelta], None] = field(default=lambda *_: None)
    """Called with every answer, and with how long it took."""

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.max_content_length = LARGEST_BODY
        return self.answer(request)(environ, start_response)

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        begun = time.monotonic()
        if _is_a_strangers(request, self.hosts):
            response = _message(403, "Forbidden")
        elif _head_size(request) > LARGEST_HEAD:
            response = _message(431, "Request Header Fields Too Large")
        else:
            response = self._answer(request)
        self.answered(request, response, timedelta(seconds=time.monotonic() - begun))
        return response

    def _answer(self, request: Request) -> Response:
        match = self.routes.match(request.method, _path(request))
        if match is None:
            return _message(404, "Not Found")
        try:
            event = event_of(request, match)
        except RequestEntityTooLarge:
            return _message(413, "Request Entity Too Large")
        try:
            return response_of(self.invoke(match.door, event))
        except Exception:  # noqa: BLE001 - whatever a function raises, the gateway says this
            traceback.print_exc()
            return _message(500, "Internal Server Error")


def event_of(request: Request, match: Match) -> Event:
    """Return the event that API Gateway would pass to the door.

    Raises:
        RequestEntityTooLarge: the body is over the gateway's limit.
    """
    body = request.get_data()
    is_text = _is_text(request)
    now = time.time()
    path = _path(request)
    headers = {name.lower(): value for name, value in request.headers}
    # Only space and tab are blanks. Any similar character belongs to a cookie's name.
    cookies = [each.strip(" \t") for each in headers.pop("cookie", "").split(";")]
    cookies = list(filter(None, cookies))
    address = request.remote_addr or "127.0.0.1"
    seen = headers.get("x-forwarded-for")
    headers["x-forwarded-for"] = f"{seen}, {address}" if seen else address
    headers["x-forwarded-port"] = request.host.rpartition(":")[2]
    headers["x-forwarded-proto"] = request.scheme
    headers["x-amzn-trace-id"] = f"Root=1-{int(now):08x}-{secrets.token_hex(12)}"
    event: Event = {
        "version": "2.0",
        "routeKey": match.key,
        "rawPath": path,
        "rawQueryString": request.query_string.decode("latin-1"),
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": request.host,
            "domainPrefix": request.host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
                "sourceIp": address,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": f"{secrets.token_urlsafe(11)}=",
            "routeKey": match.key,
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": bool(body) and not is_text,
    }
    if cookies:
        event["cookies"] = cookies
    if request.args:
        event["queryStringParameters"] = {k: ",".join(v) for k, v in request.args.lists()}
    if match.parameters:
        event["pathParameters"] = match.parameters
    if body:
        event["body"] = (
            body.decode(errors="replace") if is_text else base64.b64encode(body).decode()
        )
    return event


def response_of(answer: Any) -> Response:
    """Return the response that API Gateway makes from a handler's return value."""
    if not isinstance(answer, dict) or "statusCode" not in answer:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return Response(text, 200, content_type="application/json")
    body = answer.get("body") or ""
    data = base64.b64decode(body) if answer.get("isBase64Encoded") else str(body).encode()
    response = _AsReturned(data, int(answer["statusCode"]))
    del response.headers["content-type"]
    if data:
        response.headers["content-type"] = "text/plain;charset=UTF-8"
    for name, value in (answer.get("headers") or {}).items():
        response.headers[name] = str(value)
    for cookie in answer.get("cookies") or []:
        response.headers.add("set-cookie", cookie)
    response.headers["apigw-requestid"] = secrets.token_urlsafe(11) + "="
    return response


class _AsReturned(Response):
    """A response whose address keeps an empty fragment, which werkzeug would drop.

    Without it a browser goes on with the fragment that it had, such as Facebook's ``#_=_``.
    """

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        headers = super().get_wsgi_headers(environ)
        location = headers.get("location")
        if location is not None and self.headers["location"].endswith("#") and "#" not in location:
            headers["location"] = f"{location}#"
        return headers


def _is_a_strangers(request: Request, hosts: tuple[str, ...]) -> bool:
    # A request for another host name came here by a forged DNS answer, or by mistake.
    return request.host not in hosts


def _is_text(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip(" \t").lower()
    is_packed = "content-encoding" in request.headers
    return not is_packed and (kind.startswith("text/") or kind in TEXT)


def _path(request: Request) -> str:
    # WSGI passes bytes as Latin-1. The gateway decodes them as UTF-8.
    path: str = request.environ["PATH_INFO"]
    return path.encode("latin-1").decode(errors="replace")


def _head_size(request: Request) -> int:
    line = len(request.method) + len(request.environ.get("RAW_URI", _path(request))) + 12
    return line + sum(len(name) + len(value) + 4 for name, value in request.headers)


def _message(status: int, text: str) -> Response:
    return Response(json.dumps({"message": text}), status, content_type="application/json")
