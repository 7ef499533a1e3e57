"""Text from outside, made harmless to show: on a terminal, in a table, on a page, in a mail.

What nobody sees can still do something: ESC moves a terminal's cursor and paints over what stood
there, a line break begins a line of somebody else's, a bidi override turns the rest of a sentence
around, and what has no width makes two words look like one. Each becomes ``REPLACED``.
"""

import json
import re
import unicodedata
from typing import Any

REPLACED = "\ufffd"
"""Shown where something was that cannot be."""
JOINERS = "\u200c\u200d"
"""Persian names and emoji need these between two letters; elsewhere they only hide something."""
NO_BREAK = "\xa0\u202f"
"""Blanks that keep two parts of a name on one line."""
UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
UNSEEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and signs to Unicode, and nothing to anybody's eye."""
_STRAY_JOINER = re.compile(rf"(?<![^\s{JOINERS}])[{JOINERS}]|[{JOINERS}](?![^\s{JOINERS}])")


def is_unseen(character: str) -> bool:
    """Say whether nobody sees *character*: controls, bidi marks, joiners, what has no glyph."""
    return unicodedata.category(character) in UNSEEN_CATEGORIES or character in UNSEEN_LETTERS


def printable(text: str) -> str:
    """Return *text* on one line, each character to be seen; as long as it was."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_plain(each) for each in text)


def printable_name(text: str) -> str:
    """Return *text* as :func:`printable` does, with what people's names are joined by."""
    if text.isascii() and text.isprintable():
        return text
    text = _STRAY_JOINER.sub(REPLACED, text)
    kept = JOINERS + NO_BREAK
    return "".join(each if each in kept else _plain(each) for each in text)


def is_printable_name(text: str) -> bool:
    """Say whether a name can be shown as it stands."""
    return printable_name(text) == text


def printable_json(content: Any, **options: Any) -> str:
    """Return *content* as JSON whose text is as it was, and can be shown: what is unseen is escaped.

    Args:
        content: what ``json.dumps`` takes.
        options: of ``json.dumps``, but for ``ensure_ascii``.
    """
    text = json.dumps(content, ensure_ascii=False, **options)
    # Line breaks are those of the indentation: in a text they are escaped already.
    return "".join(
        json.dumps(each)[1:-1] if each != "\n" and is_unseen(each) else each for each in text
    )


def _plain(character: str) -> str:
    if is_unseen(character):
        return REPLACED
    return " " if character.isspace() else character
