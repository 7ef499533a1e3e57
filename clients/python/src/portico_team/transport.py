"""One request, asked again where that is safe and may help."""

import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import urllib3

from portico_team.errors import OutOfReach, PorticoError, Problem

KEY = re.compile(r"ptk_([a-z][a-z0-9-]{1,30})_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{49}\Z")
"""A key, with its workspace."""
ON_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
ANSWERED_LATER = frozenset((429, 502, 503, 504))
"""Statuses after which the same request may go through."""
MOST_TRIES = 6
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0
"""Seconds between tries that nobody has said the length of."""
TIMES = urllib3.Timeout(connect=5, read=35)
"""A gateway answers within thirty seconds, whatever the function does."""


class Unwelcome(PorticoError):
    """The address or the key can be none. Nothing was sent."""


@dataclass
class Transport:
    """Sends requests with a key."""

    url: str
    key: str = field(repr=False)
    patience: float = 60.0
    """Seconds that waiting between tries may take in all."""
    pool: urllib3.PoolManager = field(repr=False, default_factory=urllib3.PoolManager)
    sleep: Callable[[float], None] = field(repr=False, default=time.sleep)

    def __post_init__(self) -> None:
        """Look at what could never work.

        Raises:
            Unwelcome: the address is no https address of a host, or the key is no key.
        """
        parts = urlsplit(self.url)
        is_safe = parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in ON_THIS_MACHINE
        )
        if not (is_safe and parts.hostname) or parts.query or parts.fragment or parts.username:
            raise Unwelcome(f"{self.url!r} is no address like https://signin.example.com")
        self.url = self.url.rstrip("/")
        if KEY.match(self.key) is None:
            raise Unwelcome("the key is none: it looks like ptk_<workspace>_<71 characters>")

    @property
    def workspace(self) -> str:
        """The workspace that the key belongs to."""
        found = KEY.match(self.key)
        assert found is not None  # noqa: S101 - __post_init__ has looked
        return found[1]

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: object = None,
        data: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Any:
        """Send a request until it is answered, and return the answer's body.

        Every route can be asked again: it reads, or says the same twice, or has an
        ``Idempotency-Key`` that stays the same here.

        Args:
            method: of HTTP.
            path: below the workspace, each part quoted.
            query: of the address; what is ``None`` is left out.
            body: as JSON; ``None``: no body.
            data: bytes of a file, in the body's place.
            headers: beside our own; what is ``None`` is left out.

        Raises:
            Problem: Portico refuses it.
            OutOfReach: there was no answer of Portico's in the end.
        """
        url = f"{self.url}/v1/workspaces/{self.workspace}{path}"
        if asked := {
            name: _said(value) for name, value in (query or {}).items() if value is not None
        }:
            url += f"?{urlencode(asked)}"
        sent = {"accept": "application/json", "authorization": f"Bearer {self.key}"}
        sent |= {name: value for name, value in (headers or {}).items() if value is not None}
        content = data
        if data is not None:
            sent["content-type"] = "application/octet-stream"
        if body is not None:
            content = json.dumps(body, separators=(",", ":")).encode()
            sent["content-type"] = "application/json"
        left = self.patience
        for n in range(MOST_TRIES):
            problem, wait = None, min(FIRST_WAIT * 2**n, LONGEST_WAIT) * random.uniform(0.5, 1)  # noqa: S311 - spreads retries
            try:
                # The pool's own retries know neither Retry-After's limit nor what is safe.
                answer = self.pool.request(
                    method,
                    url,
                    body=content,
                    headers=sent,
                    retries=False,
                    redirect=False,
                    timeout=TIMES,
                )
            except urllib3.exceptions.HTTPError as error:
                failure: PorticoError = OutOfReach(
                    f"no answer from {self.url}: {type(error).__name__}"
                )
            else:
                if answer.status < 300:
                    return _json(answer)
                failure = problem = _problem(answer)
                if answer.status not in ANSWERED_LATER:
                    raise problem
                if problem.retry_after is not None:
                    wait = problem.retry_after
                elif answer.status == 429 and problem.kinds.get(problem.name):
                    # Portico says that waiting does not help.
                    raise problem
            if wait > left or n + 1 == MOST_TRIES:
                raise failure
            left -= wait
            self.sleep(wait)
        raise AssertionError("unreachable")


def quoted(part: str) -> str:
    """Return an id as a part of a path."""
    return quote(part, safe="")


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(answer: urllib3.BaseHTTPResponse) -> Any:
    if answer.status == 204 or not answer.data:
        return None
    try:
        return json.loads(answer.data)
    except ValueError:
        # A page of somebody who stands between us and Portico.
        raise OutOfReach(f"the answer {answer.status} is not Portico's") from None


def _problem(answer: urllib3.BaseHTTPResponse) -> Problem:
    try:
        told = json.loads(answer.data)
    except ValueError:
        told = {}
    members = told if isinstance(told, dict) else {}
    after = answer.headers.get("retry-after", "")
    return Problem.of(answer.status, members, int(after) if after.isdecimal() else None)
