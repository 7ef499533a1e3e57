"""The numbers of a code, and how its seven characters are made and read."""

import hmac
import re
import unicodedata
from datetime import timedelta
from hashlib import sha256

from portico.errors import InvalidRequest

CODE_LIFETIME = timedelta(minutes=10)
"""Counted from request or resend, never from the mail (ASVS 5.0, 6.5.5: ten minutes at most)."""
CHALLENGE_LIFETIME = timedelta(minutes=30)
MOST_ATTEMPTS = 5
"""For all codes of a challenge together. Guessing succeeds with 2⁻³¹, five times a mail at most."""
RESEND_WAITS = (timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120))
"""The waits before the second, third and fourth mail of a challenge. There is no fifth mail."""
GENERATIONS_THAT_COUNT = 2
"""Mails overtake each other, so the code before the newest is still good."""
LATEST_SEND = timedelta(minutes=5)
"""We no longer mail a code that has less time than this left."""

CODE_ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXYZ"
"""30 letters and digits: no vowels, so no words; no I, L, O, which look like 1 and 0."""
CODE_LENGTH = 7
LONGEST_ENTRY = 4000
"""Characters. A contact may paste a whole mail."""
LONGEST_TYPED = 64
"""Characters of an entry that is a code and nothing else, with what people put in between."""

_LOOK_ALIKES = str.maketrans("OIL", "011")
_PRINTED = re.compile(rf"(?<![\w-])([{CODE_ALPHABET}]{{3}})-([{CODE_ALPHABET}]{{4}})(?![\w-])")
_BARE = re.compile(rf"(?<![\w-])(?=[A-Z]*\d)([{CODE_ALPHABET}]{{7}})(?![\w-])")
_LETTERS = CODE_ALPHABET[10:]


def derive_code(key: bytes, *, challenge: str, purpose: str, generation: int) -> str:
    """Derive the code of one mail, so that a retry mails the same code and no code is stored.

    Args:
        key: 32 bytes, the code key.
        challenge: the challenge's whole id.
        purpose: the challenge's purpose.
        generation: 1 for the first mail, one more for every resend.

    Returns:
        Seven characters of ``CODE_ALPHABET``, e.g. ``"4F29KXB"``, each equally likely.

    Raises:
        ValueError: *key* is not 32 bytes.

    Source: OWASP ASVS 5.0, 6.5.3 and 6.6.2; docs/decisions/0002.
    """
    if len(key) != 32:
        raise ValueError("the code key has 32 bytes")
    code = ""
    block = 0
    # Drop bytes from 240 up: 256 is no multiple of 30, so they would make the first sixteen
    # characters likelier than the rest.
    fair = 256 - 256 % len(CODE_ALPHABET)
    while len(code) < CODE_LENGTH:
        text = f"{challenge}|{purpose}|{generation}|{block}"
        drawn = hmac.digest(key, text.encode(), sha256)
        code += "".join(CODE_ALPHABET[n % len(CODE_ALPHABET)] for n in drawn if n < fair)
        block += 1
    return code[:CODE_LENGTH]


def label_of(challenge: str, generation: int) -> str:
    """Return the two letters by which page and mail name one code. They are no secret.

    The mails of a challenge lie side by side in a mailbox, so no two of them have the same.
    """
    drawn = sha256(f"label|{challenge}|1".encode()).digest()
    first, second = (n % len(_LETTERS) for n in drawn[:2])
    return _LETTERS[first] + _LETTERS[(second + generation - 1) % len(_LETTERS)]


def read_code(entry: str) -> str:
    """Read the code from what was typed or pasted.

    Spaces, dashes, case, widths and look-alikes do not matter where the whole entry is a code, and
    digits may be those of any script. In a pasted text it must stand as it was printed, and there
    must be exactly one.

    Raises:
        InvalidRequest: the entry has no code, or several. It costs no attempt.
    """
    if len(entry) > LONGEST_ENTRY:
        raise InvalidRequest("code", "too long")
    text = entry.strip()
    # NFKC makes up to eighteen characters of one, and a pasted mail needs none of it: there the
    # code stands as we printed it.
    if len(text) <= LONGEST_TYPED:
        text = _with_plain_digits(unicodedata.normalize("NFKC", text))
        whole = _whole(text)
        if whole is not None:
            return whole
    printed = {"".join(parts) for parts in _PRINTED.findall(text)}
    found = printed | set(_BARE.findall(text))
    if len(found) != 1:
        raise InvalidRequest("code", "7 letters and digits, as in the mail")
    return found.pop()


def same(a: str, b: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(a.encode(), b.encode())


def _whole(text: str) -> str | None:
    whole = "".join(c for c in text.upper() if not _is_filling(c)).translate(_LOOK_ALIKES)
    is_one = len(whole) == CODE_LENGTH and all(c in CODE_ALPHABET for c in whole)
    return whole if is_one else None


def _with_plain_digits(text: str) -> str:
    # Keyboards for Arabic, Persian or Hindi type digits of their own, which NFKC leaves alone.
    return text if text.isascii() else "".join(str(unicodedata.decimal(c, c)) for c in text)


def _is_filling(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Pd"
