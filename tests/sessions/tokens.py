"""Access tokens as a portal meets them: taken apart, checked and forged without our own code."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from tests.support.doors import Answer, knock


class Token(NamedTuple):
    """The three parts of a JWT, decoded."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signature: bytes


def decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def encoded(content: Any) -> str:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def read(token: str) -> Token:
    header, claims, signature = token.split(".")
    return Token(json.loads(decoded(header)), json.loads(decoded(claims)), decoded(signature))


def published() -> Answer:
    return knock("session", "GET /.well-known/jwks.json", origin=None)


def discovered() -> Answer:
    return knock("session", "GET /.well-known/openid-configuration", origin=None)


class AuthorizerRefuses(Exception):
    """API Gateway would answer 401."""


def authorize(token: str, *, issuer: str, audience: str, scope: str, at: float) -> dict[str, Any]:
    """Decide as API Gateway's JWT authorizer does.

    Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html,
    "Token-based API request authorization workflow".
    """
    metadata = discovered().body
    if metadata["issuer"] != issuer or metadata["jwks_uri"] != f"{issuer}/.well-known/jwks.json":
        raise AuthorizerRefuses("discovery")
    read_token = read(token)
    keys = {each["kid"]: each for each in published().body["keys"]}
    key = keys.get(read_token.header["kid"])
    if key is None or key["kty"] != "RSA" or read_token.header["alg"] != "RS256":
        raise AuthorizerRefuses("kid or alg")
    n, e = (int.from_bytes(decoded(key[part])) for part in ("n", "e"))
    signed = token.rpartition(".")[0].encode()
    try:
        RSAPublicNumbers(e, n).public_key().verify(
            read_token.signature, signed, PKCS1v15(), SHA256()
        )
    except InvalidSignature:
        raise AuthorizerRefuses("signature") from None
    claims = read_token.claims
    is_whole = claims["iss"] == issuer and audience in (claims["aud"], claims.get("client_id"))
    is_due = claims["nbf"] <= at and claims["iat"] <= at < claims["exp"]
    if not is_whole or not is_due or scope not in claims["scope"].split():
        raise AuthorizerRefuses("claims")
    return claims
