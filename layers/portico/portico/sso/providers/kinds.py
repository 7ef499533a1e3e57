"""The kinds of provider: OpenID Connect, or only OAuth 2.0."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from portico.errors import PorticoError
from portico.sso.rules import Connection, Person


@dataclass(eq=False)
class NotBelieved(PorticoError):
    """The provider's answer failed a check. *reason* is for the trail, never for the page."""

    reason: str


class Reader(Protocol):
    """Turns a provider's claims into a person."""

    def __call__(self, connection: Connection, claims: dict[str, Any]) -> Person:
        """Read *claims*.

        Raises:
            NotBelieved: they do not identify a person.
        """
        ...


@dataclass(frozen=True, slots=True)
class OpenId:
    """An OpenID Connect provider: it has a discovery document and signs its tokens."""

    scope: str
    discovery: Callable[[Connection], tuple[str, str]]
    """Returns the discovery document's URL, and the issuer that the document must name."""
    read: Reader
    token_auth: str | None = None
    """How we authenticate; ``None`` to do as the discovery document says."""
    more: Callable[[Connection], dict[str, str]] = field(default=lambda _: {})
    """Returns further parameters of the authorization request."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A provider with only OAuth 2.0: we fetch the person with the access token."""

    scope: str
    authorize: str
    token: str
    user: str
    token_auth: str
    read: Reader


# Claims: each is of its one type, or it is not there. `str(None)` is a text, and the same one
# for everybody: nothing here turns anything into text.

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
