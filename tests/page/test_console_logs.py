"""The words that the console has for the trail: one for each thing that a row can say."""

import re

import pytest

from portico.diagnosis.line_words import ENDED, FATES, WHY_REFUSED, WITHHELD
from portico.trail.entries import DELIVERIES, Outcome
from tests.page.test_console import ENGLISH, MODULES
from tests.support.doors import ROOT

TABLE = (ROOT / "docs/table.md").read_text()
ROWS = re.findall(r"^\| ((?:`[a-z-]+\.[a-z-]+`(?:, )?)+) \|", TABLE, re.MULTILINE)
EVENTS = sorted({each for row in ROWS for each in re.findall(r"`([^`]+)`", row)})
OF_SIGN_INS = ("code", "session", "sso", "mail", "password")
NOT_LISTED = {"notice.asked", "notice.mailed", "notice.withheld", "portal.granted"}
"""What docs/trail.md leaves out of the list."""


def slug(word: str) -> str:
    return re.sub("[^a-z]", "_", word)


class TestTheWordsOfTheTrail:
    def test_are_there_for_every_outcome_and_fate_of_a_mail(self):
        wanted = [*(f"outcome_{slug(each)}" for each in Outcome), *(f"delivery_{each}" for each in DELIVERIES.values())]  # fmt: skip

        assert [each for each in wanted if f"log_{each}" not in ENGLISH] == []

    @pytest.mark.parametrize(
        "reasons", [WITHHELD, ENDED, WHY_REFUSED], ids=["withheld", "ended", "refused"]
    )
    def test_are_there_for_every_reason(self, reasons):
        assert [each for each in reasons if f"log_why_{slug(each)}" not in ENGLISH] == []

    def test_are_there_for_every_event_of_a_sign_in(self):
        of_sign_ins = [each for each in EVENTS if each.startswith(OF_SIGN_INS)]

        assert {*FATES, "code.withheld", "session.started", "sso.refused"} <= set(of_sign_ins)
        assert [each for each in of_sign_ins if f"log_event_{slug(each)}" not in ENGLISH] == []

    def test_are_there_for_nearly_all_else(self):
        # What is newer than the page stands there by the trail's own word.
        said = [each for each in EVENTS if f"log_event_{slug(each)}" in ENGLISH]

        assert len(said) > 70
        assert set(said).isdisjoint(NOT_LISTED)


class TestTheFilter:
    def test_knows_the_outcomes_and_fates_that_the_list_has(self):
        words = MODULES["log-words.js"]
        (outcomes,) = re.findall(r"OUTCOMES = \[(.*?)\]", words)
        (fates,) = re.findall(r"DELIVERIES = \[(.*?)\]", words)

        assert set(re.findall(r'"([\w-]+)"', outcomes)) == {str(each) for each in Outcome}
        assert set(re.findall(r'"(\w+)"', fates)) == set(DELIVERIES.values())
