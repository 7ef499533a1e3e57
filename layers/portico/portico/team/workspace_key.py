"""A key: a machine's credential for one workspace, with scopes and an end."""

import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple, Self

from portico.clock import epoch, moment
from portico.ids import base64url, digest, is_workspace, random_part

LONGEST_KEY_LIFETIME = timedelta(days=400)
"""A year, and the weeks in which somebody notices that it is over."""
KEY_LIFETIME = timedelta(days=365)
LONGEST_OVERLAP = timedelta(days=7)
"""How long the secret before a rotation may stay good beside the new one."""

KEY_PREFIX = "ptk_"

_KEY = re.compile(r"ptk_([a-z][a-z0-9-]{1,30})_([A-Za-z0-9_-]{22})_[A-Za-z0-9_-]{43}")
_CHECKSUM = 6


class Scope(StrEnum):
    """What a key may be used for. No scope writes the team, keys, connections or rules."""

    READ_SETTINGS = "settings:read"
    READ_CONTACTS = "contacts:read"
    WRITE_CONTACTS = "contacts:write"
    DIAGNOSIS = "diagnosis"
    LINKS = "links"
    SESSIONS = "sessions"
    READ_TRAIL = "trail:read"
    SCIM = "scim"


class ReadKey(NamedTuple):
    """What a key says of itself, before any row is read."""

    workspace_id: str
    id: str


def new_key_text(workspace_id: str, id_: str) -> str:
    """Return ``ptk_<workspace>_<22 id>_<43 secret><6 checksum>``, with 256 random bits."""
    return key_text(workspace_id, id_, base64url(secrets.token_bytes(32)))


def key_text(workspace_id: str, id_: str, secret: str) -> str:
    """Return the text of a key with *secret*, 43 characters of base64url."""
    text = f"ptk_{workspace_id}_{id_}_{secret}"
    return text + _checksum(text)


def new_key_id() -> str:
    """Return a fresh id of 22 characters. It is no secret."""
    return random_part()


def read_key(text: str) -> ReadKey | None:
    """Read a key. ``None``: no key, or one with a typing error, which its checksum shows."""
    body, checksum = text[:-_CHECKSUM], text[-_CHECKSUM:]
    found = _KEY.fullmatch(body)
    if found is None or not is_workspace(found[1]) or not text.isascii():
        return None
    return ReadKey(found[1], found[2]) if hmac.compare_digest(checksum, _checksum(body)) else None


def _checksum(text: str) -> str:
    return base64url(sha256(text.encode()).digest())[:_CHECKSUM]


@dataclass(frozen=True, slots=True)
class WorkspaceKey:
    """A key's row. It holds hashes, and nothing that can be sent."""

    id: str
    workspace_id: str
    label: str
    scopes: tuple[Scope, ...]
    owner: str
    """The contact who answers for it. If they are no longer an owner, it is held."""
    hash: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
    old_hash: str = field(default="", repr=False)
    """Of the secret before the last rotation."""
    old_ends_at: datetime | None = None
    held_at: datetime | None = None
    revoked_at: datetime | None = None
    asked: str = ""
    """A digest of the request that made it, if that had an ``Idempotency-Key``."""
    rotated_by: str = ""
    """A digest of the request that rotated it last, likewise."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row."""
        when = {
            name: moment(row[name]) if row.get(name) else None
            for name in ("old_ends_at", "held_at", "revoked_at")
        }
        return cls(
            id=row["id"],
            workspace_id=row["workspace"],
            label=row["label"],
            scopes=tuple(Scope(each) for each in row["scopes"]),
            owner=row["owner"],
            hash=row["hash"],
            created_at=moment(row["created_at"]),
            expires_at=moment(row["expires_at"]),
            old_hash=row.get("old_hash", ""),
            asked=row.get("asked", ""),
            rotated_by=row.get("rotated_by", ""),
            **when,
        )

    def row(self) -> dict[str, Any]:
        """Return the attributes of a new key."""
        row = {
            "id": self.id,
            "workspace": self.workspace_id,
            "label": self.label,
            "scopes": [each.value for each in self.scopes],
            "owner": self.owner,
            "hash": self.hash,
            "created_at": epoch(self.created_at),
            "expires_at": epoch(self.expires_at),
        }
        return row | ({"asked": self.asked} if self.asked else {})

    def state(self, *, at: datetime) -> str:
        """Return ``alive``, ``revoked``, ``held`` or ``expired``."""
        if self.revoked_at is not None:
            return "revoked"
        if at >= self.expires_at:
            return "expired"
        return "held" if self.held_at is not None else "alive"

    def opens_with(self, text: str, *, at: datetime) -> bool:
        """Say whether *text* is this key, and may be used now."""
        return self.stands_for(digest(text), at=at)

    def stands_for(self, told: str, *, at: datetime) -> bool:
        """Say whether the key whose text has the digest *told* may be used now."""
        if self.state(at=at) != "alive":
            return False
        is_current = hmac.compare_digest(told, self.hash)
        is_old = hmac.compare_digest(told, self.old_hash)
        return is_current or (is_old and self.old_ends_at is not None and at < self.old_ends_at)
