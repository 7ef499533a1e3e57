"""What page and mail show beside the settings (people/words_rules.py,
people/workspace_words.py)."""

import pytest

from portico.people.words_rules import checked_words, public_link
from portico.people.workspace_settings import SettingsRefused
from portico.people.workspace_words import WorkspaceWords

NONE = WorkspaceWords()


class TestALinkForContacts:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("help@acme.example", "mailto:help@acme.example"),
            ("mailto:Help@ACME.example", "mailto:help@acme.example"),
            ("help+portal@acme.example", "mailto:help+portal@acme.example"),
            ("https://acme.example/help?lang=de#top", "https://acme.example/help?lang=de#top"),
            ("https://acme.example", "https://acme.example"),
        ],
    )
    def test_out_08_is_a_page_or_an_address(self, typed, kept):
        assert public_link(typed) == kept

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "acme.example/help",
            "http://acme.example/help",
            "HTTPS://acme.example",
            "https://ACME.example/help",
            "//acme.example",
            "javascript:alert(1)",
            "javascript:alert(1)//@acme.example",
            "data:text/html,x",
            "tel:+4912345",
            "https://user:secret@acme.example",
            "https://acme.example/a b",
            'https://acme.example/"onclick=alert(1)',
            "https://acme.example/\u202egnp.exe",
            "https://acme.example\\@evil.example",
            "https://acme.example/" + "a" * 300,
            "https://acme.example/articles/1234567",
            "https://acme.example/ABC-DEFG",
            "mailto:help@acme.example?bcc=evil@evil.example",
            "help@acme.example?subject=x",
            "help@acme.example,evil@evil.example",
            "help%0d%0aBcc:x@acme.example",
            "Acme <help@acme.example>",
            "h\u00e9lp@acme.example",
            "mailto:mailto:help@acme.example",
        ],
        ids=ascii,
    )
    def test_out_08_is_nothing_else(self, typed):
        with pytest.raises(ValueError, match=r"."):
            public_link(typed)


class TestTheText:
    def test_of_a_pause_is_kept_by_language(self):
        said = checked_words(NONE, {"pause_text": {"de": "Wir ziehen um.", "en": "We move."}})

        assert said.pause_text == {"de": "Wir ziehen um.", "en": "We move."}

    @pytest.mark.parametrize(
        "texts",
        [
            {"xx": "x"},
            {"en": ""},
            {"en": "x" * 301},
            {"en": "a\nb"},
            {"en": "a\u202eb"},
            {"en": " a"},
        ],
        ids=ascii,
    )
    def test_is_short_and_can_be_shown(self, texts):
        with pytest.raises(SettingsRefused):
            checked_words(NONE, {"pause_text": texts})

    def test_that_is_wrong_is_told_with_all_that_is_wrong(self):
        with pytest.raises(SettingsRefused) as refused:
            checked_words(NONE, {"support_url": "x", "terms_url": "y", "privacy_url": None})

        assert [name for name, _ in refused.value.problems] == ["support_url", "terms_url"]


class TestTheRow:
    def test_that_is_not_there_says_nothing_but_who_made_the_page(self):
        assert WorkspaceWords.from_row(None) == NONE
        assert NONE.powered_by is True

    def test_leaves_out_what_is_of_another_kind(self):
        row = {"support_url": 7, "pause_text": "x", "powered_by": "no", "terms_url": "https://a.b"}

        assert WorkspaceWords.from_row(row) == WorkspaceWords(terms_url="https://a.b")
