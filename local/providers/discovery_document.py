"""The discovery document and the keys of a fake OpenID Connect provider."""

from dataclasses import dataclass
from typing import Any

from local.providers.keys import CONSUMER, Ring, public, rsa
from local.providers.people import PERSONAL_TENANT

MULTI_TENANT = ("organizations", "common")


@dataclass(frozen=True, slots=True)
class Home:
    """The address of one provider, or of one of its tenants."""

    host: str
    kind: str
    tenant: str = ""

    @property
    def base(self) -> str:
        """The address that a connection has as its stand-in."""
        return f"{self.host}{self.kind}"

    @property
    def issuer(self) -> str:
        """The issuer in the documents. For several tenants it is a template."""
        if self.kind != "microsoft":
            return self.base
        many = not self.tenant or self.tenant in MULTI_TENANT
        return f"{self.base}/{'{tenantid}' if many else self.tenant}/v2.0"

    def at(self, name: str) -> str:
        """Return the address of an endpoint."""
        if self.kind != "microsoft":
            return f"{self.base}/{name}"
        folder = "discovery" if name == "keys" else "oauth2"
        return f"{self.base}/{self.tenant}/{folder}/v2.0/{name}"


def document(home: Home, *, mode: str) -> dict[str, Any]:
    """Return the discovery document."""
    is_generic = home.kind == "oidc"
    content: dict[str, Any] = {
        "issuer": home.issuer,
        "authorization_endpoint": home.at("authorize"),
        "token_endpoint": home.at("token"),
        "jwks_uri": home.at("keys"),
        "userinfo_endpoint": f"{home.base}/userinfo",
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise" if home.tenant else "public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic" if is_generic else "client_secret_post"
        ],
        "authorization_response_iss_parameter_supported": is_generic,
    }
    if mode == "discovery-issuer":
        content["issuer"] = "https://issuer.example"
    if mode in ("unsigned", "hmac"):
        content["id_token_signing_alg_values_supported"] += ["none", "HS256"]
    return content


def keys(home: Home, ring: Ring) -> list[dict[str, Any]]:
    """Return the public keys. Each of Microsoft's names the issuer that may use it."""
    if home.kind != "microsoft":
        return ring.published()
    consumers = f"{home.base}/{PERSONAL_TENANT}/v2.0"
    return [
        *ring.published(issuer=home.issuer),
        public(rsa(CONSUMER), "consumers", issuer=consumers),
    ]
