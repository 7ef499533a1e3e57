"""Which lines of the trail end sessions, which portals to tell, and the token that tells them.

Source: OpenID Connect Back-Channel Logout 1.0.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Self

from portico.clock import epoch
from portico.ids import base64url
from portico.people.rules import Contact
from portico.sessions.access_token import HEAD_START
from portico.sessions.rules import Session

LOGOUT = "logout+jwt"
"""The header's ``typ``, so that no logout token passes for an ID token or an access token."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TOKEN_LIFETIME = timedelta(minutes=2)
"""A token is made anew for each try, so no try needs a longer one (section 4)."""
MOST_SIGN_OUTS = 10
"""Sessions of one contact that one portal is told of one by one. If there are more, it is told once
that all of them are over."""

ENDS_ONE = "session.ended"
ENDS_ALL = frozenset(
    (
        "account.deleted",
        "contact.deactivated",
        "contact.erased",
        "contact.left-directory",
        "contact.merged",
        "contact.signed-out",
        "contact.ways-in-removed",
        "email.changed",
        "email.restored",
        "identity.unlinked",
        "password.changed",
        "password.removed",
        "password.set",
        "sessions.ended",
    )
)
"""Lines of a write that raises the head's ``sver``. It ends all that was begun before."""
EVERYWHERE, BY_PORTAL = "signed-out-everywhere", "ended-by-portal"


@dataclass(frozen=True, slots=True)
class Ended:
    """What one line of the trail says is over."""

    workspace_id: str
    contact: str
    line: str
    """The line's id."""
    at: datetime
    session: str | None = None
    """The browser's session; ``None``: everything that began under an older ``sver``."""
    portal: str | None = None
    """The only portal that it ended for; ``None``: for all."""

    @classmethod
    def by_line(cls, row: dict[str, Any]) -> Self | None:
        """Read a line's row; ``None`` if it ends nothing that a portal does not know of."""
        workspace_id, _, contact = row["pk"].partition("#trail#")
        told = workspace_id, contact, row["id"], datetime.fromisoformat(row["at"])
        detail = row.get("detail") or {}
        if row["name"] in ENDS_ALL:
            return cls(*told)
        if row["name"] != ENDS_ONE or detail.get("reason") == BY_PORTAL:
            return None
        if detail.get("reason") == EVERYWHERE:
            return cls(*told)
        if detail.get("portal"):
            return cls(*told, detail.get("parent"), detail["portal"])
        return cls(*told, detail.get("session"))

    def includes(self, held: Session, contact: Contact | None, *, at: datetime) -> bool:
        """Say whether a portal session is over by this line.

        It may have ended before: a portal that gave its refresh token back can have a session of
        its own that goes on.
        """
        if at >= held.expires_at:
            return False
        if self.session is None:
            return contact is None or held.sver < contact.sver
        return held.parent == self.session and self.portal in (None, held.portal)


@dataclass(frozen=True, slots=True)
class SignOut:
    """One thing to tell one portal: that a contact's session is over, or all of them."""

    workspace_id: str
    portal: str
    contact: str
    session: str
    """The browser's session, which the portal knows as ``sid``. Empty: all of the contact's."""
    line: str
    at: int
    """When it ended, in seconds since 1970."""

    @property
    def jti(self) -> str:
        """The token's id. It comes from the line, so a repeat has the same one."""
        named = "|".join((self.line, self.workspace_id, self.portal, self.session))
        return base64url(sha256(f"sign-out of {named}".encode()).digest())[:22]

    def claims(self, issuer: str, client_id: str, *, at: datetime) -> dict[str, Any]:
        """Return the claims of a logout token made at *at* (section 2.4).

        ``toe`` is when the session ended (RFC 8417, 2.2): a sign-in after that is not meant.
        """
        return {
            "iss": issuer,
            "aud": client_id,
            "iat": epoch(at - HEAD_START),
            "exp": epoch(at + LOGOUT_TOKEN_LIFETIME),
            "jti": self.jti,
            "toe": self.at,
            "sub": self.contact,
            **({"sid": self.session} if self.session else {}),
            "events": {LOGOUT_EVENT: {}},
        }


def sign_outs(
    ended: Ended, held: Iterable[Session], contact: Contact | None, *, at: datetime
) -> list[SignOut]:
    """Return what to tell which portals, each thing once.

    Args:
        ended: what is over.
        held: the contact's portal sessions.
        contact: the contact's head as it is now.
        at: the time.
    """
    over: dict[str, set[str]] = defaultdict(set)
    for each in held:
        if each.portal and each.parent and ended.includes(each, contact, at=at):
            over[each.portal].add(each.parent)
    return [
        SignOut(ended.workspace_id, portal, ended.contact, session, ended.line, epoch(ended.at))
        for portal, sessions in sorted(over.items())
        for session in (sorted(sessions) if len(sessions) <= MOST_SIGN_OUTS else [""])
    ]
