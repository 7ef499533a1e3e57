"""Hash with Argon2id, and do the same work for a contact without a password.

Source: OWASP Password Storage Cheat Sheet (19 MiB, two passes, one lane); RFC 9106.
"""

import secrets
from base64 import b64encode
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION, Type

from portico.people.password_store import Password

MEMORY = 19456
"""KiB."""
PASSES = 2
LANES = 1
SALT_LENGTH = 16
HASH_LENGTH = 32

_hasher = PasswordHasher(PASSES, MEMORY, LANES, HASH_LENGTH, SALT_LENGTH, type=Type.ID)


def hashed(password: str) -> str:
    """Return the hash of a normalised password, with salt and parameters."""
    return _hasher.hash(password)


def is_right(hash_: str | None, password: str) -> bool:
    """Say whether *password* fits *hash_*. ``None`` never fits, and takes the same work."""
    try:
        return _hasher.verify(hash_ or nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False


def is_same(kept: Password | None, password: str, *, press: str) -> bool:
    """Say whether *press* has set *password* already: its first answer was lost.

    A client's name of a press says nothing of what was chosen; the password itself decides.
    """
    return kept is not None and kept.proof == press and is_right(kept.hash, password)


def is_outdated(hash_: str) -> bool:
    """Say whether *hash_* has other parameters than ours."""
    return _hasher.check_needs_rehash(hash_)


@cache
def nobodys_hash() -> str:
    """Return a hash that no password has: random characters in the place of the hash."""
    # Made without hashing, so that the first unknown address in an environment takes no longer.
    parameters = f"$argon2id$v={ARGON2_VERSION}$m={MEMORY},t={PASSES},p={LANES}"
    return f"{parameters}${_chance(SALT_LENGTH)}${_chance(HASH_LENGTH)}"


def _chance(length: int) -> str:
    return b64encode(secrets.token_bytes(length)).decode().rstrip("=")
