"""The words of a mail in eight languages."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portico.people.rules import LOCALES, language_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

WORDS_FOLDER = Path(__file__).parent / "words"
LANGUAGES = LOCALES
FALLBACK = "en"

FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"


def best_language(*wanted: str | None) -> str:
    """Choose the first wanted language that we speak, or else English.

    Args:
        wanted: language tags, the most wanted first: the page's, the contact's, the workspace's.
    """
    return next((found for tag in wanted if (found := language_of(tag))), FALLBACK)


def plural_form(language: str, count: int) -> str:
    """Name the plural category of a whole number, as Unicode does.

    Source: CLDR 46, cardinal rules.
    """
    match language:
        case "ja":
            return "other"
        case "fr" | "pt":
            return "one" if count in (0, 1) else "other"
        case "ar":
            return _arabic_form(count)
        case _:
            return "one" if count == 1 else "other"


class Words:
    """One language's words; ask `words_of` for them."""

    def __init__(self, language: str, entries: Mapping[str, Any]) -> None:
        self.language = language
        self.direction: str = entries["direction"]
        self._entries = entries

    def say(self, *path: str, **values: str) -> str:
        """Return one sentence with its values filled in.

        A right-to-left sentence isolates every value. Otherwise a Latin name would drag the
        full stop behind it to the wrong side.

        Raises:
            KeyError: there is no such sentence, or a value that it needs is missing.
        """
        sentence: Any = self._entries
        for step in path:
            sentence = sentence[step]
        if self.direction == "rtl":
            values = {name: _isolated(value) for name, value in values.items()}
        return str(sentence).format_map(values)

    def minutes(self, count: int) -> str:
        """Say a number of minutes: ``"10 minutes"``."""
        pattern: str = self._entries["minutes"][plural_form(self.language, count)]
        return pattern.format(count=count)

    def moment(self, at: datetime, *, zone: str | None = None) -> str:
        """Say a date and a time of day, and by which clock.

        Args:
            at: the time.
            zone: the contact's, an IANA name. One that nobody knows, or none, is UTC.
        """
        known = _zone(zone) if zone else None
        at = at.astimezone(known or UTC)
        named = self._entries["zone"].format(zone=known.key) if known else self._entries["utc"]
        pattern: str = self._entries["moment"]
        month: str = self._entries["months"][at.month - 1]
        day: str = self._entries["first_day"] if at.day == 1 else str(at.day)
        return pattern.format(day=day, month=month, year=at.year, time=f"{at:%H:%M}", zone=named)


@cache
def words_of(language: str) -> Words:
    """Read one of `LANGUAGES`, once."""
    entries = json.loads((WORDS_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return Words(language, entries)


def _zone(name: str) -> "ZoneInfo | None":
    # Loaded here, because most contacts have named no zone.
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        # There is no such zone, or the name is that of a folder of zones.
        return None


def _arabic_form(count: int) -> str:
    if count in (0, 1, 2):
        return ("zero", "one", "two")[count]
    if 3 <= count % 100 <= 10:
        return "few"
    return "many" if 11 <= count % 100 <= 99 else "other"


def _isolated(value: str) -> str:
    return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}"
