"""The keys that codes and refresh tokens are made with: HKDF from one generated secret.

Two versions are valid while it rotates. What was made carries the version it was made with.
"""

import hmac
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

from portico.aws.clients import call
from portico.errors import TryLater

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
        self._kept: dict[str, Keys] = {}
        self._current: Keys | None = None

    def current(self) -> Keys:
        """Return the keys that new things are made with.

        Raises:
            TryLater: the secret is out of reach, or is none.
        """
        # Kept for as long as the environment: a rotation is noticed by new environments,
        # and by version in `of`, because whatever was made names its version.
        if self._current is None:
            self._current = self._fetch(VersionStage="AWSCURRENT")
        return self._current

    def of(self, version: str) -> Keys:
        """Return the keys of one version.

        Raises:
            TryLater: this version is out of reach.
        """
        if version not in self._kept:
            self._fetch(VersionId=version)
        return self._kept[version]

    def _fetch(self, **which: Any) -> Keys:
        answer = call("secretsmanager", "get_secret_value", SecretId=self._secret, **which)
        text = answer.get("SecretString") or ""
        if len(text) < SHORTEST_SECRET:
            raise TryLater(cause="secretsmanager.get_secret_value: no secret in it")
        keys = derive(text.encode(), version=answer["VersionId"])
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
