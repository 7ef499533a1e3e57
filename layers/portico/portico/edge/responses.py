"""Answers in API Gateway's format, with the headers that every answer has.

Also which pages of other origins may read an answer: decision 30.
"""

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from portico.errors import (
    ChallengeClosed,
    InvalidPortalLink,
    InvalidRequest,
    PorticoError,
    TooLarge,
)
from portico.events import Caller

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


EXPOSED = "retry-after"
"""The header that pages of other origins may read, beside those that all may."""
FOR_ALL = {"access-control-allow-origin": "*", "access-control-expose-headers": EXPOSED}
"""Any page may read it, and no cookie comes along."""
_OPEN = ("/oauth2/token", "/oauth2/userinfo", "/oauth2/revoke", "/.well-known/", "/assets/")
"""Paths that read no cookie: whoever holds the proof may ask from any page, as from anywhere."""
_ORIGIN = (
    r"(https://([a-z0-9.-]+|\[::1\])|http://(([a-z0-9.-]+\.)?localhost|127\.0\.0\.1|\[::1\]))"
    r"(:[0-9]{1,5})?"
)
"""Whatever a team may name as an origin of its workspace (people/setting_rules.py)."""
_OF_THE_REQUEST = (ChallengeClosed, InvalidPortalLink, InvalidRequest, TooLarge)
"""Refusals that say nothing which came from a cookie."""


def is_open(path: str) -> bool:
    """Say whether pages of all origins may read what a path or a route's path answers."""
    return path.startswith(_OPEN)


def is_origin(text: str | None) -> bool:
    """Say whether *text* is an origin that a portal can have; ``null`` is none."""
    return text is not None and re.fullmatch(_ORIGIN, text) is not None


def sharing(route: str, caller: Caller, error: PorticoError | None) -> dict[str, str]:
    """Return the headers that say which other origin's page may read an answer.

    Args:
        route: the route that answered.
        caller: who asked; its ``readers`` were found while the answer was made.
        error: the refusal, if the answer is one.
    """
    path = route.partition(" ")[2]
    if is_open(path):
        return FOR_ALL
    if not path.startswith("/v1/"):
        return {}
    headers = {"vary": "origin"}
    asked = caller.origin
    # Text that is no origin, and `null`, name no page, whatever was asked.
    if asked is None or asked == caller.own_origin or not is_origin(asked):
        return headers
    if asked in caller.readers or isinstance(error, _OF_THE_REQUEST):
        headers |= {
            "access-control-allow-origin": asked,
            "access-control-allow-credentials": "true",
            "access-control-expose-headers": EXPOSED,
        }
    return headers


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. *headers* override those that every answer has."""

    status: int
    content: dict[str, Any] | bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list, repr=False)
    outcome: str = "answered"
    """The outcome that the door counts."""

    def to_event(self, shared: dict[str, str] | None = None) -> dict[str, Any]:
        """Return the answer in payload version 2, with the headers of :func:`sharing`."""
        answer: dict[str, Any] = {"statusCode": self.status}
        headers = HEADERS | (shared or {})
        if isinstance(self.content, bytes):
            answer["body"] = base64.b64encode(self.content).decode()
            answer["isBase64Encoded"] = True
        elif self.content is not None:
            headers["content-type"] = "application/json"
            answer["body"] = json.dumps(self.content, separators=(",", ":"))
        answer["headers"] = headers | self.headers
        if self.cookies:
            answer["cookies"] = self.cookies
        return answer


def cookie_name(workspace_id: str) -> str:
    """Return the name of a workspace's refresh cookie."""
    return f"__Host-portico-{workspace_id}"


def keep(name: str, value: str, *, stays: timedelta | None) -> str:
    """Return a cookie that only we can read. Without *stays* it ends when the browser closes."""
    age = "" if stays is None else f"; Max-Age={int(stays.total_seconds())}"
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"


def drop(workspace_id: str) -> str:
    """Return the cookie that clears a workspace's refresh cookie."""
    return f"{cookie_name(workspace_id)}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
