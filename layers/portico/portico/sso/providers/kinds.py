"""The table of providers. Adding one touches its own file and a row here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from portico.errors import PorticoError
from portico.sso.rules import Connection, Person


@dataclass(eq=False)
class NotBelieved(PorticoError):
    """The provider's answer is not good enough; *reason* is for the trail, never shown."""

    reason: str


class Reader(Protocol):
    """Turns a provider's claims into a person."""

    def __call__(self, connection: Connection, claims: dict[str, Any]) -> Person:
        """Read *claims*.

        Raises:
            NotBelieved: they do not say who it is.
        """
        ...


@dataclass(frozen=True, slots=True)
class OpenId:
    """An OpenID Connect provider: found by discovery, believed by its signed token."""

    scope: str
    discovery: Callable[[Connection], tuple[str, str]]
    """The discovery document's URL, and what it must call its issuer."""
    read: Reader
    token_auth: str | None = None
    """How the client authenticates; ``None``: as the discovery document says."""
    more: Callable[[Connection], dict[str, str]] = field(default=lambda _: {})
    """More parameters of the authorization request."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A provider of OAuth 2.0 only: who it is must be asked for with the access token."""

    scope: str
    authorize: str
    token: str
    user: str
    token_auth: str
    read: Reader
