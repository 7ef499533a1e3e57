"""Find passwords that are a common one, stretched to the length that we require.

The lists hold few passwords of fifteen characters. People stretch a shorter one: they repeat the
word, add a number, or add a row of keys. Attackers try that too.
"""

import re
from collections.abc import Collection, Iterator

from portico.passwords.common_passwords import LONGEST_LISTED, SHORTEST_LISTED, listed

FREE = 4
"""Characters that a guesser finds by trying all: a day and a month, or an exclamation mark."""
SHORTEST_RUN = 3
SHORTEST_UNIT = 8
"""The repeated part must have this length, or the whole is no better than a short password."""

_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "112233445566778899",
    "a1b2c3d4e5f6g7h8i9",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "!@#$%^&*()_+",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "qazwsxedcrfvtgbyhnujmikolp",
)
_WALKS = "\n".join([*_ROWS, *(row[::-1] for row in _ROWS)])
"""Alphabet, digits and rows of keyboards, forwards and backwards."""
_DISGUISED = str.maketrans("0134579@$!", "oleastgasi")
"""Digits and signs that people write instead of letters."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_BETWEEN = re.compile(r"[\s._-]")
"""Separators between words, which add nothing to a guess."""


def is_common(text: str) -> bool:
    """Say whether *text* is a listed password, or a form of one listed word."""
    folded = text.casefold()
    if folded in listed() or folded.translate(_DISGUISED) in listed():
        return True
    unit = _repeated(folded)
    if len(unit) < SHORTEST_UNIT:
        return True
    return _explained(unit, own=())


def is_made_of(text: str, words: Collection[str]) -> bool:
    """Say whether *text* consists of *words*, at most one listed word, and a few characters.

    Args:
        text: the normalised password.
        words: case-folded, none of them empty.
    """
    folded = text.casefold()
    plain = folded.translate(_DISGUISED)
    mine = sorted((w for w in words if w in folded or w in plain), key=len, reverse=True)
    return bool(mine) and _explained(folded, own=mine)


def _explained(text: str, *, own: Collection[str]) -> bool:
    rest = text
    for word in own:
        rest = _without(rest, word)
    left = _unpredictable(rest)
    if left <= FREE:
        return True
    return any(
        _unpredictable(_without(rest, word)) <= FREE
        for word in _listed_in(rest)
        # Most words are too short to explain the rest, so skip them.
        if _count(rest, word) * len(word) >= left - FREE
    )


def _repeated(text: str) -> str:
    """Return the shortest start that *text* repeats. The last repetition may be incomplete."""
    for length in range(1, len(text) // 2 + 1):
        if (text[:length] * (len(text) // length + 1)).startswith(text):
            return text[:length]
    return text


def _listed_in(text: str) -> Iterator[str]:
    known = listed()
    for spelling in {text, text.translate(_DISGUISED)}:
        for start in range(len(text)):
            ends = range(start + SHORTEST_LISTED, min(len(text), start + LONGEST_LISTED) + 1)
            yield from (spelling[start:end] for end in ends if spelling[start:end] in known)


def _without(text: str, word: str) -> str:
    """Return *text* with every *word* in it, disguised or not, replaced by a line break."""
    plain = text.translate(_DISGUISED)
    parts, at = [], 0
    while at < len(text):
        if text.startswith(word, at) or plain.startswith(word, at):
            parts.append("\n")
            at += len(word)
        else:
            parts.append(text[at])
            at += 1
    return "".join(parts)


def _count(text: str, word: str) -> int:
    return max(text.count(word), text.translate(_DISGUISED).count(word))


def _unpredictable(text: str) -> int:
    """Count the characters of *text* that are in no run of keys, no year, and no separator."""
    left, at = 0, 0
    while at < len(text):
        length = _run(text, at)
        if length < SHORTEST_RUN:
            left += not _BETWEEN.match(text[at])
            length = 1
        at += length
    return left


def _run(text: str, at: int) -> int:
    if _YEAR.match(text, at):
        return 4
    end = at + 1
    while end < len(text) and text[end] != "\n" and _goes_on(text, at, end):
        end += 1
    return end - at


def _goes_on(text: str, at: int, end: int) -> bool:
    piece = text[at : end + 1]
    return piece in _WALKS or piece == piece[0] * len(piece)
