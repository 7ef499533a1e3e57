"""The keys that fake providers sign with, and what they publish of them."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from joserfc.jwk import RSAKey

STRANGER, CONSUMER = 2, 3
"""Keys that are never published, and that belong to personal accounts."""


@cache
def rsa(_number: int) -> RSAKey:
    """Return the key pair of that number: made once a process, because each takes a tenth of a second."""
    return RSAKey.generate_key(2048)


@dataclass(slots=True)
class Ring:
    """The keys of one provider, the one that signs last."""

    provider: str
    held: list[tuple[str, int]] = field(default_factory=list)
    """Names (``kid``) with the key pairs that they name."""

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
        """Sign with another key pair from now on, under a new name or under the old one."""
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
