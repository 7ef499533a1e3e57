"""Browsers that have signed a contact in before: strangers cannot use up what is kept for them.

The mark is a keyed hash: it names nobody, signs nobody in, and cannot be made up. Its key is
kept over rotations of the secret.
"""

import hmac
from datetime import timedelta
from hashlib import sha256

from portico.ids import base64url, digest

REMEMBERED = timedelta(days=180)
"""How long a browser keeps its mark after the last sign-in."""


def known_cookie(workspace_id: str) -> str:
    """Return the name of the cookie that holds a workspace's mark."""
    # No workspace's id has a low line, so none can be called what this cookie is called.
    return f"__Host-portico_known-{workspace_id}"


def mark_of(key: bytes, *, workspace_id: str, contact: str) -> str:
    """Return the mark that a browser gets when *contact* signs in.

    Args:
        key: 32 bytes, the mailbox key.
        workspace_id: the workspace's id.
        contact: the contact's id.
    """
    return base64url(hmac.digest(key, f"known|{workspace_id}|{contact}".encode(), sha256))


def sealed(mark: str) -> str:
    """Return how a challenge keeps the mark that came along with its request."""
    return digest(mark)[:16]


def is_known(seal: str | None, mark: str) -> bool:
    """Say whether a challenge was asked for by a browser that bears *mark*."""
    return seal is not None and hmac.compare_digest(seal, sealed(mark))
