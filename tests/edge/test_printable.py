"""Text from outside, made harmless to show: `portico.printable`."""

import json
import sys
import unicodedata
from datetime import UTC, datetime

import pytest

from portico.errors import InvalidRequest
from portico.events import Event
from portico.people.contact_names import contact_name
from portico.printable import (
    UNSEEN_CATEGORIES,
    is_printable_name,
    printable,
    printable_json,
    printable_name,
)

EVERY = "".join(map(chr, range(sys.maxunicode + 1)))
GOOD_NAMES = [
    "Ann Archer",
    "Chlo\u00e9 Durand",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a non-joiner
    "\u0995\u09cd\u200d\u09b7",  # Bengali, with a joiner
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "Jean\xa0Dupont",
    "12\u202f000",
    "\u5c71\u7530 \u592a\u90ce",
    "O\u2019Brien-Smith",
]
ODD_NAMES = [
    "\u200dAnn",
    "Ann\u200c",
    "A\u200d\u200dnn",
    "Ann \u200dArcher",
    "Ann\u202eArcher",
    "Ann\u2066Archer",
    "Ann\u200bArcher",
    "Ann\u2060Archer",
    "Ann\ufeffArcher",
    "Ann\u2028Archer",
    "Ann\u0085Archer",
    "Ann\x9bArcher",
    "Ann\x7fArcher",
    "Ann\nArcher",
    "Ann\tArcher",
    "Ann\x1b[31m",
    "Ann\u00adArcher",
    "Ann\u3164",
    "\u115f\u1160",
    "\u2800",
    "Ann\U000e0041",
    "Ann\ud800",
]


class TestAText:
    def test_out_09_holds_nothing_that_nobody_sees_whatever_it_held(self):
        kept = set(printable(EVERY))

        assert {unicodedata.category(each) for each in kept} & UNSEEN_CATEGORIES == set()
        assert [each for each in kept if each.isspace()] == [" "]

    def test_out_09_is_as_long_as_it_was(self):
        assert len(printable(EVERY)) == len(EVERY)

    def test_out_09_keeps_what_can_be_seen(self):
        seen = "".join(map(chr, range(32, 127))) + "\u00e4\u00df\u4e2d\u0905\u0627\U0001f600"

        assert printable(seen) == seen

    def test_out_09_is_the_same_the_second_time(self):
        assert printable(printable(EVERY)) == printable(EVERY)


class TestAName:
    @pytest.mark.parametrize("name", GOOD_NAMES)
    def test_out_09_that_people_have_is_left_alone(self, name):
        assert printable_name(name) == name
        assert is_printable_name(name)
        assert contact_name(name) == name

    @pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
    def test_out_09_that_nobody_has_is_refused_and_shown_with_a_mark(self, name):
        assert "\ufffd" in printable_name(name)
        with pytest.raises(InvalidRequest):
            contact_name(f"x{name}x" if name.strip() != name else name)

    def test_out_09_is_the_same_the_second_time(self):
        assert printable_name(printable_name(EVERY)) == printable_name(EVERY)


class TestJson:
    def test_says_the_same_and_shows_nothing_unseen(self):
        every = "".join(each for each in EVERY if unicodedata.category(each) != "Cs")
        content = {"all": every, "\x9b": ["\u202e", "\ud800"]}
        text = printable_json(content, indent=2)

        unseen = {c for c in text if unicodedata.category(c) in UNSEEN_CATEGORIES}
        assert unseen == {"\n"}
        assert json.loads(text) == content

    def test_leaves_readable_what_can_be_read(self):
        assert printable_json({"name": "Chlo\u00e9"}) == '{"name": "Chlo\u00e9"}'


class TestAnEvent:
    def test_keeps_nothing_that_a_terminal_would_obey(self):
        detail = {"reason": "answer: \x1b[31m\n\x9b2J\u202e"}
        event = Event("sso.refused", _noon(), "sub\x1bject", by="cli:\x9beve", detail=detail)

        kept = event.rider()

        assert kept["detail"]["reason"] == "answer: \ufffd[31m\ufffd\ufffd2J\ufffd"
        assert (kept["subject"], kept["by"]) == ("sub\ufffdject", "cli:\ufffdeve")


def _noon() -> datetime:
    return datetime(2026, 11, 21, 12, tzinfo=UTC)
