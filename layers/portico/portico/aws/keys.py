"""The keys that codes and refresh tokens are made with: HKDF from one generated secret.

Two versions are valid while it rotates. What was made carries the version it was made with.
"""

import hmac
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

from portico.aws.clients import call
from portico.errors import TryLater

VERSION_LENGTH = 8
"""Characters of a version's id that rows carry: two versions are never valid for long."""
SHORTEST_SECRET = 32
"""Characters. The template generates 64; an empty or cut secret must never make keys."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of 32 bytes, one per use, all of one version of the secret."""

    version: str
    code: bytes = field(repr=False)
    refresh: bytes = field(repr=False)
    mailbox: bytes = field(repr=False)


class KeyRing:
    """The keys of one secret, fetched at first use and kept as long as the environment lives."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._current: Keys | None = None
        self._kept: dict[str, Keys] = {}

    def current(self) -> Keys:
        """Return the keys that new things are made with.

        Raises:
            TryLater: the secret is out of reach, or is none.
        """
        # Kept for as long as the environment: a rotation is noticed by new environments,
        # and by version in `of`, because whatever was made names its version.
        if self._current is None:
            self._current = self._fetch("AWSCURRENT")
        return self._current

    def of(self, version: str) -> Keys | None:
        """Return the keys of one version; ``None``: it is neither the last nor the one before.

        Raises:
            TryLater: the secret is out of reach.
        """
        # In this order: what was made moments ago by an environment younger than this one
        # has the new current version, what was made before a rotation the previous one.
        for stage in ("AWSCURRENT", "AWSPREVIOUS"):
            if version in self._kept:
                break
            self._fetch(stage)
        return self._kept.get(version)

    def _fetch(self, stage: str) -> Keys:
        answer = call(
            "secretsmanager", "get_secret_value", SecretId=self._secret, VersionStage=stage
        )
        text = answer.get("SecretString") or ""
        if len(text) < SHORTEST_SECRET:
            raise TryLater(cause="secretsmanager.get_secret_value: no secret in it")
        keys = derive(text.encode(), version=answer["VersionId"][:VERSION_LENGTH])
        self._kept[keys.version] = keys
        return keys


@cache
def ring(secret: str) -> KeyRing:
    """Return the one ring of *secret* in this environment."""
    return KeyRing(secret)


def derive(secret: bytes, *, version: str) -> Keys:
    """Derive the keys of one version.

    Source: RFC 5869 with SHA-256, no salt, one block of output per use. The standard
    library has no HKDF, and ``cryptography`` would cost the daily doors 14 MB.
    """
    extracted = hmac.digest(bytes(32), secret, sha256)

    def expand(use: bytes) -> bytes:
        return hmac.digest(extracted, b"portico/" + use + b"\x01", sha256)

    return Keys(version, expand(b"code"), expand(b"refresh"), expand(b"mailbox"))
