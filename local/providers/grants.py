"""Codes and access tokens of fake providers. A code works once, in time, for its own client."""

import hmac
import secrets
from base64 import b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass, field
from hashlib import sha256

from werkzeug.wrappers import Request

from local.providers.people import Account

BASIC = ("x", "oidc")
"""Kinds whose clients authenticate with HTTP Basic. The others send the secret in the form."""
CODE_LIVES = {"x": 30}
"""Seconds. Other kinds have ten minutes."""


def client_id(kind: str) -> str:
    """Return Portico's client id at a fake provider."""
    return f"portico-at-{kind}"


def client_secret(kind: str) -> str:
    """Return its secret, which is public and has no other use."""
    return f"not-a-secret-of-{kind}"


class Rejected(Exception):
    """A token request was refused. The argument is its OAuth error."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One sign-in that somebody agreed to."""

    kind: str
    account: Account
    mode: str
    issuer: str
    redirect_uri: str
    challenge: str
    nonce: str | None
    ends_at: int
    access_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))


@dataclass(slots=True)
class Grants:
    """The grants that no client has fetched yet."""

    _by_code: dict[str, Grant] = field(default_factory=dict)
    _by_token: dict[str, Grant] = field(default_factory=dict)

    def agree(self, grant: Grant) -> str:
        """Return the code of a new grant."""
        code = secrets.token_urlsafe(24)
        self._by_code[code] = grant
        return code

    def mode_of(self, code: str) -> str:
        """Return the provider's mode for an unused code."""
        grant = self._by_code.get(code)
        return grant.mode if grant else ""

    def redeem(self, kind: str, request: Request, *, now: int) -> Grant:
        """Trade a code, once.

        Raises:
            Rejected: the code is unknown, too old, or for another client or address, or the
                verifier does not fit the hash of the first request.
        """
        _authenticate(kind, request)
        form = request.form
        if form.get("grant_type") != "authorization_code":
            raise Rejected("unsupported_grant_type")
        grant = self._by_code.pop(form.get("code", ""), None)
        if grant is None or grant.kind != kind or now >= grant.ends_at:
            raise Rejected("invalid_grant")
        hashed = sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(hashed).rstrip(b"=").decode()
        if form.get("redirect_uri") != grant.redirect_uri or challenge != grant.challenge:
            raise Rejected("invalid_grant")
        self._by_token[grant.access_token] = grant
        return grant

    def of_token(self, request: Request) -> Grant | None:
        """Return the grant of the request's access token."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self._by_token.get(token) if scheme.lower() == "bearer" else None


def _authenticate(kind: str, request: Request) -> None:
    id_, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    if kind in BASIC:
        scheme, _, packed = request.headers.get("authorization", "").partition(" ")
        try:
            id_, _, secret = b64decode(packed).decode().partition(":")
        except (Error, ValueError):
            raise Rejected("invalid_client") from None
        if scheme.lower() != "basic":
            raise Rejected("invalid_client")
    is_theirs = hmac.compare_digest(secret.encode(), client_secret(kind).encode())
    if id_ != client_id(kind) or not is_theirs:
        raise Rejected("invalid_client")
