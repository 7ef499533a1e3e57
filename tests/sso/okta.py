"""Okta, as the issuer of a connection that signs people out."""

import time
from typing import Any

from joserfc import jwt

from portico.sso.universal_logout import REVOCATION
from tests.support.doors import Answer, knock

ROUTE = "POST /oauth2/global-token-revocation/{workspace}/{connection}"
URL = "https://signin.acme.test/oauth2/global-token-revocation/acme/oidc"


class Okta:
    """The issuer of Acme's connection, which knows its people by ``user-1`` and the like."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.issuer = f"{world.base}/oidc"
        self.jti = 0

    @property
    def ring(self) -> Any:
        return self.world.app.rings["oidc"]

    def claims(self, **changed: Any) -> dict[str, Any]:
        self.jti += 1
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": URL,
            "sub": "0oa1client",
            "jti": f"proof-{self.jti}",
            "nbf": now - 300,
            "iat": now,
            "exp": now + 300,
        }
        return {k: v for k, v in (claims | changed).items() if v is not None}

    def proof(self, *, key: Any = None, typ: Any = REVOCATION, **changed: Any) -> str:
        header = {"typ": typ, "alg": "RS256", "kid": self.ring.kid}
        header = {k: v for k, v in header.items() if v is not None}
        return jwt.encode(header, self.claims(**changed), key or self.ring.key)

    def ends(self, body: Any = None, *, proof: str | None = None, **more: Any) -> Answer:
        text = self.proof() if proof is None else proof
        headers = {"authorization": f"Bearer {text}", **more.pop("headers", {})}
        path = {"workspace": "acme", "connection": "oidc", **more.pop("path", {})}
        return knock(
            "start_sso", ROUTE, body or self.of("user-1"), origin=None, headers=headers, path=path
        )

    def of(self, subject: str, **changed: Any) -> dict[str, Any]:
        return {"sub_id": {"format": "iss_sub", "iss": self.issuer, "sub": subject, **changed}}


def by_email(email: str) -> dict[str, Any]:
    return {"sub_id": {"format": "email", "email": email}}
