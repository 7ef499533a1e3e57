"""Make a text that a workspace chose harmless in a mail."""

import re
import unicodedata

from portico.printable import JOINERS, is_unseen

LONGEST_MAIL_NAME = 100

SCHEME = re.compile(r"(?:\b[a-z][a-z0-9+.-]*:)?//+", re.IGNORECASE)
DOT_INSIDE_A_WORD = re.compile(r"(?<=\w)\.(?=\w)")


def plain_name(text: str, *, otherwise: str = "") -> str:
    """Make a name fit for a header and a sentence.

    It removes controls, bidi marks and other invisible characters; line ends of every kind;
    angle brackets (some clients show a text part as HTML); the scheme of a URL; and the signs of
    an encoded word, which the library would otherwise decode (``=?utf-8?q?=0A?=``).

    Returns:
        At most `LONGEST_MAIL_NAME` characters on one line, or *otherwise* if nothing is left.
    """
    # Cut first: five kilobytes of name should cost nothing.
    text = unicodedata.normalize("NFC", text[: 4 * LONGEST_MAIL_NAME])
    text = "".join(_seen(character) for character in text)
    # A removal can join the two halves of the next sign, so repeat until nothing changes.
    while (simpler := SCHEME.sub(" ", re.sub(r"[<>]|=\?|\?=", "", text))) != text:
        text = simpler
    text = " ".join(text.split())
    if len(text) > LONGEST_MAIL_NAME:
        text = text[: LONGEST_MAIL_NAME - 1].rstrip() + "…"
    return text if text.strip(JOINERS) else otherwise


def unlinked(name: str) -> str:
    """Keep mail clients from turning ``evil.example`` in a sentence into a link.

    A zero-width non-joiner before the dot is invisible, and the clients end the name there.
    """
    return DOT_INSIDE_A_WORD.sub("\u200c.", name)


def _seen(character: str) -> str:
    if character in JOINERS:
        return character
    if character.isspace():
        return " "
    return "" if is_unseen(character) else character
