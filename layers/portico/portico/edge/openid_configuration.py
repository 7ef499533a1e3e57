"""The OpenID configuration: the metadata that client libraries read first."""

from typing import Any

from portico.openid.rules import SCOPES, Prompt
from portico.people.rules import LOCALES

CLAIMS = (
    "iss sub aud exp iat auth_time amr nonce at_hash sid workspace "
    "email email_verified name preferred_username locale zoneinfo updated_at refs"
).split()
"""The claims of id_token and userinfo."""
PROVES = ["client_secret_basic", "client_secret_post", "none"]
"""The ways in which a client may authenticate. A public client uses ``none``."""


def metadata(issuer: str) -> dict[str, Any]:
    """Return the provider's metadata.

    Source: OpenID Connect Discovery 1.0, 3; RFC 8414, 2; RFC 9207, 3; OpenID Connect
    RP-Initiated Logout 1.0, 2.1; Back-Channel Logout 1.0, 2.1; Initiating User Registration 1.0, 3.
    """
    base = f"{issuer}/oauth2"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/token",
        "userinfo_endpoint": f"{base}/userinfo",
        "end_session_endpoint": f"{base}/end_session",
        "revocation_endpoint": f"{base}/revoke",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        # The last is for keys of directories, and no portal's: its scope is not for OpenID.
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": PROVES,
        "revocation_endpoint_auth_methods_supported": PROVES,
        "scopes_supported": list(SCOPES),
        "claims_supported": CLAIMS,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "prompt_values_supported": [str(each) for each in Prompt],
        "ui_locales_supported": list(LOCALES),
        # The default of the first is false as well; that of the second is true.
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
    }
