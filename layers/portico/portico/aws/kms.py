"""RS256 signatures by KMS. The private key never leaves KMS."""

from base64 import b64decode
from functools import cache
from hashlib import sha256

from portico.aws.clients import call
from portico.ids import base64url

MESSAGE_LIMIT = 4096
"""Bytes that KMS signs with ``MessageType=RAW``."""


def key_name(key: str) -> str:
    """Return the ``kid`` of a KMS key: a hash of its id that reveals nothing of the account."""
    return base64url(sha256(key.rpartition("/")[2].encode()).digest()[:12])


def sign(key: str, message: bytes) -> bytes:
    """Return the RS256 signature of *message*.

    Raises:
        ValueError: *message* is longer than KMS signs.
        TryLater: KMS is out of reach.
    """
    if len(message) > MESSAGE_LIMIT:
        raise ValueError("KMS signs 4096 bytes at most")
    answer = call(
        "kms",
        "sign",
        KeyId=key,
        Message=message,
        MessageType="RAW",
        SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
    )
    return b64decode(answer["Signature"])


@cache
def public_key(key: str) -> bytes:
    """Return the public key as DER.

    Raises:
        TryLater: KMS is out of reach.
    """
    return b64decode(call("kms", "get_public_key", KeyId=key)["PublicKey"])
