"""Answers in API Gateway's format, with the headers that every answer has."""

import base64
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. *headers* override those that every answer has."""

    status: int
    content: dict[str, Any] | bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list, repr=False)
    outcome: str = "answered"
    """The outcome that the door counts."""

    def to_event(self) -> dict[str, Any]:
        """Return the answer in payload version 2."""
        answer: dict[str, Any] = {"statusCode": self.status}
        headers = dict(HEADERS)
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
