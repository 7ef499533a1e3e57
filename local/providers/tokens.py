"""The id tokens of fake providers, valid and invalid ones."""

import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from local.providers.keys import CONSUMER, STRANGER, Ring, rsa
from local.providers.people import ACME_TENANT, FOREIGN_TENANT

LIVES = 3600


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that an id token is made from."""

    kind: str
    mode: str
    issuer: str
    """For Microsoft it contains ``{tenantid}``."""
    client: str
    nonce: str | None
    access_token: str
    now: int


def id_token(facts: Facts, account: dict[str, Any], name: str, ring: Ring) -> str:
    """Return the token of a sign-in, changed as its mode says."""
    claims = _spoiled(facts, claims_of(facts, account, name))
    header: dict[str, Any] = {"typ": "JWT", "alg": "RS256", "kid": ring.kid}
    match facts.mode:
        case "unsigned":
            return by_hand({"typ": "JWT", "alg": "none"}, claims, None)
        case "hmac":
            public = ring.key.as_pem(private=False)
            return by_hand({**header, "alg": "HS256"}, claims, public)
        case "wrong-key":
            return _signed(header, claims, rsa(STRANGER))
        case "consumer-key":
            return _signed({**header, "kid": "consumers"}, claims, rsa(CONSUMER))
    return _signed(header, claims, ring.key)


def half_hash(text: str) -> str:
    """Return ``at_hash`` (OpenID Connect Core 1.0, 3.1.3.6)."""
    return _base64url(sha256(text.encode()).digest()[:16])


def claims_of(facts: Facts, account: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the claims of a valid token."""
    claims = {
        "iss": facts.issuer,
        "aud": facts.client,
        "iat": facts.now,
        "exp": facts.now + LIVES,
        "name": name,
        **account,
    }
    if facts.nonce is not None:
        claims["nonce"] = facts.nonce
    if facts.kind == "microsoft":
        claims |= {"ver": "2.0", "nbf": facts.now}
        # Different for every app, like Microsoft's, so it is no use as a key.
        claims["sub"] = _base64url(sha256(f"{account['tid']}{account['oid']}".encode()).digest())
    else:
        claims["at_hash"] = half_hash(facts.access_token)
    return claims


def _spoiled(facts: Facts, claims: dict[str, Any]) -> dict[str, Any]:
    us, them = facts.client, "somebody-else"
    changes: dict[str, dict[str, Any]] = {
        "unverified-email": {"email_verified": False, "xms_edov": False},
        "text-false": {"email_verified": "false"},
        "text-true": {"email_verified": "true"},
        "foreign-tenant": {"tid": FOREIGN_TENANT, "xms_edov": None},
        "wrong-nonce": {"nonce": "of-another-sign-in"},
        "no-nonce": {"nonce": None},
        "no-subject": {"sub": None, "oid": None},
        "no-tenant": {"tid": None},
        "no-email": {"email": None, "email_verified": None, "xms_edov": None},
        "wrong-audience": {"aud": them},
        "azp-only": {"aud": them, "azp": us},
        "extra-audience": {"aud": [us, them]},
        "extra-audience-azp": {"aud": [us, them], "azp": them},
        "expired": {"iat": facts.now - LIVES - 300, "exp": facts.now - 300},
        "early": {"iat": facts.now + 600, "exp": facts.now + 600 + LIVES},
        "ahead": {"iat": facts.now + 30, "exp": facts.now + 30 + LIVES},
        "wrong-at-hash": {"at_hash": half_hash("another access token")},
    }
    claims |= changes.get(facts.mode, {})
    # The issuer follows the tenant, as it does at Microsoft.
    claims["iss"] = facts.issuer.replace("{tenantid}", str(claims.get("tid") or ACME_TENANT))
    if facts.mode == "wrong-issuer":
        claims["iss"] = "https://issuer.example"
    if facts.mode == "tenant-mismatch":
        claims["tid"] = FOREIGN_TENANT
    return {name: value for name, value in claims.items() if value is not None}


def _signed(header: dict[str, Any], claims: dict[str, Any], key: RSAKey) -> str:
    return jwt.encode(header, claims, key)


def by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes | None) -> str:
    """Return a token that no library would make, because it is unsafe."""
    text = ".".join(_base64url(json.dumps(each).encode()) for each in (header, claims))
    signature = hmac.digest(secret, text.encode(), sha256) if secret else b""
    return f"{text}.{_base64url(signature)}"


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
