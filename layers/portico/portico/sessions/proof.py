"""What a session begins with, and what its browser is handed."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from portico.people.stay import Stay
from portico.sessions.rules import ACCESS_TOKEN_LIFETIME


class UsedAlready(Exception):
    """The proof has become a session before, by another request."""


class ContactChanged(Exception):
    """The contact was deactivated, or signed out everywhere, since the proof began."""


@dataclass(eq=False)
class AlsoRefused(Exception):
    """What belongs to the same transaction was refused: an identity is another contact's."""

    failed: frozenset[str]
    """The names of the parts that refused it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Who has proved what, and how long they may stay: all that a session begins with."""

    challenge: str = field(repr=False)
    request_id: str
    workspace_id: str
    contact: str
    name: str
    email: str
    sver: int
    method: str
    stay: Stay
    shared_computer: bool = False
    is_new: bool = False
    """The contact comes into being in the session's transaction."""
    way: str | None = None
    """The way in that must still be open at the session's first refresh; ``None``: none must."""
    device: str | None = None
    """Browser and system in our own words, e.g. ``"Firefox (Windows)"``."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session's answer: the tokens, and who they are for."""

    workspace_id: str
    contact: str
    name: str
    email: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    stays: timedelta | None
    """How long the browser keeps the cookie; ``None``: until it is closed."""

    def answer(self) -> dict[str, Any]:
        """Return the answer's members."""
        return {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": int(ACCESS_TOKEN_LIFETIME.total_seconds()),
            "contact": {"id": self.contact, "name": self.name, "email": self.email},
            "workspace": self.workspace_id,
        }
