"""The signing keys of fake providers, and their public halves."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from joserfc.jwk import RSAKey

STRANGER, CONSUMER = 2, 3
"""The key that is never published, and the key of personal accounts."""


@cache
def rsa(_number: int) -> RSAKey:
    """Return the key pair of a number. It is made once per process, because it takes 0.1 s."""
    return RSAKey.generate_key(2048)


@dataclass(slots=True)
class Ring:
    """The keys of one provider. The last one signs."""

    provider: str
    held: list[tuple[str, int]] = field(default_factory=list)
    """Names (``kid``), each with the number of its key pair."""

    def __post_init__(self) -> None:
        self.held = self.held or [(f"{self.provider}-1", 0)]

    @property
    def kid(self) -> str:
        """The name of the key that signs."""
        return self.held[-1][0]

    @property
    def key(self) -> RSAKey:
        """The key that signs."""
        return rsa(self.held[-1][1])

    def rotate(self, *, rename: bool) -> None:
        """Sign with another key pair from now on, under a new or the old name."""
        kid, number = self.held[-1]
        other = 1 - number
        if rename:
            self.held.append((f"{self.provider}-{len(self.held) + 1}", other))
        else:
            self.held[-1] = (kid, other)

    def published(self, **more: Any) -> list[dict[str, Any]]:
        """Return the public halves."""
        return [public(rsa(number), kid, **more) for kid, number in self.held]


def public(key: RSAKey, kid: str, **more: Any) -> dict[str, Any]:
    """Return the public half of *key* as a JWK named *kid*."""
    members = {"kid": kid, "use": "sig", "alg": "RS256", **more}
    return {**key.as_dict(private=False), **members}
