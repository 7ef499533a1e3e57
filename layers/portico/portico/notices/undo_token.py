"""The token that undoes a change of address. Only a mail to the old address holds it.

The token is derived, like a code, so no row stores anything that could undo a change. It signs
nobody in.
"""

import hmac
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from portico.aws.keys import KeyRing, Keys
from portico.ids import base64url, is_workspace

_CONTACT = re.compile(r"ct_[A-Za-z0-9_-]{22}\Z")
_CHANGE = re.compile(r"[A-Za-z0-9_-]{22}\Z")
_VERSION = re.compile(r"[A-Za-z0-9-]{1,8}\Z")

LASTING = "lasting"
"""The version of what is derived from the part of the secret that a rotation keeps: an undo lives
longer than two rotations take. No version of a secret is called so: theirs have eight characters."""


@dataclass(frozen=True, slots=True)
class Undo:
    """``und.<workspace>.<contact>.<change>.lasting.<43 characters>``."""

    workspace_id: str
    contact: str
    change: str
    """The change's id: 22 characters."""
    version: str
    """``lasting``; or the version of the secret, in mails of a Portico before 0.5."""
    mac: str = field(repr=False)

    @classmethod
    def of(cls, keys: Keys, *, workspace_id: str, contact: str, change: str) -> Self:
        """Derive the only token of a change."""
        mac = _derive(keys.undo, workspace_id, contact, change)
        return cls(workspace_id, contact, change, LASTING, mac)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a token; any other text is ``None``."""
        parts = text.split(".")
        if len(parts) != 6 or len(text) > 200 or parts[0] != "und":
            return None
        _, workspace_id, contact, change, version, mac = parts
        shapes = (_CONTACT.match(contact), _CHANGE.match(change), _VERSION.match(version))
        if not is_workspace(workspace_id) or not all(shapes):
            return None
        return cls(workspace_id, contact, change, version, mac)

    def __str__(self) -> str:
        return ".".join(
            ("und", self.workspace_id, self.contact, self.change, self.version, self.mac)
        )

    def is_true(self, keys: KeyRing) -> bool:
        """Say whether we made this token.

        Raises:
            TryLater: the secret is out of reach.
        """
        key = self._key(keys)
        if key is None or not self.mac.isascii():
            return False
        mac = _derive(key, self.workspace_id, self.contact, self.change)
        return hmac.compare_digest(mac, self.mac)

    def _key(self, keys: KeyRing) -> bytes | None:
        if self.version == LASTING:
            return keys.current().undo
        ours = keys.of(self.version)
        return ours.code if ours else None


def _derive(key: bytes, workspace_id: str, contact: str, change: str) -> str:
    text = f"undo|{workspace_id}|{contact}|{change}"
    return base64url(hmac.digest(key, text.encode(), sha256))
