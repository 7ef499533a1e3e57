"""What a mail carries through SES and back, so that an event can be told from a forged one.

SES gives a mail's tags back with every event about it. They name the mail by ids, and an HMAC
over them and the address proves that we sent it there. They open nothing.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from portico.ids import base64url, fingerprint

NOTICE = "notice-"
"""What the name of a notice's mail begins with. A code's is its sign-in's name in the trail."""
SUPPRESSED = "address-suppressed-"
"""How the reason begins why nothing is mailed to an address that came back."""


@dataclass(frozen=True, slots=True)
class MailTags:
    """Which mail it is, and whose."""

    workspace_id: str
    mail: str
    """Twelve characters: the name that all lines of a sign-in share; or ``notice-`` and twelve."""
    generation: int
    subject: str
    """What the trail files it under: ``ct_…`` or ``address-<16 hex>``."""
    keep_days: int
    """How long the trail keeps its lines."""
    began: int = 0
    """When its sign-in began, in seconds since 1970; 0 if it belongs to none, or nobody said."""

    @classmethod
    def of_notice(cls, key: str, *, subject: str, keep_days: int) -> Self:
        """Return the tags of a notice's mail, which is named by its row's key."""
        mail = f"{NOTICE}{fingerprint(key)}"
        return cls(key.partition("#")[0], mail, 1, subject, keep_days)

    @classmethod
    def proved(cls, tags: Mapping[str, Sequence[str]], *, key: bytes, to: str) -> Self | None:
        """Read the tags of an event; ``None``: we sent no such mail to that address."""
        try:
            text = {name: str(tags[name][0]) for name in _NAMES}
            read = cls(
                text["workspace"],
                text["mail"],
                int(text["generation"]),
                text["subject"],
                int(text["keep_days"]),
                # A mail from before this tag has none, and is proved without it.
                int(tags["began"][0]) if "began" in tags else 0,
            )
            proof = str(tags["proof"][0]).encode()
            ours = read._proof(key, to).encode()
        # Text from outside may hold half a character, which no encoding has.
        except (KeyError, IndexError, TypeError, ValueError):
            return None
        is_ours = hmac.compare_digest(ours, proof)
        return read if is_ours else None

    def signed(self, *, key: bytes, to: str) -> dict[str, str]:
        """Return the tags of a mail to the address *to*, for SES: letters, digits, - and _.

        Args:
            key: 32 bytes.
            to: the address in its normal form.
        """
        return self._text() | {"proof": self._proof(key, to)}

    def _text(self) -> dict[str, str]:
        values = (self.workspace_id, self.mail, self.generation, self.subject, self.keep_days)
        text = {name: str(value) for name, value in zip(_NAMES, values, strict=True)}
        return text | ({"began": str(self.began)} if self.began else {})

    def _proof(self, key: bytes, to: str) -> str:
        # No value has the character that stands between them.
        said = "\n".join(("mail", *self._text().values(), to))
        return base64url(hmac.digest(key, said.encode(), sha256)[:16])


_NAMES = ("workspace", "mail", "generation", "subject", "keep_days")


def address_mark(key: bytes, workspace_id: str, email: str) -> str:
    """Return 22 characters that stand for an address in rows of one workspace.

    Args:
        key: 32 bytes.
        workspace_id: the workspace. Another one's mark of the same address is another.
        email: the address in its normal form.
    """
    said = f"address\n{workspace_id}\n{email}"
    return base64url(hmac.digest(key, said.encode(), sha256)[:16])


def suppressed_key(key: bytes, workspace_id: str, email: str) -> tuple[str, str]:
    """Return the key of what stands against mails to an address."""
    return marked_key(workspace_id, address_mark(key, workspace_id, email))


def marked_key(workspace_id: str, mark: str) -> tuple[str, str]:
    """Return the same key by the address's mark."""
    return f"{workspace_id}#suppressed#{mark}", "suppressed"


def delivery_key(workspace_id: str, mail: str, generation: int) -> tuple[str, str]:
    """Return the key of what became of a mail."""
    return f"{workspace_id}#delivery#{mail}", str(generation)


def owed_key(workspace_id: str, contact: str) -> tuple[str, str]:
    """Return the key of what a contact waits for whose address gets no mail."""
    return f"{workspace_id}#owed#{contact}", "code"


def strikes_of(row: dict[str, Any] | None) -> frozenset[str]:
    """Return what stands in such a row, or in none."""
    return (row or {}).get("strikes") or frozenset()
