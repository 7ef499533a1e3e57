"""Under what the trail files what happened to an address that is no contact's.

Rows elsewhere name such an address by the start of its SHA-256, and are gone within days. The trail
stays for a year. So there the name is an HMAC with a key of the workspace, a row of its own: from
the trail alone, nobody can find out whether a known address was typed.
"""

import hmac
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from portico.aws.queries import page_within
from portico.aws.tables import NOT_THERE, ConditionFailed, Rows

_ADDRESS = "address-"
_known: dict[tuple[str, str], bytes] = {}
"""Keys that this environment has seen. They never change."""


def forget_keys() -> None:
    """Let nothing be kept of the tables that were there before."""
    _known.clear()


def subject_key_key(workspace_id: str) -> tuple[str, str]:
    """Return the key of the row with a workspace's own key. No subject begins with ``-``."""
    return f"{workspace_id}#trail#-key", "key"


def filed_under(table: str, workspace_id: str, subject: str) -> str:
    """Return what the trail files *subject* under. The first time, it makes the workspace's key.

    Raises:
        TryLater: the Trail is out of reach.
    """
    if not subject.startswith(_ADDRESS):
        return subject
    place = table, workspace_id
    if place not in _known:
        _known[place] = _made(table, workspace_id)
    return _keyed(_known[place], subject)


def subjects_in_trail(table: str, workspace_id: str, subject: str) -> tuple[str, ...]:
    """Return all that the trail may have filed *subject* under: also what earlier versions did.

    Raises:
        TryLater: the Trail is out of reach.
    """
    if not subject.startswith(_ADDRESS):
        return (subject,)
    place = table, workspace_id
    if place not in _known:
        pk, sk = subject_key_key(workspace_id)
        # By a query, since whoever reads lines may do that anyway.
        found, _ = page_within(Rows(table, f"{workspace_id}#"), pk, starting=sk, size=1)
        if not found:
            return (subject,)
        _known[place] = found[0]["key"]
    return subject, _keyed(_known[place], subject)


def _keyed(key: bytes, subject: str) -> str:
    return f"{_ADDRESS}{hmac.digest(key, subject.encode(), sha256).hex()[:24]}"


def _made(table: str, workspace_id: str) -> bytes:
    pk, sk = subject_key_key(workspace_id)
    row: dict[str, Any] = {"pk": pk, "sk": sk, "key": token_bytes(32)}
    try:
        Rows(table, f"{workspace_id}#").put(row, NOT_THERE)
    except ConditionFailed as there:
        row = there.row or row
    key: bytes = row["key"]
    return key
