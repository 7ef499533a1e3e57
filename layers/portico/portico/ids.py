"""Ids and tokens: random if nobody may guess them, hashed if we store them.

An id that travels alone carries its workspace: ``chl_acme_<22 characters>``.
"""

import re
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from portico.errors import Invalid

BROWSER_COOKIE = "__Host-portico-browser"
"""The cookie that binds a trip to a provider, and what follows it, to one browser."""
RESERVED_WORKSPACES = frozenset(
    "v1 v2 api assets portal portals scim local admin account oauth2 authorize token userinfo "
    "health status docs static sign-in sign-up sign-out login logout well-known www mail "
    "robots favicon null undefined browser known".split()
)
"""Words that our own paths, cookie names or keys use."""

_WORKSPACE = re.compile(r"[a-z][a-z0-9-]{1,30}\Z")
_RANDOM = re.compile(r"[A-Za-z0-9_-]{22}\Z")


class InvalidName(Invalid):
    """A text that does not have the shape of the id."""


class ChallengeId(NamedTuple):
    """The two parts of ``chl_<workspace>_<random>``."""

    workspace_id: str
    random: str

    def __str__(self) -> str:
        return f"chl_{self.workspace_id}_{self.random}"


def base64url(data: bytes) -> str:
    """Encode as RFC 7515 does: url-safe, without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def random_part() -> str:
    """Return 128 random bits as 22 characters of base64url."""
    return base64url(secrets.token_bytes(16))


def new_contact_id() -> str:
    """Return a fresh ``ct_…``."""
    return f"ct_{random_part()}"


def new_challenge_id(workspace_id: str) -> ChallengeId:
    """Return a fresh id that only the asking browser will know."""
    return ChallengeId(workspace_id, random_part())


def new_link_token() -> str:
    """Return ``lnk_`` and 256 random bits: it identifies a link, it never signs anyone in."""
    return f"lnk_{base64url(secrets.token_bytes(32))}"


def new_event_id(at: datetime) -> str:
    """Return a fresh ``evt_…``. The trail keeps one event per id.

    It sorts by time, so that lists that have no more than its second have what happened in its order.
    """
    return f"evt_{int(at.timestamp() * 1000):011x}{base64url(secrets.token_bytes(8))}"


def event_id(what: str) -> str:
    """Return the ``evt_…`` of something that happens once. A repeat gets the same id."""
    return f"evt_{base64url(sha256(what.encode()).digest()[:16])}"


def is_workspace(text: str) -> bool:
    """Say whether *text* may name a workspace."""
    return _WORKSPACE.match(text) is not None and text not in RESERVED_WORKSPACES


def is_random_part(text: str) -> bool:
    """Say whether *text* is what :func:`random_part` makes: 22 characters of base64url."""
    return _RANDOM.match(text) is not None


def is_contact(text: str) -> bool:
    """Say whether *text* has the shape of a contact's id."""
    return text.startswith("ct_") and _RANDOM.match(text[3:]) is not None


def is_session(text: str) -> bool:
    """Say whether *text* has the shape of a session's id, of a browser or of a portal."""
    return text.startswith(("ses_", "pse_")) and _RANDOM.match(text[4:]) is not None


def parse_challenge(text: str) -> ChallengeId:
    """Read ``chl_acme_<22 characters>``.

    Raises:
        InvalidName: any other shape.
    """
    parts = carried(text, kind="chl")
    if parts is None:
        raise InvalidName
    return ChallengeId(*parts)


def carried(text: str, *, kind: str) -> tuple[str, str] | None:
    """Read ``<kind>_<workspace>_<22 characters>``, the form of ids that travel alone.

    Returns:
        The workspace and the random part; ``None`` for any other shape.
    """
    start, _, rest = text.partition("_")
    workspace_id, _, random = rest.partition("_")
    is_ours = start == kind and is_workspace(workspace_id) and _RANDOM.match(random) is not None
    return (workspace_id, random) if is_ours else None


def digest(text: str) -> str:
    """Return the SHA-256 of *text* in hex. We store secrets of 128 bits or more this way."""
    return sha256(text.encode()).hexdigest()


def fingerprint(text: str) -> str:
    """Return 12 hex characters with which a log can name *text* without quoting it."""
    return digest(text)[:12]
