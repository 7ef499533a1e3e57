"""The keys that codes and refresh tokens are made with: HKDF from one generated secret.

During a rotation two versions are valid. Whatever a key made carries that key's version.
Three keys survive rotations: the mailbox key, because budgets and marks must not start again from
zero; the undo key, because an undo link lives longer than two rotations take; and the delivery key,
because a complaint may come after weeks, and what is held against an address stays.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256

from portico.aws.clients import call
from portico.clock import SYSTEM, Clock
from portico.errors import TryLater

VERSION_LENGTH = 8
"""Characters of a version's id that rows carry. At most two are valid at once, so few will do."""
SHORTEST_SECRET = 32
"""Characters. The template generates 64; an empty or cut secret must never make keys."""
KEYS_KEPT = timedelta(hours=1)
"""How long an environment keeps the version it has. A rotation reaches every one within this time.

With two hours between two rotations, no code or token loses its key.
"""
ASKED_AGAIN = timedelta(minutes=10)
"""When to ask again if the secret is out of reach and we still have its keys."""


@dataclass(frozen=True, slots=True)
class Keys:
    """32-byte keys, one per use, all from one version of the secret."""

    version: str
    code: bytes = field(repr=False)
    refresh: bytes = field(repr=False)
    mailbox: bytes = field(repr=False)
    undo: bytes = field(repr=False)
    delivery: bytes = field(repr=False)
    """Proves a mail's tags, and names addresses in rows."""


class KeyRing:
    """The keys of one secret, fetched at first use and checked again every hour."""

    def __init__(self, secret: str, clock: Clock = SYSTEM) -> None:
        self._secret = secret
        self._clock = clock
        self._current: Keys | None = None
        self._stays = clock.now()
        self._kept: dict[str, Keys] = {}

    def current(self) -> Keys:
        """Return the keys that new things are made with.

        Raises:
            TryLater: the secret is out of reach, empty or too short.
        """
        now = self._clock.now()
        if self._current is not None and now < self._stays:
            return self._current
        try:
            return self._fetch("AWSCURRENT", now)
        except TryLater:
            if self._current is None:
                raise
            # We still have the keys, so a secret out of reach must sign nobody out.
            self._stays = now + ASKED_AGAIN
            return self._current

    def of(self, version: str) -> Keys | None:
        """Return the keys of a version; ``None`` if it is neither the current nor the previous one.

        Raises:
            TryLater: the secret is out of reach.
        """
        # Current first: a younger environment may have made this with a version that is new
        # to us. What was made before a rotation has the previous version.
        for stage in ("AWSCURRENT", "AWSPREVIOUS"):
            if version in self._kept:
                break
            self._fetch(stage, self._clock.now())
        return self._kept.get(version)

    def _fetch(self, stage: str, now: datetime) -> Keys:
        answer = call(
            "secretsmanager", "get_secret_value", SecretId=self._secret, VersionStage=stage
        )
        text = answer.get("SecretString") or ""
        if any(len(part) < SHORTEST_SECRET for part in text.split(".", 1)):
            raise TryLater(cause="secretsmanager.get_secret_value: no secret in it")
        keys = derive(text.encode(), version=answer["VersionId"][:VERSION_LENGTH])
        self._kept[keys.version] = keys
        if stage == "AWSCURRENT":
            self._current, self._stays = keys, now + KEYS_KEPT
        return keys


@cache
def ring(secret: str) -> KeyRing:
    """Return the one ring of *secret* in this environment."""
    return KeyRing(secret)


def derive(secret: bytes, *, version: str) -> Keys:
    """Derive the keys of one version.

    Args:
        secret: as it was generated; or, after a rotation, ``<fresh>.<what was generated>``:
            then every key is fresh except those of mailboxes, undos and deliveries.
        version: the version's name.

    Source: RFC 5869 with SHA-256, no salt, one block of output per use. The standard
    library has no HKDF, and ``cryptography`` would cost the daily doors 14 MB.
    """
    fresh, _, lasting = secret.partition(b".")
    return Keys(
        version,
        _expanded(fresh, b"code"),
        _expanded(fresh, b"refresh"),
        _expanded(lasting or fresh, b"mailbox"),
        _expanded(lasting or fresh, b"undo"),
        _expanded(lasting or fresh, b"delivery"),
    )


def _expanded(secret: bytes, use: bytes) -> bytes:
    extracted = hmac.digest(bytes(32), secret, sha256)
    return hmac.digest(extracted, b"portico/" + use + b"\x01", sha256)
