"""RAT-05: a counter that cannot be asked closes the door; nothing is evaluated, nothing is lost."""

from typing import Any

import pytest

from portico.ids import random_part
from tests.faults import trouble as what
from tests.faults.trouble import LASTS, Fault, Step
from tests.faults.visits import PUT, SEND, SIGN, TRANSACT, UPDATE
from tests.support.doors import door, stream_record
from tests.support.driver import OK, WRONG

AWAY: dict[str, Fault] = {
    "throttled": what.throttles,
    "silent": what.hangs,
    "out-of-reach": what.never_arrives,
    "broken": what.breaks,
    "over-the-accounts-limit": what.answers("RequestLimitExceeded"),
}
COUNTER = Step(UPDATE)


def away(*, fast: str = "throttled") -> list[Any]:
    return [
        pytest.param(fault, id=name, marks=() if name == fast else pytest.mark.slow)
        for name, fault in AWAY.items()
    ]


@pytest.fixture
def mailed(portal) -> str:
    portal.browser.asks_for_a_code()
    portal.delivers_mail()
    code: str = portal.mailed_code()
    return code


class TestTheCounterOfAttempts:
    @pytest.mark.parametrize("fault", away())
    def test_rat_05_evaluates_no_guess_and_uses_no_code_up(
        self, portal, trouble, mailed, heard, fault
    ):
        heard()
        trouble.meets(COUNTER, fault, LASTS)
        guesses = [portal.browser.types(code) for code in (WRONG, mailed) * 5]

        # Right and wrong look the same, and cost the same two tries of the one write.
        assert {answer.problem for answer in guesses} == {(503, "try-later")}
        assert {answer.headers["retry-after"] for answer in guesses} == {"2"}
        assert set(trouble.wire.operations) == {UPDATE}
        assert len(trouble.wire.sent) == 2 * len(guesses)
        assert "ServerErrorsAlarm" in heard(*guesses).alarms()
        trouble.mend()
        assert portal.challenge_row()["attempts"] == 0
        assert portal.session_rows() == []
        assert portal.browser.types(mailed).status == 200

    @pytest.mark.parametrize("code", ["right", pytest.param("wrong", marks=pytest.mark.slow)])
    def test_rat_05_counts_once_though_nobody_heard_that_it_did(
        self, portal, trouble, mailed, code
    ):
        press, typed = random_part(), mailed if code == "right" else WRONG
        trouble.meets(COUNTER, what.loses_its_answer, LASTS)
        failed = [portal.browser.types(typed, request_id=press) for _ in range(3)]
        operations = set(trouble.wire.operations)
        trouble.mend()

        assert [answer.problem for answer in failed] == [(503, "try-later")] * 3
        assert not operations & {TRANSACT, SIGN}
        assert portal.challenge_row()["attempts"] == 1
        again = portal.browser.types(typed, request_id=press)
        assert again.status == (200 if code == "right" else 401)
        assert portal.challenge_row()["attempts"] == 1

    @pytest.mark.slow
    def test_rat_05_is_not_outrun_by_fifty_guesses_into_an_outage(self, portal, trouble, mailed):
        trouble.meets(COUNTER, what.loses_its_answer, LASTS)
        for n in range(50):
            portal.browser.types(f"00000{n:02}")
        trouble.mend()

        # Each was counted, and none was compared: five are five, whoever heard of it.
        assert portal.challenge_row()["attempts"] == 5
        assert portal.browser.types(mailed).problem == (410, "challenge-closed")


class TestTheCountersOfMails:
    @pytest.mark.parametrize("fault", away())
    def test_rat_05_of_a_network_lets_nobody_start(self, portal, trouble, fault):
        trouble.meets(COUNTER, fault, LASTS)
        started = portal.browser.asks_for_a_code()
        operations = trouble.wire.operations
        trouble.mend()

        assert started.problem == (503, "try-later")
        assert PUT not in operations
        assert portal.delivers_mail() == []
        assert portal.browser.asks_for_a_code().status == 202

    @pytest.mark.parametrize("fault", away())
    def test_rat_05_of_a_mailbox_mails_nothing_until_it_is_back(
        self, portal, trouble, queues, fault
    ):
        portal.browser.asks_for_a_code()
        trouble.meets(COUNTER, fault, LASTS)
        record = stream_record(portal.challenge_row())
        answer = door("send_mail").handler({"Records": [record]}, None)
        operations = trouble.wire.operations
        trouble.mend()

        assert answer == OK
        assert SEND not in operations
        assert (portal.mails, queues.waiting) == ([], 1)
        portal.forward(seconds=35)
        queues.hand_in()
        assert len(portal.mails) == 1
        assert portal.browser.types_the_mailed_code().status == 200
