"""Sessions and their refresh tokens.

Each refresh token is derived from the one before, so the same token always gets the same
successor. Tabs, retries and lost answers therefore agree, and no row holds a secret.
"""

import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Self

from portico.clock import moment
from portico.ids import base64url, digest

ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
"""How long a portal may trust a token without asking us, so a sign-out takes effect this late."""
GRACE = timedelta(seconds=20)
"""How long the previous refresh token still gets its successor."""
SHARED_COMPUTER_IDLE = timedelta(minutes=30)
USED_PROOF_KEPT = timedelta(days=1)
"""How long a session's row stays at least. That its proof was used is the existence of the row,
and no proof lives longer: a short session that was swept would make its code good again."""
RETRY_WINDOW = timedelta(minutes=1)
"""How long a repeat of the request that began a session gets the same session."""

PORTAL_SESSION_PREFIX = "pse_"
"""The prefix of the ids of portal sessions."""

_CONTACT = re.compile(r"ct_[A-Za-z0-9_-]{22}\Z")
_SESSION = re.compile(r"(ses|pse)_[A-Za-z0-9_-]{22}\Z")
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,5})\Z")
"""Numbers without leading zeros, so that a token has only one spelling."""


class SessionEnd(StrEnum):
    """What ended a session before its time, as its row's ``ended_by`` says it."""

    CONTACT = "contact"
    EVERYWHERE = "everywhere"
    REFRESH_REUSE = "refresh-reuse"
    METHOD_OFF = "method-off"
    CODE_REUSE = "code-reuse"
    PORTAL = "portal"
    TEAM = "team"


def session_id(challenge: str) -> str:
    """Return the id of the one session that *challenge* can become."""
    return f"ses_{base64url(sha256(b'session of ' + challenge.encode()).digest())[:22]}"


def portal_session_id(code: str) -> str:
    """Return the id of the one portal session that an authorization code can become.

    Its prefix differs from that of a browser's session, so that a list of browsers reads none of
    these, of which there may be many.
    """
    return f"{PORTAL_SESSION_PREFIX}{base64url(sha256(b'session held by ' + code.encode()).digest())[:22]}"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """``<contact>.<session>.<n>.<secret>``: the key of its row, its number, and the secret."""

    contact: str
    session: str
    n: int
    secret: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a token; any other text is ``None``."""
        parts = text.split(".")
        if len(parts) != 4 or len(text) > 200:
            return None
        contact, session, n, secret = parts
        if not (_CONTACT.match(contact) and _SESSION.match(session) and _SECRET.match(secret)):
            return None
        return cls(contact, session, int(n), secret) if _NUMBER.match(n) else None

    @classmethod
    def first(cls, key: bytes, *, contact: str, session: str, challenge: str) -> Self:
        """Return the first token of a session."""
        return cls(contact, session, 0, _derive(key, session, 0, challenge))

    def __str__(self) -> str:
        return f"{self.contact}.{self.session}.{self.n}.{self.secret}"

    @property
    def hash(self) -> str:
        """The hash that we store. It includes the number: otherwise a thief could change the number
        of an older token, and we would not see that it is older.
        """
        return digest(f"{self.n}.{self.secret}")

    def successor(self, key: bytes) -> "RefreshToken":
        """Return the one token that replaces this one."""
        n = self.n + 1
        secret = _derive(key, self.session, n, self.secret)
        return RefreshToken(self.contact, self.session, n, secret)

    def leads_to(self, hash_: str, *, n: int, key: bytes) -> bool:
        """Say whether this is a true older token of the chain whose *n*-th token has *hash_*.

        This tells a thief's or a forgetful browser's old token from an invented one, with
        which a stranger could otherwise end somebody's session. A session of seven days has
        about a thousand tokens, and each step is one HMAC.
        """
        token = self
        for _ in range(min(n - self.n, 5000)):
            token = token.successor(key)
        return token.n == n and hmac.compare_digest(token.hash, hash_)


@dataclass(frozen=True, slots=True)
class Session:
    """A session's row: one signed-in browser, or what one portal holds."""

    id: str
    workspace_id: str
    contact: str
    sver: int
    method: str
    signed_in_at: datetime
    expires_at: datetime
    idle_ends_at: datetime
    idle: timedelta
    shared_computer: bool
    n: int
    current: str
    previous: str | None
    previous_stays: bool
    """Whether the previous token stays good, because perhaps nobody got the current one."""
    rotated_at: datetime
    key: str
    ended_at: datetime | None
    ended_by: str | None
    keep_days: int
    portal: str | None = None
    """The portal that holds the refresh tokens; ``None`` if the browser does."""
    parent: str | None = None
    """For a portal session: the browser's session that it came from and ends with."""
    scope: str = ""
    """For a portal session: the granted scope, e.g. ``openid email``."""
    way: str | None = None
    """Until its first refresh: the way in that it began by, e.g. ``code``, which must still be
    open then. A proof may have been out while the team closed it."""
    break_glass: bool = False
    """Whether a break-glass link began it, whatever the directory rule says."""
    account_since: datetime | None = None
    """When the account that it began by was connected, if reading the contact's mailbox was enough
    for that."""
    account_vouched: bool = False
    """Whether that account's provider vouched for the address that the contact had."""
    account: str = ""
    """Which account that was: several may have been connected within one second."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a session's row."""
        return cls(
            id=row["id"],
            workspace_id=row["workspace"],
            contact=row["contact"],
            sver=row["sver"],
            method=row["method"],
            signed_in_at=moment(row["created_at"]),
            expires_at=moment(row["expires_at"]),
            idle_ends_at=moment(row["idle_ends_at"]),
            idle=timedelta(seconds=row["idle"]),
            shared_computer=row["shared_computer"],
            n=row["n"],
            current=row["current"],
            previous=row.get("previous"),
            previous_stays=row.get("previous_stays", False),
            rotated_at=moment(row["rotated_at"]),
            key=row["key"],
            ended_at=moment(row["ended_at"]) if row.get("ended_at") else None,
            ended_by=row.get("ended_by"),
            keep_days=row["keep_days"],
            portal=row.get("portal"),
            parent=row.get("parent"),
            scope=row.get("scope", ""),
            way=row.get("way"),
            break_glass=row.get("break_glass", False),
            account_since=moment(row["account_since"]) if "account_since" in row else None,
            account_vouched=row.get("account_vouched", False),
            account=row.get("account", ""),
        )

    def needed_only_the_mailbox(self, *, address_change: str | None) -> bool:
        """Say whether it came by an account that reading the contact's mailbox is enough for.

        A provider's word for an address says nothing more where the mailbox was enough to change it.

        Args:
            address_change: the newest change of the contact's address.
        """
        if self.account_since is None:
            return False
        return not self.account_vouched or address_change is not None

    def began_by_one_of(self, ways: Collection[str]) -> bool:
        """Say whether the way in that it began by is one of *ways*, where that still counts."""
        return self.way is None or self.way in ways

    def is_alive(self, *, sver: int, at: datetime) -> bool:
        """Say whether the session runs, given that its contact's head has *sver*."""
        is_running = self.ended_at is None and at < self.expires_at and at < self.idle_ends_at
        return is_running and self.sver == sver


class RefreshVerdict(StrEnum):
    """Why the row did not rotate a presented refresh token."""

    YOUNG = "young"
    """It is the current one, made moments ago: it stays."""
    OVERTAKEN = "overtaken"
    """It is the previous one, within the grace: another tab was first, both get the same one."""
    OLD = "old"
    """It is older, and perhaps stolen: check whether it is a true one."""
    DEAD = "dead"
    """The session has ended."""


def judge(session: Session, token: RefreshToken, *, sver: int, at: datetime) -> RefreshVerdict:
    """Decide what to do with *token* of *session*."""
    if not session.is_alive(sver=sver, at=at):
        return RefreshVerdict.DEAD
    if hmac.compare_digest(session.current, token.hash):
        return RefreshVerdict.YOUNG
    is_previous = session.previous is not None and hmac.compare_digest(session.previous, token.hash)
    is_within_grace = session.previous_stays or at < session.rotated_at + GRACE
    if is_previous and is_within_grace:
        return RefreshVerdict.OVERTAKEN
    return RefreshVerdict.OLD


def is_good(
    session: Session, token: RefreshToken, sver: int, *, active: bool, at: datetime
) -> bool:
    """Say whether a browser with *token* is signed in, without exchanging the token."""
    verdict = judge(session, token, sver=sver, at=at)
    return (
        active
        and session.portal is None
        and verdict in (RefreshVerdict.YOUNG, RefreshVerdict.OVERTAKEN)
    )


def _derive(key: bytes, session: str, n: int, before: str) -> str:
    return base64url(hmac.digest(key, f"{session}|{n}|{before}".encode(), sha256))
