"""``Idempotency-Key``: a request that creates something is done once, however often it is sent.

No answer is kept. The key gives the new thing its id, so a repeat meets what it has made before:
one conditional write decides, and no secret has to lie anywhere to be answered again.
"""

import json
from dataclasses import asdict, dataclass, is_dataclass
from hashlib import sha256
from typing import Any, Self

from portico.errors import InvalidRequest, OtherBody
from portico.events import Caller
from portico.ids import base64url

LONGEST_IDEMPOTENCY_KEY = 128
"""Characters. A UUID has 36."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """One press: who asks for what, as often as it is sent."""

    source: str
    body: str
    """A digest of what the request asked for. The row of what it makes keeps it, as ``asked``."""

    @classmethod
    def of(cls, caller: Caller, who: str, body: object) -> Self:
        """Read a request's key.

        Args:
            caller: who sent it.
            who: the workspace, the member or key, and the route. Keys of others never meet it.
            body: what it asks for, a dataclass or a JSON value.

        Raises:
            InvalidRequest: the header is missing, or too long.
        """
        text = caller.idempotency_key or ""
        if not 0 < len(text) <= LONGEST_IDEMPOTENCY_KEY:
            raise InvalidRequest("idempotency-key", f"1 to {LONGEST_IDEMPOTENCY_KEY} characters")
        return cls(f"{who}|{text}", _digest(_canonical(body)))

    def random_part(self, index: int = 0) -> str:
        """Return 22 characters of base64url, for the id of the *index*-th new thing.

        They are always the same for this key, and no secret.
        """
        return _digest(f"{self.source}|{index}")

    def demand_same(self, asked: str) -> None:
        """Check that what is there was made by this very request.

        Args:
            asked: the digest that its row keeps.

        Raises:
            OtherBody: the key was used for something else.
        """
        if asked != self.body:
            raise OtherBody


def _canonical(body: object) -> str:
    plain: Any = asdict(body) if is_dataclass(body) and not isinstance(body, type) else body
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _digest(text: str) -> str:
    # A lone surrogate is valid JSON, and no UTF-8.
    return base64url(sha256(text.encode("utf-8", "surrogatepass")).digest()[:16])
