"""The proof that begins a session, and the answer that its browser gets."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portico.people.rules import Stay
from portico.sessions.rules import ACCESS_TOKEN_LIFETIME


class UsedAlready(Exception):
    """Another request has already turned the proof into a session."""


class ContactChanged(Exception):
    """Since the proof began, the contact was deactivated or signed out everywhere."""


@dataclass(eq=False)
class AlsoRefused(Exception):
    """Another part of the transaction was refused, e.g. an identity that is another contact's."""

    failed: frozenset[str]
    """The names of the parts that refused it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Who has proved what, and how long the session may last."""

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
    """Whether the session's transaction creates the contact."""
    gives_email: bool = False
    """Whether the session's transaction gives its contact their first address."""
    proves_email: bool = False
    """Whether the session's transaction writes down that the contact's address is theirs."""
    way: str | None = None
    """The way in that must still be open at the session's first refresh; ``None``: none must."""
    device: str | None = None
    """Browser and system, as one of our fixed texts, e.g. ``"Firefox (Windows)"``."""
    link: str | None = None
    """The public id of the link that it came by, for the trail."""
    began: datetime | None = None
    """When the code was asked for, or the trip to the provider began, for the trail; ``None``: now."""
    account_since: datetime | None = None
    """When the account that it came by was connected, if reading the contact's mailbox was enough
    for that."""
    account_vouched: bool = False
    """Whether the account's provider vouches for the address that the contact has."""
    account: str = ""
    """Which account that was."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The answer with a session: its tokens, and its contact."""

    workspace_id: str
    contact: str
    name: str
    email: str
    access_token: str = field(repr=False)
    """Empty if the session brings none."""
    refresh_token: str = field(repr=False)
    stays: timedelta | None
    """How long the browser keeps the cookie; ``None`` until it is closed."""
    role: str | None = None
    """A team member's, where the token is for the team's side."""

    def answer(self) -> dict[str, Any]:
        """Return the members of the JSON answer."""
        token = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": int(ACCESS_TOKEN_LIFETIME.total_seconds()),
        }
        return (
            (token if self.access_token else {})
            | {
                "contact": {"id": self.contact, "name": self.name, "email": self.email},
                "workspace": self.workspace_id,
            }
            | ({"role": self.role} if self.role else {})
        )
