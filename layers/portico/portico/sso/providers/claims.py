"""Reading a provider's claims: each is of its one type, or it is not there.

``str(None)`` is a text, and the same one for everybody: nothing here turns anything into text.
"""

import re
from typing import Any

from portico.sso.providers.kinds import NotBelieved

LONGEST_KEY = 255
"""Characters of a subject (OpenID Connect Core 1.0, 2)."""
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def key_in(claims: dict[str, Any], name: str, *, reason: str = "no-subject") -> str:
    """Return a claim that becomes a key.

    Raises:
        NotBelieved: it is no text, empty, too long, or has what nobody sees.
    """
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_KEY:
        raise NotBelieved(reason)
    if not value.isprintable() or value != value.strip():
        raise NotBelieved(reason)
    return value


def guid_in(claims: dict[str, Any], name: str, *, reason: str) -> str:
    """Return a claim that is a GUID in lower case.

    Raises:
        NotBelieved: it is none.
    """
    value = claims.get(name)
    if not isinstance(value, str) or not GUID.match(value):
        raise NotBelieved(reason)
    return value


def text_in(claims: dict[str, Any], name: str) -> str | None:
    """Return a claim that is shown, or asked about: what is no text was not said."""
    value = claims.get(name)
    return value if isinstance(value, str) and value else None


def is_true(claims: dict[str, Any], name: str) -> bool:
    """Say whether a claim is the boolean: "false" is a text that is true."""
    return claims.get(name) is True
