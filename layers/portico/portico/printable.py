"""Text from outside, made harmless to show: on a terminal, in a table, on a page, in a mail.

Invisible characters can do harm. ESC moves a terminal's cursor and overwrites text, a line break
starts a forged line, a bidi override turns the rest of a sentence around, and characters without
width make two words look like one. Each becomes ``REPLACED``.
"""

import json
import re
import unicodedata
from typing import Any

REPLACED = "\ufffd"
"""Replaces a character that must not be shown."""
JOINERS = "\u200c\u200d"
"""Persian names and emoji need these between two letters. Elsewhere they only hide something."""
NO_BREAK = "\xa0\u202f"
"""Blanks that keep two parts of a name on the same line."""
UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
UNSEEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that Unicode counts as letters, marks or signs, but that nobody can see."""
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with, in full-width letters too, which some spreadsheets fold."""
_STRAY_JOINER = re.compile(rf"(?<![^\s{JOINERS}])[{JOINERS}]|[{JOINERS}](?![^\s{JOINERS}])")


def is_unseen(character: str) -> bool:
    """Say whether *character* is invisible: a control, bidi mark or joiner, or without a glyph."""
    return unicodedata.category(character) in UNSEEN_CATEGORIES or character in UNSEEN_LETTERS


def printable(text: str) -> str:
    """Return *text* on one line, of the same length, with every character visible."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_plain(each) for each in text)


def printable_name(text: str) -> str:
    """Return *text* as :func:`printable` does, but keep the joiners that names need."""
    if text.isascii() and text.isprintable():
        return text
    text = _STRAY_JOINER.sub(REPLACED, text)
    kept = JOINERS + NO_BREAK
    return "".join(each if each in kept else _plain(each) for each in text)


def printable_detail(name: str, text: str) -> str:
    """Return a detail of a line as it can be shown. A label is a name, whose letters may be joined."""
    return printable_name(text) if name == "label" else printable(text)


def printable_cell(value: object) -> str:
    """Return *value* as a cell of a table that somebody will open in a spreadsheet.

    Strangers have typed some of it: a spreadsheet would run it as a formula, and a terminal would
    obey it.
    """
    text = "" if value is None else printable_name(str(value))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def is_printable_name(text: str) -> bool:
    """Say whether a name can be shown unchanged."""
    return printable_name(text) == text


def printable_json(content: Any, **options: Any) -> str:
    """Return *content* as JSON that can be shown: invisible characters of its text are escaped.

    Args:
        content: what ``json.dumps`` takes.
        options: options of ``json.dumps``, except ``ensure_ascii``.
    """
    text = json.dumps(content, ensure_ascii=False, **options)
    # Line breaks come only from the indentation: those of a text are already escaped.
    return "".join(
        json.dumps(each)[1:-1] if each != "\n" and is_unseen(each) else each for each in text
    )


def _plain(character: str) -> str:
    if is_unseen(character):
        return REPLACED
    return " " if character.isspace() else character
