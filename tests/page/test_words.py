"""The page's words: every language says everything, and fills in the same values."""

import json
import re
from pathlib import Path
from string import Formatter

import pytest

from portico.people.rules import LOCALES

ASSETS = Path(__file__).parents[2] / "functions/sign_in_page/static/assets"
WORDS = {path.stem: json.loads(path.read_text()) for path in (ASSETS / "words").glob("*.json")}
ENGLISH = WORDS["en"]
MODULES = {path.name: path.read_text() for path in ASSETS.glob("*.js") if path.name != "console.js"}  # fmt: skip

COMPOSED = {
    "trouble_unavailable", "trouble_unavailable_text", "trouble_invalid", "trouble_invalid_text",
    "trouble_no_mail", "trouble_no_mail_text", "trouble_failed", "trouble_failed_text",
    "team_plain",
    "go_back_text_plain",
    "too_many_a_while", "try_later_a_while", "lost_text_plain",
    *(f"{key}_{part}" for part in ("title", "text") for key in (
        "sso_denied", "sso_refused", "sso_expired", "sso_later",
        "not_in_directory", "no_contact", "another_contact",
        "password_removing", "disconnecting", "undo_done", "undo_expired", "undo_used", "undo_voided",
        "undo_taken",
    )),
    *(f"{key}_{part}" for part in ("yes", "done") for key in ("password_removing", "disconnecting")),
    *(f"section_{part}" for part in (
        "profile", "email", "password", "accounts", "sessions", "data",
    )),
}  # fmt: skip
"""Keys that a module puts together from parts."""


def values_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


class TestTheWords:
    def test_are_there_for_every_locale_a_workspace_may_have(self):
        assert set(WORDS) == set(LOCALES)

    def test_are_the_languages_that_the_switch_offers(self):
        offered = re.search(
            r"LANGUAGES = Object\.freeze\(\{(.*?)\}\)", MODULES["words.js"], re.DOTALL
        )

        assert offered
        assert set(re.findall(r"^\s+(\w\w):", offered[1], re.MULTILINE)) == set(LOCALES)

    @pytest.mark.parametrize("language", sorted(WORDS))
    def test_say_the_same_things_in_the_same_order(self, language):
        assert list(WORDS[language]) == list(ENGLISH)

    @pytest.mark.parametrize("language", sorted(WORDS))
    def test_fill_in_the_same_values(self, language):
        differing = {
            key
            for key, sentence in WORDS[language].items()
            if values_of(sentence) != values_of(ENGLISH[key])
        }

        assert not differing

    @pytest.mark.parametrize("language", sorted(WORDS))
    def test_are_text_without_markup_or_stray_blanks(self, language):
        odd = {
            key
            for key, sentence in WORDS[language].items()
            if not sentence or sentence != sentence.strip() or re.search(r"[<>&]|  ", sentence)
        }

        assert not odd

    @pytest.mark.parametrize("language", sorted(set(WORDS) - {"en"}))
    def test_are_translated(self, language):
        # "Code", "ticket {id}" and the like are the same word in several languages.
        same = [key for key in ENGLISH if WORDS[language][key] == ENGLISH[key]]

        assert len(same) <= 3, same

    def test_are_all_used(self):
        source = "\n".join(MODULES.values())
        mentioned = set(re.findall(r'"([a-z_]+)"', source)) | COMPOSED

        assert set(ENGLISH) <= mentioned

    def test_hold_whatever_a_module_asks_for(self):
        asking = re.compile(
            r'(?:words\.(?:text|nodes)\(|(?:heading|paragraph|evenly)\(words, |failed\(|key: |say\()"(\w+)"'
        )
        asked = {key for source in MODULES.values() for key in asking.findall(source)}

        assert asked
        assert asked <= set(ENGLISH)
