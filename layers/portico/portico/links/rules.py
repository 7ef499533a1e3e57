"""A portal link: it says which workspace, and perhaps who. It never signs anyone in."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from portico.clock import moment
from portico.ids import digest

SHARED = "shared"
PERSONAL = "personal"
ACCOUNT_LINK = "-account"
"""Replaces a link's id when a signed-in contact asks for a code."""

TEAM_LINK = "-team"
"""Replaces a link's id when somebody asks for a code at the team's own way in."""

MOST_RENEWALS = 3
"""How often a link that has ended is mailed anew, one time after the other."""
RENEWABLE_FOR = timedelta(days=90)
"""For so long after its end. The row is kept for it."""

_TOKEN = re.compile(
    r"(lnk_[A-Za-z0-9_-]{43}|prt_[a-z0-9-]{2,31}_[a-z0-9-]{1,31}|ent_[a-z0-9-]{2,31})\Z"
)
"""A random token; a portal's client id, the token of its entrance; or that of a front entrance."""
_RANDOM = "lnk_"


def public_id(token: str) -> str:
    """Return the public id under which a token's link is stored and listed."""
    return digest(token)[:16]


def front_token(workspace_id: str) -> str:
    """Return the token of a workspace's front entrance, which everybody can tell."""
    return f"ent_{workspace_id}"


def team_token(workspace_id: str) -> str:
    """Return what opens the way in of a workspace's team. No row has it, and everybody can tell."""
    return f"team_{workspace_id}"


def is_random(token: str) -> bool:
    """Say whether only somebody who was given *token* can have it."""
    return token.startswith(_RANDOM)


def is_token(text: str) -> bool:
    """Say whether *text* has the shape of a link token."""
    return _TOKEN.match(text) is not None


@dataclass(frozen=True, slots=True)
class AskedRenewal:
    """POST /v1/links/renew: a link that has ended."""

    workspace: str = ""
    link: str = field(default="", repr=False)
    language: str | None = None
    """What the page is shown in. The mail is written in it, if it is one of ours."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is stored: with the hash of its token, never the token."""

    id: str
    workspace_id: str
    token_hash: str
    kind: str
    created_at: datetime
    expires_at: datetime | None
    """``None``: works until it is revoked."""
    revoked_at: datetime | None = None
    contact: str | None = None
    email_hint: str | None = None
    destination: str | None = None
    label: str | None = None
    break_glass: bool = False
    """Lets its contact sign in with one code despite ``sso_only``, once."""
    portal: str | None = None
    """The portal that this link is the entrance of: it sends contacts here to sign in."""
    front: bool = False
    """It is the front entrance: what ``/{workspace}`` opens in a browser that knows no link."""
    replaced_by: str | None = None
    """The public id of the link that it was rotated into. It works until it expires."""
    renewal: int | None = None
    """How often it was renewed before: 0 for a link that a team made. ``None``: it is not renewed,
    because somebody chose its end, or nobody's mailbox gets it."""
    asks_email: bool = False
    """Its contact had no address when it was made: whoever opens it types one, and proves it."""
    gone: bool = False
    """Whether it was revoked because its contact was erased."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a link's row."""
        return cls(
            id=row["id"],
            workspace_id=row["workspace"],
            token_hash=row["token_hash"],
            kind=row["kind"],
            created_at=moment(row["created_at"]),
            expires_at=moment(row["expires_at"]) if row.get("expires_at") else None,
            revoked_at=moment(row["revoked_at"]) if row.get("revoked_at") else None,
            contact=row.get("contact"),
            email_hint=row.get("email_hint"),
            destination=row.get("destination"),
            label=row.get("label"),
            break_glass=row.get("break_glass") is True,
            portal=row.get("portal"),
            front=row.get("front") is True,
            replaced_by=row.get("replaced_by"),
            renewal=row.get("renewal"),
            asks_email=row.get("asks_email") is True,
            gone=row.get("gone") is True,
        )

    @property
    def is_entrance(self) -> bool:
        """Whether it is a portal's entrance, or the front entrance, which nobody is given."""
        return self.front or self.portal is not None

    @property
    def is_personal(self) -> bool:
        """Whether the link is tied to one contact."""
        return self.kind == PERSONAL

    def is_alive(self, *, at: datetime) -> bool:
        """Say whether the link still opens the sign-in page."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def may_renew(self, *, at: datetime) -> bool:
        """Say whether its page may ask for a new one.

        Whether its contact is still there, and whether it was renewed before, change nothing: the
        page must look the same.
        """
        if self.renewal is None or self.renewal >= MOST_RENEWALS or self.expires_at is None:
            return False
        # Of somebody who was erased after the end, the page still says what it said.
        is_revoked = self.revoked_at is not None and not (
            self.gone and self.revoked_at >= self.expires_at
        )
        return not is_revoked and self.expires_at <= at < self.expires_at + RENEWABLE_FOR

    def replaced(self, by: str, *, ends: datetime) -> "Link":
        """Return this link once another one takes its place: it never gets more time than it had.

        Args:
            by: the public id of the other one.
            ends: until when it may work.
        """
        ends = min(ends, self.expires_at) if self.expires_at else ends
        return replace(self, replaced_by=by, expires_at=ends)

    def state(self, *, at: datetime) -> str:
        """Return ``alive``, ``revoked``, ``replaced`` or ``expired``."""
        if self.revoked_at is not None:
            return "revoked"
        if self.is_alive(at=at):
            return "alive"
        return "replaced" if self.replaced_by else "expired"
