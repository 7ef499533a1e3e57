"""The type of each claim in our own tokens.

Our key has signed every token that comes here. A claim of the wrong type is a fault of another
release, or a sign that somebody else can use the key. So we refuse such a token, and guess nothing.
"""

from base64 import urlsafe_b64decode
from typing import Any

from portico.errors import NotSignedIn
from portico.sessions.access_token import ACCESS, ID
from portico.strict_parsers import read_json

TEXTS = frozenset("iss aud sub sid jti scope name email client_id workspace at_hash nonce".split())
TIMES = frozenset("iat nbf exp auth_time session_expires_at".split())
NEVER_EMPTY = frozenset("iss aud sub sid".split())
LATEST = 253_402_300_799
"""The last second of the year 9999: no time is later."""
NEEDED = {
    ACCESS: "iss aud sub sid iat nbf exp scope auth_time amr session_expires_at".split(),
    ID: "iss aud sub sid iat exp".split(),
}
"""The claims that every token of a kind has had in every release."""


def strict_claims(token: str, *, typ: str) -> dict[str, Any]:
    """Return the claims of a token with our signature, after checking each claim's type.

    Args:
        token: the whole token, in three parts.
        typ: the ``typ`` of its header.

    Raises:
        NotSignedIn: a claim is missing, repeated, or of the wrong type.
    """
    try:
        payload = token.split(".")[1]
        claims = read_json(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        raise NotSignedIn from None
    if not isinstance(claims, dict) or not claims.keys() >= set(NEEDED[typ]):
        raise NotSignedIn
    if not all(_is_right(name, value) for name, value in claims.items()):
        raise NotSignedIn
    return claims


def _is_right(name: str, value: Any) -> bool:
    if name in TEXTS:
        return _is_text(value) and (value != "" or name not in NEVER_EMPTY)
    if name in TIMES:
        # For Python a boolean is a number, and so is 1e999.
        return type(value) is int and 0 <= value <= LATEST
    if name == "amr":
        return isinstance(value, list) and value != [] and all(map(_is_text, value))
    return True


def _is_text(value: Any) -> bool:
    # Python allows half a surrogate pair in text, but no store does.
    return isinstance(value, str) and not any("\ud800" <= each <= "\udfff" for each in value)
