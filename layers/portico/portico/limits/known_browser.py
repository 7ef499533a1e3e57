"""Known browsers have signed a contact in before, and strangers cannot use up their budget.

A known browser has a mark: a day, the contact's ``sver`` and a keyed hash. It names nobody, signs
nobody in, and nobody can forge it. Its key survives rotations of the secret. A mark ends half a
year after its sign-in, or when all sessions of its contact end, because that raises ``sver``.
"""

import hmac
import re
from datetime import datetime, timedelta
from hashlib import sha256

from portico.clock import epoch, moment
from portico.ids import base64url, digest

REMEMBERED = timedelta(days=180)
"""How long a browser stays known after its last sign-in."""
SECONDS_A_DAY = 86_400
_MARK = re.compile(r"([0-9]{1,6}\.[0-9]{1,9})\.[A-Za-z0-9_-]{43}")
_SEAL = re.compile(r"([0-9]{1,6})\.([0-9]{1,9})\.[0-9a-f]{16}")


def known_cookie(workspace_id: str) -> str:
    """Return the name of the cookie that holds a workspace's mark."""
    # No workspace id has an underscore, so no other cookie of ours can have this name.
    return f"__Host-portico_known-{workspace_id}"


def mark_of(key: bytes, *, workspace_id: str, contact: str, sver: int, at: datetime) -> str:
    """Return the mark that a browser gets when *contact* signs in, e.g. ``20778.1.<hash>``.

    Args:
        key: 32 bytes, the mailbox key.
        workspace_id: the workspace's id.
        contact: the contact's id.
        sver: the ``sver`` of the contact's head.
        at: the time, of which the mark keeps the day.
    """
    return _mark(key, workspace_id, contact, sver, epoch(at) // SECONDS_A_DAY)


def sealed(mark: str) -> str | None:
    """Return the form in which a challenge stores a mark; ``None`` if it cannot be one of ours."""
    read = _MARK.fullmatch(mark)
    return f"{read[1]}.{digest(mark)[:16]}" if read else None


def known_sver(
    seal: str | None, key: bytes, *, workspace_id: str, contact: str, at: datetime
) -> int | None:
    """Return the ``sver`` that *contact* had when the mark was made; ``None`` if it is not valid.

    The caller must check that the contact's head still has that ``sver``.

    Args:
        seal: the mark, in the form of :func:`sealed`.
        key: 32 bytes, the mailbox key.
        workspace_id: the workspace's id.
        contact: the contact that the mark must belong to.
        at: the time.
    """
    read = _SEAL.fullmatch(seal or "")
    day, sver = (int(read[1]), int(read[2])) if read else (0, 0)
    # Computed in any case, so that a browser without a mark takes as much work.
    theirs = sealed(_mark(key, workspace_id, contact, sver, day)) or ""
    is_theirs = hmac.compare_digest((seal or "").encode(), theirs.encode())
    is_young = at < moment(day * SECONDS_A_DAY) + REMEMBERED
    return sver if is_theirs and is_young else None


def _mark(key: bytes, workspace_id: str, contact: str, sver: int, day: int) -> str:
    said = f"known|{workspace_id}|{contact}|{sver}|{day}"
    return f"{day}.{sver}.{base64url(hmac.digest(key, said.encode(), sha256))}"
