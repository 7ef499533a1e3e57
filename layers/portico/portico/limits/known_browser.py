"""Browsers that have signed a contact in before: strangers cannot use up what is kept for them.

The mark is a day, the contact's ``sver`` and a keyed hash: it names nobody, signs nobody in, and
cannot be made up. Its key is kept over rotations of the secret. It ends with whatever ends all of
its contact's sessions, because that raises ``sver``, and half a year after its sign-in.
"""

import hmac
import re
from datetime import datetime, timedelta
from hashlib import sha256

from portico.clock import epoch, moment
from portico.ids import base64url, digest

REMEMBERED = timedelta(days=180)
"""How long a browser is known after its last sign-in, and keeps its mark."""
SECONDS_A_DAY = 86_400
_MARK = re.compile(r"([0-9]{1,6}\.[0-9]{1,9})\.[A-Za-z0-9_-]{43}")
_SEAL = re.compile(r"([0-9]{1,6})\.([0-9]{1,9})\.[0-9a-f]{16}")


def known_cookie(workspace_id: str) -> str:
    """Return the name of the cookie that holds a workspace's mark."""
    # No workspace's id has a low line, so none can be called what this cookie is called.
    return f"__Host-portico_known-{workspace_id}"


def mark_of(key: bytes, *, workspace_id: str, contact: str, sver: int, at: datetime) -> str:
    """Return the mark that a browser gets when *contact* signs in, e.g. ``20778.1.<hash>``.

    Args:
        key: 32 bytes, the mailbox key.
        workspace_id: the workspace's id.
        contact: the contact's id.
        sver: what the contact's head has.
        at: the time; the mark says the day.
    """
    return _mark(key, workspace_id, contact, sver, epoch(at) // SECONDS_A_DAY)


def sealed(mark: str) -> str | None:
    """Return how a challenge keeps the mark that came along; ``None``: it can be none of ours."""
    read = _MARK.fullmatch(mark)
    return f"{read[1]}.{digest(mark)[:16]}" if read else None


def known_sver(
    seal: str | None, key: bytes, *, workspace_id: str, contact: str, at: datetime
) -> int | None:
    """Return the ``sver`` that *contact* had when the mark was made; ``None``: it is no good.

    It is good only while the contact's head has that ``sver``, which the caller asks.

    Args:
        seal: what :func:`sealed` made of the mark.
        key: 32 bytes, the mailbox key.
        workspace_id: the workspace's id.
        contact: whom it must have been made for.
        at: the time.
    """
    read = _SEAL.fullmatch(seal or "")
    day, sver = (int(read[1]), int(read[2])) if read else (0, 0)
    # Made in any case: as much work for whoever has no mark.
    theirs = sealed(_mark(key, workspace_id, contact, sver, day)) or ""
    is_theirs = hmac.compare_digest((seal or "").encode(), theirs.encode())
    is_young = at < moment(day * SECONDS_A_DAY) + REMEMBERED
    return sver if is_theirs and is_young else None


def _mark(key: bytes, workspace_id: str, contact: str, sver: int, day: int) -> str:
    said = f"known|{workspace_id}|{contact}|{sver}|{day}"
    return f"{day}.{sver}.{base64url(hmac.digest(key, said.encode(), sha256))}"
