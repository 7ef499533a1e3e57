"""Of which type each claim of our own tokens is.

Our key has signed whatever comes here. A claim of another type all the same is a fault of an older
or a younger release, or somebody got hold of the key's use: no token, rather than a guess at it.
"""

from base64 import urlsafe_b64decode
from typing import Any

from portico.errors import NotSignedIn
from portico.sessions.access_token import ACCESS, ID
from portico.strict_json import read_json

TEXTS = frozenset("iss aud sub sid jti scope name email client_id workspace at_hash nonce".split())
TIMES = frozenset("iat nbf exp auth_time session_expires_at".split())
NEVER_EMPTY = frozenset("iss aud sub sid".split())
LATEST = 253_402_300_799
"""The last second of the year 9999: no time is later."""
NEEDED = {
    ACCESS: "iss aud sub sid iat nbf exp scope auth_time amr session_expires_at".split(),
    ID: "iss aud sub sid iat exp".split(),
}
"""What every token of a kind has had in every release."""


def strict_claims(token: str, *, typ: str) -> dict[str, Any]:
    """Return the claims of a token whose signature is ours, each of its one type.

    Args:
        token: the whole token, in three parts.
        typ: what its header calls it.

    Raises:
        NotSignedIn: a claim is missing, is of another type, or is there twice.
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
        # A boolean is a number to Python, and 1e999 is one too.
        return type(value) is int and 0 <= value <= LATEST
    if name == "amr":
        return isinstance(value, list) and value != [] and all(map(_is_text, value))
    return True


def _is_text(value: Any) -> bool:
    # Half of a surrogate pair is text to Python, and to nobody who stores it.
    return isinstance(value, str) and not any("\ud800" <= each <= "\udfff" for each in value)
