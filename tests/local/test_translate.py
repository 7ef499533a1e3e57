"""What is kept of translations: the same ones are made once, and never taken for another's."""

import json

import pytest

from local.translate import KEPT, kept


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "translated"


class Translator:
    """Says what it was asked, and counts how often."""

    def __init__(self):
        self.asked = 0

    def __call__(self, text, given):
        self.asked += 1
        return {"of": text, "with": given, "number": self.asked}


class TestATranslation:
    def test_is_made_once(self, folder):
        translator = Translator()

        first = kept("a", {"Stage": "dev"}, folder, translator)

        assert json.loads(first) == {"of": "a", "with": {"Stage": "dev"}, "number": 1}
        assert kept("a", {"Stage": "dev"}, folder, translator) == first

    def test_is_made_anew_of_another_text_or_with_another_parameter(self, folder):
        translator = Translator()
        asked = [("a", {}), ("b", {}), ("a", {"Stage": "dev"}), ("a", {"Stage": "prod"})]

        made = [json.loads(kept(*each, folder, translator)) for each in asked]

        assert [(each["of"], each["with"]) for each in made] == asked

    def test_is_made_anew_by_another_translator(self, folder, tmp_path, monkeypatch):
        translator = Translator()
        kept("a", {}, folder, translator)
        pins = tmp_path / "pins.txt"
        pins.write_text("aws-sam-translator==0\n")
        monkeypatch.setattr("local.translate.PINS", pins)

        assert json.loads(kept("a", {}, folder, translator))["number"] == 2

    def test_that_fails_is_not_kept(self, folder):
        def fails(text, given):
            raise ValueError(text)

        with pytest.raises(ValueError, match="a"):
            kept("a", {}, folder, fails)

        assert json.loads(kept("a", {}, folder, Translator()))["number"] == 1

    def test_is_given_where_nothing_can_be_kept(self, tmp_path):
        occupied = tmp_path / "file"
        occupied.write_text("")

        assert json.loads(kept("a", {}, occupied, Translator()))["of"] == "a"


class TestTheFolder:
    def test_keeps_the_newest(self, folder):
        translator = Translator()
        for n in range(KEPT + 3):
            kept(str(n), {}, folder, translator)

        assert len(list(folder.iterdir())) == KEPT
        assert json.loads(kept(str(KEPT + 2), {}, folder, translator))["number"] == KEPT + 3
