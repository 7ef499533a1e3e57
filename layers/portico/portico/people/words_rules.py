"""The settings of the words row: which values they take, and in words what is wrong with one.

Page and mail check the schemes of links again where they show them.
"""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from portico.errors import InvalidRequest
from portico.people.addresses import normalise
from portico.people.rules import LOCALES
from portico.people.setting_kinds import maybe, switch, text, texts
from portico.people.setting_rules import URL_TEXT, origin_of
from portico.people.setting_rules import printable as printable_text
from portico.people.workspace_settings import SettingRule, checked_by
from portico.people.workspace_words import WorkspaceWords

LONGEST_PUBLIC_LINK = 300
LONGEST_PAUSE_TEXT = 300
"""Characters in one language. In eight languages they are still few kilobytes in one row."""

# What a mailto: link may hold without being encoded, and without being able to add a subject.
_PLAIN_ADDRESS = re.compile(r"[a-z0-9.!$*+_~'=^`{|}-]+@[a-z0-9.-]+\Z")
_LIKE_A_CODE = re.compile(r"\b([0-9A-Z]{7}|[0-9A-Z]{3}-[0-9A-Z]{4})\b")
"""Whoever pastes a whole mail into the page would paste two codes."""


def checked_words(words: WorkspaceWords, changes: dict[str, Any]) -> WorkspaceWords:
    """Return *words* with *changes*, each value normalised.

    Raises:
        SettingsRefused: one or more values are not allowed; it names all of them.
    """
    return replace(words, **checked_by(WORDS_RULES, changes))


def public_link(link: str) -> str:
    """Return a link for contacts: a page's as it is, an address as ``mailto:``.

    Raises:
        ValueError: it is neither, with the reason in words.
    """
    address = link.removeprefix("mailto:")
    if "@" in address and "/" not in address:
        try:
            email = normalise(address)
        except InvalidRequest as refused:
            raise ValueError(f"an address: {refused.reason}") from None
        if not _PLAIN_ADDRESS.match(email):
            raise ValueError("an address with plain characters only")
        return f"mailto:{email}"
    if not link.startswith("https://"):
        raise ValueError("an address such as help@example.com, or a page with https://")
    if _LIKE_A_CODE.search(link):
        raise ValueError(
            "a page without a part like 1234567: in a mail it looks like a second code"
        )
    origin = origin_of(link, "a page")
    parts = urlsplit(link)
    if not URL_TEXT.match(link) or f"{parts.scheme}://{parts.netloc}" != origin:
        raise ValueError(f"a page as a browser writes it: {origin}/…")
    if len(link) > LONGEST_PUBLIC_LINK:
        raise ValueError(f"{LONGEST_PUBLIC_LINK} characters at most")
    return link


def _pause_text(said: dict[str, str]) -> dict[str, str]:
    for language, each in said.items():
        if language not in LOCALES:
            raise ValueError(f"{language!a}: no language; use {', '.join(LOCALES)}")
        printable_text(each)
        if not 0 < len(each) <= LONGEST_PAUSE_TEXT:
            raise ValueError(f"{language}: 1 to {LONGEST_PAUSE_TEXT} characters")
    return said


WORDS_RULES: dict[str, SettingRule] = {
    "support_url": SettingRule(
        "Where contacts find help: an address, or a page with https://.", maybe(text(public_link))
    ),
    "privacy_url": SettingRule(
        "The privacy policy: a page with https://, or an address.", maybe(text(public_link))
    ),
    "terms_url": SettingRule(
        "The terms of use: a page with https://, or an address.", maybe(text(public_link))
    ),
    "pause_text": SettingRule(
        "What the page says while the portal is paused, as LANGUAGE=TEXT.", texts(_pause_text)
    ),
    "powered_by": SettingRule("Whether the page says Sign-in by Portico.", switch),
}
"""Every field of the words row."""
