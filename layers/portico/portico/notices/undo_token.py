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


@dataclass(frozen=True, slots=True)
class Undo:
    """``und.<workspace>.<contact>.<change>.<version>.<43 characters>``."""

    workspace_id: str
    contact: str
    change: str
    """The change's id: 22 characters."""
    version: str
    """The version of the secret that the token was derived from."""
    mac: str = field(repr=False)

    @classmethod
    def of(cls, keys: Keys, *, workspace_id: str, contact: str, change: str) -> Self:
        """Derive the only token of a change."""
        mac = _derive(keys, workspace_id, contact, change)
        return cls(workspace_id, contact, change, keys.version, mac)

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
        ours = keys.of(self.version)
        if ours is None or not self.mac.isascii():
            return False
        mac = _derive(ours, self.workspace_id, self.contact, self.change)
        return hmac.compare_digest(mac, self.mac)


def _derive(keys: Keys, workspace_id: str, contact: str, change: str) -> str:
    text = f"undo|{workspace_id}|{contact}|{change}"
    return base64url(hmac.digest(keys.code, text.encode(), sha256))
