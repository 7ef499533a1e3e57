"""Visits to the portal: one per browser, kept in memory and found by a cookie."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.sample_client.openid import Begun, SignedIn

KEPT = 1000
"""Visits in memory. The oldest are dropped first."""
SETTLED = 10
"""Seconds after the end of a session in which the issuer may still have vouched for it."""
BEGUN = 8
"""Sign-ins that one browser may have begun, one per tab."""


@dataclass
class Visit:
    """One browser."""

    id: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    signed_in: SignedIn | None = None
    begun: dict[str, Begun] = field(default_factory=dict)
    """By state."""
    said: str = ""
    """A message to show once, on the next page."""
    userinfo: dict[str, Any] | None = None
    refreshed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Keeps two tabs from using the same refresh token."""

    def begins(self, begun: Begun) -> None:
        """Remember a sign-in until it comes back."""
        self.begun[begun.state] = begun
        while len(self.begun) > BEGUN:
            del self.begun[next(iter(self.begun))]

    def leaves(self) -> None:
        """Forget the signed-in contact."""
        self.signed_in, self.userinfo, self.refreshed = None, None, 0


class Visits:
    """All visits of this run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._visits: OrderedDict[str, Visit] = OrderedDict()

    def of(self, id_: str | None) -> Visit:
        """Return a browser's visit, or a new one."""
        with self._lock:
            return self._visits.get(id_ or "") or Visit()

    def keep(self, visit: Visit) -> None:
        """Keep a visit, as the newest."""
        with self._lock:
            self._visits[visit.id] = visit
            self._visits.move_to_end(visit.id)
            while len(self._visits) > KEPT:
                self._visits.popitem(last=False)

    def sign_out(self, claims: Mapping[str, Any]) -> int:
        """Forget whom a logout token names, and return in how many browsers.

        If the issuer has vouched for somebody since ``toe``, when the session ended, they have
        signed in again, and the token came late.
        """
        with self._lock:
            meant = [each for each in self._visits.values() if _is_meant(each, claims)]
            for each in meant:
                each.leaves()
        return len(meant)

    def renew(self, visit: Visit) -> Visit:
        """Give a browser a new id after a sign-in, which nobody could know before."""
        after = Visit(begun=visit.begun)
        with self._lock:
            self._visits.pop(visit.id, None)
        self.keep(after)
        return after


def _is_meant(visit: Visit, claims: Mapping[str, Any]) -> bool:
    if visit.signed_in is None:
        return False
    theirs = visit.signed_in.claims
    if theirs["iat"] > claims.get("toe", claims["iat"]) + SETTLED:
        return False
    name = "sid" if claims.get("sid") else "sub"
    return bool(theirs.get(name) == claims[name])
