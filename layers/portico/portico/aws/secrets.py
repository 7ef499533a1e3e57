"""Secrets by name, each read once an environment."""

import time
from typing import Any

from portico.aws.clients import call
from portico.errors import TryLater

SECRET_KEPT = 3600.0
"""Seconds: a client secret that a team replaced is used by then at the latest."""

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
    """Read every secret anew the next time it is asked for."""
    _kept.clear()
