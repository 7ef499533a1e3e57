"""Which passwords are allowed: long ones that nobody guesses first. No composition rules.

Source: NIST SP 800-63B-4, 3.1.1.2; OWASP ASVS 5.0, 6.2; docs/decisions/0016.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import urlsplit

from portico.errors import InvalidRequest
from portico.passwords.guessable import is_common, is_made_of
from portico.people.rules import Workspace

SHORTEST_PASSWORD = 15
"""Characters, where the password is the only factor (SP 800-63B-4)."""
LONGEST_PASSWORD = 128
"""Characters. A limit keeps hashing cheap (ASVS 5.0, 6.2.9: at least 64)."""
LONGEST_RAW_PASSWORD = 4 * LONGEST_PASSWORD
"""Characters as they were typed: four compose into one at most, in the letters of our languages.
NFKC makes up to eighteen of one, so the length comes first."""
SHORTEST_WORD = 3
"""Characters of a contact's or workspace's own word. Shorter words occur everywhere."""

_BETWEEN_WORDS = re.compile(r"[\W_]+")


class Reason(StrEnum):
    """Why a password is not allowed, as a word that a page can translate."""

    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    COMMON = "common"
    PERSONAL = "personal"


def spelled(password: str) -> str:
    """Normalise a password, because keyboards compose letters differently (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def sized(password: str) -> str:
    """Normalise a password that somebody signs in with.

    Raises:
        InvalidRequest: no password has this length, so it is not worth hashing.
    """
    text = _bounded(password)
    if not 0 < len(text) <= LONGEST_PASSWORD:
        raise InvalidRequest("password", Reason.TOO_LONG if text else "required")
    return text


def chosen(password: str, *, own: Iterable[str] = ()) -> str:
    """Normalise a password that somebody chose, if it is allowed.

    Args:
        password: as typed. Blanks at the ends belong to it.
        own: names and addresses that somebody who knows the contact would try.

    Raises:
        InvalidRequest: the password is not allowed, with the first reason.
    """
    text = _bounded(password)
    reason = why_not(text, own=own)
    if reason is not None:
        raise InvalidRequest("password", reason)
    return text


def _bounded(password: str) -> str:
    if len(password) > LONGEST_RAW_PASSWORD:
        raise InvalidRequest("password", Reason.TOO_LONG)
    return spelled(password)


def why_not(text: str, *, own: Iterable[str] = ()) -> Reason | None:
    """Return why a normalised password is not allowed; ``None`` if it is."""
    if len(text) < SHORTEST_PASSWORD:
        return Reason.TOO_SHORT
    if len(text) > LONGEST_PASSWORD:
        return Reason.TOO_LONG
    if is_common(text):
        return Reason.COMMON
    if is_made_of(text, words_in(own)):
        return Reason.PERSONAL
    return None


def own_words(workspace: Workspace, *of_contact: str | None) -> list[str]:
    """Return what a guesser knows: names of workspace and contact, and the portal's host."""
    host = urlsplit(workspace.portal_url).hostname or ""
    texts = [workspace.id, workspace.name, workspace.sender, host, *of_contact]
    return [text for text in texts if text]


def words_in(texts: Iterable[str]) -> set[str]:
    """Return the words of *texts*, and each text without its separators."""
    words: set[str] = set()
    for text in texts:
        parts = _BETWEEN_WORDS.split(spelled(text).casefold())
        words.update(parts)
        words.add("".join(parts))
    return {each for each in words if len(each) >= SHORTEST_WORD}
