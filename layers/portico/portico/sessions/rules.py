"""Sessions and their refresh tokens.

A refresh token is derived from the one before it, so whoever presents the same token gets
the same successor: tabs, retries and lost answers converge, and nothing secret is stored.
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
"""How long a portal may believe a token without asking: the bound on a late sign-out."""
GRACE = timedelta(seconds=20)
"""How long the previous refresh token still gets the same successor."""
SHARED_COMPUTER_IDLE = timedelta(minutes=30)
USED_PROOF_KEPT = timedelta(days=1)
"""How long a session's row stays at least. That its proof was used is the existence of the row,
and no proof lives longer: a short session that was swept would make its code good again."""
RETRY_WINDOW = timedelta(minutes=1)
"""How long the request that began a session may be sent again and get the same one."""

PORTAL_SESSION_PREFIX = "pse_"
"""How the ids of sessions begin that portals hold."""

_CONTACT = re.compile(r"ct_[A-Za-z0-9_-]{22}\Z")
_SESSION = re.compile(r"(ses|pse)_[A-Za-z0-9_-]{22}\Z")
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,5})\Z")
"""One spelling for each number, as for everything in a token."""


def session_id(challenge: str) -> str:
    """Return the id of the one session that *challenge* can become."""
    return f"ses_{base64url(sha256(b'session of ' + challenge.encode()).digest())[:22]}"


def portal_session_id(code: str) -> str:
    """Return the id of the one session of a portal that an authorization code can become.

    It tells itself from a browser's: there may be many, and who lists browsers reads none.
    """
    return f"{PORTAL_SESSION_PREFIX}{base64url(sha256(b'session held by ' + code.encode()).digest())[:22]}"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """``<contact>.<session>.<n>.<secret>``: where its row lies, and the secret itself."""

    contact: str
    session: str
    n: int
    secret: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a token; anything else is ``None``."""
        parts = text.split(".")
        if len(parts) != 4 or len(text) > 200:
            return None
        contact, session, n, secret = parts
        if not (_CONTACT.match(contact) and _SESSION.match(session) and _SECRET.match(secret)):
            return None
        return cls(contact, session, int(n), secret) if _NUMBER.match(n) else None

    @classmethod
    def first(cls, key: bytes, *, contact: str, session: str, challenge: str) -> Self:
        """Return the token that a session begins with."""
        return cls(contact, session, 0, _derive(key, session, 0, challenge))

    def __str__(self) -> str:
        return f"{self.contact}.{self.session}.{self.n}.{self.secret}"

    @property
    def hash(self) -> str:
        """What is stored of the token: its number too, or a thief could count on from another
        one, and nobody would see that an older token comes after a newer.
        """
        return digest(f"{self.n}.{self.secret}")

    def successor(self, key: bytes) -> "RefreshToken":
        """Return the one token that this one is exchanged for."""
        n = self.n + 1
        secret = _derive(key, self.session, n, self.secret)
        return RefreshToken(self.contact, self.session, n, secret)

    def leads_to(self, hash_: str, *, n: int, key: bytes) -> bool:
        """Say whether this is a true older token of the chain whose *n*-th has *hash_*.

        So that a thief's or a forgetful browser's old token can be told from mere noise,
        with which a stranger could otherwise end somebody's session. A session of seven
        days has about a thousand tokens, and each step is one HMAC.
        """
        token = self
        for _ in range(min(n - self.n, 5000)):
            token = token.successor(key)
        return token.n == n and hmac.compare_digest(token.hash, hash_)


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser, as its row tells."""

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
    """Nobody is known to have been given the current one: the one before is good as well."""
    rotated_at: datetime
    key: str
    ended_at: datetime | None
    ended_by: str | None
    keep_days: int
    portal: str | None = None
    """Whose refresh tokens these are: a portal's that is a client of ours; none: the browser's."""
    parent: str | None = None
    """Of a portal's: the browser's session that it came from, and ends with."""
    scope: str = ""
    """Of a portal's: what it was granted, e.g. ``openid email``."""
    way: str | None = None
    """Until its first refresh: the way in that it began by, e.g. ``code``, which must still be
    open then. A proof may have been out while the team closed it."""

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
        )

    def began_by_one_of(self, ways: Collection[str]) -> bool:
        """Say whether the way in that it began by is one of *ways*, where that still counts."""
        return self.way is None or self.way in ways

    def is_alive(self, *, sver: int, at: datetime) -> bool:
        """Say whether the session still stands for its contact, whose head has *sver*."""
        is_running = self.ended_at is None and at < self.expires_at and at < self.idle_ends_at
        return is_running and self.sver == sver


class RefreshVerdict(StrEnum):
    """What a presented refresh token is, once the row would not rotate it."""

    YOUNG = "young"
    """The current one, made moments ago: it stays."""
    OVERTAKEN = "overtaken"
    """The previous one, within the grace: another tab was first, both get the same one."""
    OLD = "old"
    """Older than that, perhaps stolen: ask whether it is a true one."""
    DEAD = "dead"
    """The session has ended."""


def judge(session: Session, token: RefreshToken, *, sver: int, at: datetime) -> RefreshVerdict:
    """Say what *token* is to *session*."""
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
    """Say whether a browser that shows *token* is signed in; nothing is exchanged for it."""
    verdict = judge(session, token, sver=sver, at=at)
    return (
        active
        and session.portal is None
        and verdict in (RefreshVerdict.YOUNG, RefreshVerdict.OVERTAKEN)
    )


def _derive(key: bytes, session: str, n: int, before: str) -> str:
    return base64url(hmac.digest(key, f"{session}|{n}|{before}".encode(), sha256))
