"""What a fake provider checks, and how it refuses."""

import re
from typing import Any

from local.providers.grants import client_id
from local.providers.modes import OPENID
from local.providers.people import PERSONAL_TENANT, Account

REDIRECT = re.compile(r"https?://[^/?#]+/v1/sso/[a-z0-9-]+/callback\Z")


def may_enter(account: Account, tenant: str) -> bool:
    """Say whether an account may sign in at a tenant's own address."""
    home = account.claims.get("tid", "")
    if tenant in ("", "common") or tenant == home:
        return True
    return tenant == "organizations" and home != PERSONAL_TENANT


def wrong_with(query: dict[str, str], kind: str) -> str:
    """Return what is wrong with an authorization request, or nothing."""
    scopes = query.get("scope", "").replace(",", " ").split()
    if query.get("client_id") != client_id(kind):
        return "There is no such client_id."
    if not REDIRECT.match(query.get("redirect_uri", "")):
        return "The redirect_uri is not the one that was registered."
    if query.get("response_type") != "code" or not query.get("state"):
        return "response_type must be code, and state must be there."
    if query.get("code_challenge_method") != "S256" or len(query.get("code_challenge", "")) != 43:
        return "A code_challenge (S256) is needed."
    if kind in OPENID and not (query.get("nonce") and "openid" in scopes):
        return "A nonce and the scope openid are needed."
    return ""


def refusal(kind: str, mode: str) -> dict[str, str]:
    """Return the answer of a failed sign-in."""
    if mode == "error":
        return {"error": "server_error", "error_description": "<b>Something went wrong</b>"}
    if kind == "facebook":
        return {"error": "access_denied", "error_code": "200", "error_reason": "user_denied"}
    return {"error": "access_denied", "error_description": "The user pressed Cancel"}


def rejection(kind: str, error: str) -> dict[str, Any]:
    """Return the body of a refused token request."""
    # Facebook's errors are objects, whatever OAuth says.
    if kind == "facebook":
        return {"error": {"message": error, "type": "OAuthException", "code": 100}}
    return {"error": error, "error_description": "<b>refused</b>"}
