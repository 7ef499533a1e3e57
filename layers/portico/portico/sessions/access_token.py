"""Make access tokens with KMS. ``access_token_check`` checks them, and costs a cold start more."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portico.aws.kms import key_name, sign
from portico.clock import epoch
from portico.ids import base64url, random_part
from portico.sessions.rules import ACCESS_TOKEN_LIFETIME

BY_CODE = "code"
BY_PASSWORD = "password"  # noqa: S105 - a way to sign in, no password
AMR = {BY_CODE: "otp", BY_PASSWORD: "pwd"}
"""The value of ``amr`` for each of our ways to sign in (RFC 8176)."""
FEDERATED = "fed"
"""The ``amr`` of every provider, however it checked the contact. It is usual, not registered."""
HEAD_START = timedelta(seconds=1)
"""A token is good a second before it was made. The clock of whoever checks it may be a moment
behind ours, and many libraries allow for nothing."""
ACCESS, ID = "at+jwt", "JWT"
"""The header's ``typ``, so that neither kind is taken for the other (RFC 9068, 2.1)."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says about a session and its contact."""

    issuer: str
    workspace_id: str
    contact: str
    name: str
    email: str
    session: str
    method: str
    signed_in_at: datetime
    session_expires_at: datetime

    def to_dict(self, *, at: datetime) -> dict[str, Any]:
        """Return the claims of a token made at *at* (RFC 9068's names)."""
        return {
            "iss": self.issuer,
            "aud": self.workspace_id,
            "sub": self.contact,
            "sid": self.session,
            "jti": random_part(),
            "iat": epoch(at - HEAD_START),
            "nbf": epoch(at - HEAD_START),
            "exp": epoch(min(at + ACCESS_TOKEN_LIFETIME, self.session_expires_at)),
            "scope": "portal",
            "email": self.email,
            "name": self.name,
            "amr": amr_of(self.method),
            "auth_time": epoch(self.signed_in_at),
            "session_expires_at": epoch(self.session_expires_at),
        }


def make(claims: Claims, *, key: str, at: datetime) -> str:
    """Sign an access token.

    Args:
        claims: the token's content.
        key: the ARN of the KMS key.
        at: the time.

    Raises:
        TryLater: KMS is out of reach.

    Source: RFC 9068; API Gateway's JWT authorizer takes RSA only.
    """
    return signed(claims.to_dict(at=at), typ=ACCESS, key=key)


def signed(claims: dict[str, Any], *, typ: str, key: str) -> str:
    """Sign *claims* with a KMS key, as a token of *typ*.

    Raises:
        TryLater: KMS is out of reach.
    """
    header = {"alg": "RS256", "typ": typ, "kid": key_name(key)}
    text = ".".join(_part(each) for each in (header, claims))
    return f"{text}.{base64url(sign(key, text.encode()))}"


def amr_of(method: str) -> list[str]:
    """Return the ``amr`` of a way to sign in."""
    return [AMR.get(method, FEDERATED)]


def _part(content: dict[str, Any]) -> str:
    return base64url(json.dumps(content, separators=(",", ":")).encode())
