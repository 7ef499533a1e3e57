"""Which passwords may be set. No composition rules: length, and not what is guessed first.

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
"""Characters, where nothing else is asked for beside the password (SP 800-63B-4)."""
LONGEST_PASSWORD = 128
"""Characters. Hashing must not be handed a book (ASVS 5.0, 6.2.9: at least 64)."""
SHORTEST_WORD = 3
"""A word of the contact's or the workspace's own; shorter ones are in everything."""

_BETWEEN_WORDS = re.compile(r"[\W_]+")


class Reason(StrEnum):
    """Why a password may not be set, in words that a page can translate."""

    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    COMMON = "common"
    PERSONAL = "personal"


def spelled(password: str) -> str:
    """Return the one spelling of a password, however a keyboard composes its letters (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def sized(password: str) -> str:
    """Return the one spelling of a password that is to be tried.

    Raises:
        InvalidRequest: it can be nobody's, and is not worth hashing.
    """
    text = spelled(password)
    if not 0 < len(text) <= LONGEST_PASSWORD:
        raise InvalidRequest("password", Reason.TOO_LONG if text else "required")
    return text


def chosen(password: str, *, own: Iterable[str] = ()) -> str:
    """Return the one spelling of a password that may be set.

    Args:
        password: as it was typed; blanks at its ends are a part of it.
        own: names and addresses that somebody who knows the contact would try.

    Raises:
        InvalidRequest: with the first reason why it may not.
    """
    text = spelled(password)
    reason = why_not(text, own=own)
    if reason is not None:
        raise InvalidRequest("password", reason)
    return text


def why_not(text: str, *, own: Iterable[str] = ()) -> Reason | None:
    """Return why a password in its one spelling may not be set."""
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
    """Return what a guesser knows: the workspace's names, the portal's host, the contact's."""
    host = urlsplit(workspace.portal_url).hostname or ""
    texts = [workspace.id, workspace.name, workspace.sender, host, *of_contact]
    return [text for text in texts if text]


def words_in(texts: Iterable[str]) -> set[str]:
    """Return the words of *texts*, and each text without what stands between its words."""
    words: set[str] = set()
    for text in texts:
        parts = _BETWEEN_WORDS.split(spelled(text).casefold())
        words.update(parts)
        words.add("".join(parts))
    return {each for each in words if len(each) >= SHORTEST_WORD}
