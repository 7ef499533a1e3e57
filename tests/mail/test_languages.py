"""Eight languages that say the same."""

import json
import string
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from portico.mail.languages import (
    LANGUAGES,
    WORDS_FOLDER,
    best_language,
    plural_form,
    words_of,
)
from portico.mail.letters import Purpose

every_language = pytest.mark.parametrize("language", LANGUAGES)


class TestTheBestLanguage:
    @pytest.mark.parametrize(
        ("wanted", "best"),
        [
            (["de"], "de"),
            (["pt-BR"], "pt"),
            (["PT_br"], "pt"),
            (["ja-JP-u-ca-japanese"], "ja"),
            (["tlh", "fr"], "fr"),
            ([None, "es"], "es"),
            (["", "it"], "it"),
            (["de", "fr"], "de"),
            (["tlh", "eo"], "en"),
            ([], "en"),
            (["../../etc/passwd", "ar"], "ar"),
        ],
    )
    def test_is_the_first_wanted_one_that_we_speak(self, wanted, best):
        assert best_language(*wanted) == best


class TestTheWordFiles:
    def test_are_one_per_language(self):
        assert {path.stem for path in WORDS_FOLDER.iterdir()} == set(LANGUAGES)

    @every_language
    def test_hold_the_same_sentences_with_the_same_gaps(self, language):
        assert _gaps(_entries(language)) == _gaps(_entries("en"))

    @every_language
    def test_speak_of_every_purpose(self, language):
        assert {purpose.value for purpose in Purpose} <= _entries(language).keys()

    @every_language
    def test_have_twelve_months(self, language):
        assert len(set(_entries(language)["months"])) == 12

    @every_language
    def test_have_exactly_the_plural_forms_their_language_needs(self, language):
        needed = {plural_form(language, count) for count in range(201)}

        assert _entries(language)["minutes"].keys() == needed

    @every_language
    def test_are_not_english_but_in_english(self, language):
        english = _sentences(_entries("en"))
        same = english & _sentences(_entries(language))

        assert language == "en" or same <= {"{code} · {subject}", "UTC", "({zone})"}

    @every_language
    def test_hold_no_markup_and_no_address_of_a_page(self, language):
        assert not {
            sentence
            for sentence in _sentences(_entries(language))
            if any(mark in sentence for mark in ("<", ">", "&", "http", "www", "//"))
        }

    def test_run_from_right_to_left_in_arabic_alone(self):
        assert [each for each in LANGUAGES if words_of(each).direction == "rtl"] == ["ar"]


class TestMinutes:
    @pytest.mark.parametrize(
        ("language", "count", "said"),
        [
            ("en", 1, "1 minute"),
            ("en", 10, "10 minutes"),
            ("de", 1, "1 Minute"),
            ("fr", 1, "1 minute"),
            ("ja", 10, "10分"),
            ("ar", 1, "دقيقة واحدة"),
            ("ar", 2, "دقيقتين"),
            ("ar", 10, "10 دقائق"),
            ("ar", 15, "15 دقيقة"),
            ("ar", 100, "100 دقيقة"),
        ],
    )
    def test_agree_with_their_number(self, language, count, said):
        assert words_of(language).minutes(count) == said


class TestAMoment:
    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("en", "1 August 2025, 07:05 UTC"),
            ("de", "1. August 2025, 07:05 Uhr UTC"),
            ("fr", "1er août 2025 à 07:05 UTC"),
            ("es", "1 de agosto de 2025, 07:05 UTC"),
            ("pt", "1º de agosto de 2025, 07:05 UTC"),
            ("it", "1º agosto 2025, ore 07:05 UTC"),
            ("ja", "2025年8月1日 07:05（UTC）"),
            ("ar", "1 أغسطس 2025، 07:05 بالتوقيت العالمي"),
        ],
    )
    def test_is_said_as_people_there_say_it(self, language, said):
        assert words_of(language).moment(datetime(2025, 8, 1, 7, 5, tzinfo=UTC)) == said

    @pytest.mark.parametrize(
        ("language", "zone", "said"),
        [
            ("en", "Europe/Berlin", "1 January 2026, 00:30 (Europe/Berlin)"),
            ("de", "Asia/Kolkata", "1. Januar 2026, 05:00 Uhr (Asia/Kolkata)"),
            ("fr", "America/New_York", "31 décembre 2025 à 18:30 (America/New_York)"),
            ("ja", "Asia/Tokyo", "2026年1月1日 08:30（Asia/Tokyo）"),
            ("ar", "Asia/Riyadh", "1 يناير 2026، 02:30 (Asia/Riyadh)"),
        ],
    )
    def test_is_said_by_the_contacts_clock_and_names_it(self, language, zone, said):
        at = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)

        assert words_of(language).moment(at, zone=zone) == said

    @pytest.mark.parametrize("zone", ["Europe", "Mars/Olympus", "../etc/passwd", "", "x" * 64])
    def test_of_a_zone_that_nobody_knows_is_utc(self, zone):
        at = datetime(2025, 8, 1, 7, 5, tzinfo=UTC)

        assert words_of("en").moment(at, zone=zone) == "1 August 2025, 07:05 UTC"

    def test_is_said_in_universal_time(self):
        in_tokyo = datetime(2025, 5, 4, 1, 0, tzinfo=timezone(timedelta(hours=9)))

        assert words_of("en").moment(in_tokyo) == "3 May 2025, 16:00 UTC"


def _entries(language: str) -> dict[str, Any]:
    entries: dict[str, Any] = json.loads(
        (WORDS_FOLDER / f"{language}.json").read_text(encoding="utf-8")
    )
    return entries


def _gaps(entries: dict[str, Any], above: str = "") -> dict[str, set[str]]:
    """Each sentence's path with the names of its gaps. Months and plurals differ by nature."""
    found: dict[str, set[str]] = {}
    for name, entry in entries.items():
        if name in ("months", "minutes"):
            found[name] = set()
        elif isinstance(entry, dict):
            found |= _gaps(entry, f"{above}{name}.")
        else:
            found[above + name] = {gap for _, gap, _, _ in string.Formatter().parse(entry) if gap}
    return found


def _sentences(entries: dict[str, Any]) -> set[str]:
    texts: set[str] = set()
    for name, entry in entries.items():
        if name == "minutes":
            continue
        if isinstance(entry, dict):
            texts |= _sentences(entry)
        elif isinstance(entry, str) and " " in entry:
            texts.add(entry)
    return texts
