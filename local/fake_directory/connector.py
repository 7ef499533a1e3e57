"""The fake directory's SCIM client: real requests to the local door, and a list of them."""

import json
import time
import urllib.error
import urllib.request
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

MOST_SHOWN = 60
LONGEST_WAIT = 3.0
"""Seconds that the client waits when it is told to come again."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, and its answer."""

    method: str
    path: str
    """Below the workspace, with the query."""
    sent: Any
    status: int
    answer: Any

    @property
    def is_refused(self) -> bool:
        """Whether the answer is an error."""
        return self.status >= 400


@dataclass
class Connector:
    """Speaks SCIM 2.0 with a key of a workspace.

    Args:
        base: the address that a directory is given, such as ``http://127.0.0.1:8000/scim/v2/acme``.
        key: the workspace's key.
    """

    base: str
    key: str = field(repr=False)
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=MOST_SHOWN))
    """The last ones, the newest first."""

    def finds(self, user_name: str) -> str | None:
        """Look for a user by name, as directories do before they add one; return the id."""
        return self._find("/Users", "userName", user_name)

    def finds_group(self, name: str) -> str | None:
        """Look for a group by its name, as directories do before they add one; return the id."""
        return self._find("/Groups", "displayName", name)

    def _find(self, path: str, attribute: str, value: str) -> str | None:
        wanted = value.replace("\\", "\\\\").replace('"', '\\"')
        found = self.sends("GET", f"{path}?filter={quote(f'{attribute} eq "{wanted}"')}")
        known = found.answer.get("Resources") if isinstance(found.answer, dict) else None
        return known[0]["id"] if known else None

    def sends(self, method: str, path: str, body: Any = None) -> Exchange:
        """Send a request, and once more where the answer is to come again."""
        sent, wait = self._send(method, path, body)
        if wait is not None:
            time.sleep(min(wait, LONGEST_WAIT))
            sent, _ = self._send(method, path, body)
        return sent

    def _send(self, method: str, path: str, body: Any) -> tuple[Exchange, float | None]:
        headers = {"authorization": f"Bearer {self.key}", "accept": "application/scim+json"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["content-type"] = "application/scim+json; charset=utf-8"
        # The base is this machine's own, from local/startup.py.
        asked = urllib.request.Request(self.base + path, data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=30) as told:  # noqa: S310
                status, text, wait = told.status, told.read(), None
        except urllib.error.HTTPError as refused:
            with refused:
                status, text = refused.code, refused.read()
            told_wait = refused.headers.get("retry-after", "")
            wait = float(told_wait) if told_wait.isdecimal() else None
        except OSError as error:
            status, text, wait = 599, json.dumps({"detail": str(error)}).encode(), None
        done = Exchange(method, path, body, status, json.loads(text) if text else None)
        self.exchanges.appendleft(done)
        return done, wait
