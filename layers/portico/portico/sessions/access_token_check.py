"""Check access tokens, and publish the keys with which anybody can check them.

joserfc is loaded with the first token, because it costs a fifth of a cold start. Refreshing, which
is most of the session door's work, checks no token.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from portico.aws.kms import key_name, public_key
from portico.clock import epoch
from portico.errors import NotSignedIn
from portico.events import Caller
from portico.sessions.access_token import ACCESS
from portico.strict_parsers import credentials_in, words_in

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

TOKEN_ALGORITHMS = ["RS256"]
LONGEST_ACCESS_TOKEN = 4096
OUR_SCOPE = "portal"
"""The scope of tokens that our own doors accept."""
TOKEN_LEEWAY = 60
"""Seconds by which the clock of another signing environment may be ahead."""


class TokenChecker:
    """Checks tokens of one deployment, with keys kept in memory."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys
        self._set: KeySet | None = None

    def key_set(self) -> "KeySet":
        """Return the public keys, fetched once per environment.

        Raises:
            TryLater: KMS is out of reach.
        """
        if self._set is None:
            from joserfc.jwk import KeySet, RSAKey  # noqa: PLC0415

            self._set = KeySet(
                [
                    RSAKey.import_key(
                        public_key(key), {"kid": key_name(key), "use": "sig", "alg": "RS256"}
                    )
                    for key in self._keys
                ]
            )
        return self._set

    def published(self) -> dict[str, Any]:
        """Return the JWKS document."""
        return dict(self.key_set().as_dict(private=False))

    def of_caller(self, caller: Caller, *, workspace_id: str, at: datetime) -> dict[str, Any]:
        """Return the claims of the access token that *caller* sent.

        Raises:
            NotSignedIn: there is no token, or it is not valid for *workspace_id*.
            TryLater: KMS is out of reach.
        """
        token = bearer_of(caller)
        try:
            return self.check(
                token or "", issuer=caller.own_origin, workspace_id=workspace_id, at=at
            )
        except NotSignedIn:
            # By the token alone, or because there is none: no cookie was asked.
            caller.may_read()
            raise

    def check(self, token: str, *, issuer: str, workspace_id: str, at: datetime) -> dict[str, Any]:
        """Return the claims of a valid token of *workspace_id*, made for its own portal.

        A token of a portal on another site is for that portal's API, not for ours.

        Raises:
            NotSignedIn: anything else.
            TryLater: KMS is out of reach.
        """
        claims = self.read(token, typ=ACCESS, issuer=issuer)
        is_theirs = claims["aud"] == workspace_id
        if not (is_theirs and OUR_SCOPE in words_in(claims["scope"]) and is_due(claims, at=at)):
            raise NotSignedIn
        return claims

    def read(self, token: str, *, typ: str, issuer: str) -> dict[str, Any]:
        """Return the claims of a token that we signed, whatever its audience and age.

        The token's header decides nothing: we use only our own keys and RS256. Each claim has
        its one type (:mod:`portico.sessions.claim_types`).

        Raises:
            NotSignedIn: it is not ours, or not of this *typ*.
            TryLater: KMS is out of reach.
        """
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415

        keys = self.key_set()
        if len(token) > LONGEST_ACCESS_TOKEN:
            raise NotSignedIn
        try:
            told = jwt.decode(token, keys, algorithms=TOKEN_ALGORITHMS)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise NotSignedIn from None
        if told.header.get("typ") != typ:
            raise NotSignedIn
        # Loaded here, as joserfc is: with the first token.
        from portico.sessions.claim_types import strict_claims  # noqa: PLC0415

        claims = strict_claims(token, typ=typ)
        if claims["iss"] != issuer:
            raise NotSignedIn
        return claims


def is_due(claims: dict[str, Any], *, at: datetime) -> bool:
    """Say whether a token is valid now. Its start may be a minute ahead, by another clock."""
    return bool(claims["nbf"] - TOKEN_LEEWAY <= epoch(at) < claims["exp"])


def bearer_of(caller: Caller) -> str | None:
    """Return the access token that a request carries in its ``Authorization`` header."""
    return credentials_in(caller.authorization, "bearer") or None
