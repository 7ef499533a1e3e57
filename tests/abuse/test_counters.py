"""A counter that is out of reach keeps its door shut: RAT-05."""

import pytest

from tests.portal import WRONG

FAULTS = ["ProvisionedThroughputExceededException", "ThrottlingException", "InternalServerError"]


@pytest.fixture
def mailed(portal):
    portal.browser.asks_for_a_code()
    portal.delivers_mail()
    return portal.mailed_code()


class TestACounterThatIsOutOfReach:
    @pytest.mark.parametrize("fault", [*FAULTS, "silence"])
    def test_rat_05_evaluates_no_guess_and_consumes_no_code(self, portal, wire, mailed, fault):
        wire.forget()
        if fault == "silence":
            wire.cut("dynamodb.UpdateItem")
        else:
            wire.answer("dynamodb.UpdateItem", fault)

        answers = [portal.browser.types(code) for code in (WRONG, mailed, "1111111", mailed)]

        assert {answer.problem for answer in answers} == {(503, "try-later")}
        assert len({answer.body["detail"] for answer in answers}) == 1
        assert "kms.Sign" not in wire.operations
        assert "dynamodb.TransactWriteItems" not in wire.operations
        assert portal.challenge_row()["attempts"] == 0
        wire.mend()
        assert portal.browser.types(WRONG).body["attempts_left"] == 4
        assert portal.browser.types(mailed).status == 200

    def test_rat_05_that_counted_and_did_not_answer_gives_no_second_guess(
        self, portal, wire, mailed
    ):
        wire.lose_answers("dynamodb.UpdateItem", times=2)
        lost = portal.browser.types(WRONG, request_id="one press")
        wire.mend()

        again = portal.browser.types(WRONG, request_id="one press")

        assert lost.problem == (503, "try-later")
        assert again.body["attempts_left"] == 4
        assert portal.challenge_row()["attempts"] == 1

    def test_rat_05_of_a_network_begins_no_challenge(self, portal, wire):
        wire.cut("dynamodb.UpdateItem")

        answer = portal.browser.asks_for_a_code()

        assert answer.problem == (503, "try-later")
        assert [row for row in portal.rows("sign-in") if row["sk"] == "challenge"] == []

    def test_rat_05_of_a_mailbox_mails_nothing_and_nothing_counts(self, portal, wire, retry_queue):
        portal.browser.asks_for_a_code()
        wire.cut("dynamodb.UpdateItem")

        portal.delivers_mail()
        wire.mend()

        assert portal.mails == []
        assert "claim_1" not in portal.challenge_row()
