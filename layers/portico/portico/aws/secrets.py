"""Secrets by name. Each environment reads a secret once an hour at most."""

import time
from typing import Any

from portico.aws.clients import call
from portico.errors import TryLater

SECRET_KEPT = 3600.0
"""Seconds. A client secret that a team replaced is in use after this time at the latest."""

_kept: dict[str, tuple[float, str]] = {}


def text_of(name: str) -> str:
    """Return a secret's text.

    Raises:
        TryLater: it is out of reach, or there is nothing in it.
    """
    now = time.monotonic()
    if name in _kept and now - _kept[name][0] < SECRET_KEPT:
        return _kept[name][1]
    answer: dict[str, Any] = call("secretsmanager", "get_secret_value", SecretId=name)
    text = answer.get("SecretString") or ""
    if not text:
        raise TryLater(cause="secretsmanager.get_secret_value: an empty secret")
    _kept[name] = now, text
    return text


def forget() -> None:
    """Forget every secret, so that the next call reads it again."""
    _kept.clear()
