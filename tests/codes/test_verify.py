"""Trading a code for a session."""

import pytest

from tests.support.driver import WRONG

PRESS = "press-1"
SDK = 2
"""How often the SDK sends one request, before the fault is ours."""


@pytest.fixture
def mailed(portal):
    """Ann's browser, and her code is in the mailbox."""
    portal.browser.asks_for_a_code()
    portal.delivers_mail()
    return portal.browser


class TestAnAttempt:
    def test_is_counted_before_anything_is_compared(self, portal, mailed, wire):
        mailed.types(WRONG)

        first, second = wire.parameters("dynamodb.UpdateItem")
        assert wire.operations == ["dynamodb.UpdateItem", "dynamodb.UpdateItem"]
        assert "#attempts = #attempts + :one" in first["UpdateExpression"]
        assert "#attempts < :attempts" in first["ConditionExpression"]
        assert second["UpdateExpression"] == "SET #event = :event"

    def test_that_is_right_takes_three_calls_and_reads_nothing(self, portal, mailed, wire):
        code = portal.mailed_code()
        wire.forget()

        mailed.types(code)

        assert sorted(wire.operations) == [
            "dynamodb.TransactWriteItems",
            "dynamodb.UpdateItem",
            "kms.Sign",
        ]

    def test_that_is_wrong_is_in_the_trail(self, portal, mailed):
        mailed.types(WRONG)

        refused = next(row for row in portal.records_trail() if row["name"] == "code.refused")
        assert refused["pk"] == f"acme#trail#{portal.ann.id}"
        assert refused["network"] == "203.0.113.7"
        assert refused["detail"]["attempts_left"] == "4"

    @pytest.mark.parametrize("entry", ["", "123", "4F29KXA", "4F29KXBB", "none", "x" * 4001])
    def test_is_not_made_by_what_can_be_no_code(self, portal, mailed, entry):
        answer = mailed.types(entry)

        assert answer.problem == (400, "invalid-request")
        assert portal.challenge_row()["attempts"] == 0

    def test_is_taken_from_the_origin_that_asked_only(self, portal, mailed):
        portals_page = portal.another_browser(origin="https://portal.acme.test")
        portals_page.challenge = mailed.challenge

        answer = portals_page.types(portal.mailed_code())

        assert answer.problem == (403, "cross-site")
        assert answer.cookies == []
        assert portal.challenge_row()["attempts"] == 0
        assert mailed.types_the_mailed_code().status == 200

    def test_is_not_taken_from_a_back_end_for_a_browser(self, portal, mailed):
        back_end = portal.another_browser(origin=None)
        back_end.challenge = mailed.challenge

        assert back_end.types(portal.mailed_code()).problem == (403, "cross-site")

    @pytest.mark.parametrize("request_id", ["x" * 65, 7, ["x"]])
    def test_names_its_press_in_64_characters_at_most(self, portal, mailed, request_id):
        answer = mailed.types(portal.mailed_code(), request_id=request_id)

        assert answer.problem == (400, "invalid-request")
        assert answer.body["errors"][0]["field"] == "request_id"

    @pytest.mark.parametrize(
        "challenge", ["chl_acme_" + "A" * 22, "chl_nowhere_" + "A" * 22, "chl__", "", "x" * 4000]
    )
    def test_of_a_challenge_that_never_was_looks_like_one_that_is_over(
        self, portal, mailed, challenge
    ):
        mailed.challenge = challenge

        answer = mailed.types(portal.mailed_code())

        assert answer.problem == (410, "challenge-closed")
        assert answer.body["reason"] == "expired"


class TestTheSamePress:
    def test_gives_the_same_session_again(self, portal, mailed):
        first = mailed.types_the_mailed_code(request_id=PRESS)
        again = mailed.types_the_mailed_code(request_id=PRESS)

        assert first.status == again.status == 200
        assert first.cookies == again.cookies
        assert len(portal.session_rows()) == 1
        assert portal.challenge_row()["attempts"] == 1

    def test_gives_nothing_after_a_minute(self, portal, mailed):
        mailed.types_the_mailed_code(request_id=PRESS)

        portal.forward(seconds=60)
        late = mailed.types_the_mailed_code(request_id=PRESS)

        assert late.problem == (410, "challenge-closed")
        assert late.body["reason"] == "used"

    def test_gives_nothing_once_the_session_has_been_refreshed(self, portal, mailed):
        mailed.types_the_mailed_code(request_id=PRESS)
        portal.forward(seconds=30)
        mailed.refreshes()

        again = mailed.types_the_mailed_code(request_id=PRESS)

        assert again.problem == (410, "challenge-closed")
        assert len(portal.session_rows()) == 1

    def test_gives_nothing_once_the_contact_has_signed_out(self, portal, mailed):
        token = mailed.types_the_mailed_code(request_id=PRESS).body["access_token"]
        mailed.signs_out(token)

        again = mailed.types_the_mailed_code(request_id=PRESS)

        assert again.problem == (410, "challenge-closed")

    def test_that_was_wrong_costs_one_attempt_however_often_it_is_sent(self, portal, mailed):
        answers = [mailed.types(WRONG, request_id=PRESS) for _ in range(7)]

        assert {answer.body["attempts_left"] for answer in answers} == {4}
        assert {answer.status for answer in answers} == {401}

    def test_with_another_code_is_another_press(self, portal, mailed):
        mailed.types(WRONG, request_id=PRESS)
        again = mailed.types("1111111", request_id=PRESS)

        assert again.body["attempts_left"] == 3

    def test_is_over_when_the_code_is(self, portal, mailed):
        portal.forward(minutes=9, seconds=59)
        mailed.types_the_mailed_code(request_id=PRESS)

        portal.forward(seconds=1)
        late = mailed.types_the_mailed_code(request_id=PRESS)

        assert late.problem == (410, "challenge-closed")
        assert late.body["reason"] == "expired"

    def test_counts_once_though_the_answer_of_the_count_was_lost(self, portal, mailed, wire):
        wire.lose_answers("dynamodb.UpdateItem", times=1)
        wrong = mailed.types(WRONG)
        wire.mend()

        assert wrong.problem == (401, "code-not-accepted")
        assert portal.challenge_row()["attempts"] == 1

    def test_gives_one_session_though_the_answer_of_the_write_was_lost(self, portal, mailed, wire):
        code = portal.mailed_code()
        wire.lose_answers("dynamodb.TransactWriteItems", times=1)
        signed_in = mailed.types(code)
        wire.mend()

        assert signed_in.status == 200
        assert wire.operations.count("dynamodb.TransactWriteItems") == 2
        assert len(portal.session_rows()) == 1


class TestAFault:
    @pytest.mark.parametrize("behind", ["kms.Sign", "dynamodb.TransactWriteItems"])
    def test_after_a_right_code_gives_the_attempt_back(self, portal, mailed, wire, behind):
        code = portal.mailed_code()
        wire.cut(behind)
        fault = mailed.types(code, request_id=PRESS)
        wire.mend()

        assert fault.problem == (503, "try-later")
        assert fault.cookies == []
        assert portal.challenge_row()["attempts"] == 0
        assert mailed.types(code, request_id=PRESS).status == 200
        assert len(portal.session_rows()) == 1

    def test_does_not_make_a_sixth_attempt(self, portal, mailed, wire):
        code = portal.mailed_code()
        for _ in range(4):
            mailed.types(WRONG)
        wire.cut("kms.Sign")
        for _ in range(2):
            assert mailed.types(code, request_id=PRESS).problem == (503, "try-later")
        wire.mend()

        assert mailed.types(WRONG).body["attempts_left"] == 0
        assert mailed.types(WRONG).problem == (410, "challenge-closed")

    def test_before_the_count_evaluates_nothing(self, portal, mailed, wire):
        code = portal.mailed_code()
        wire.cut("dynamodb.UpdateItem")
        fault = mailed.types(code)
        wire.mend()

        assert fault.problem == (503, "try-later")
        assert portal.session_rows() == []
        assert mailed.types(code).status == 200

    def test_after_a_wrong_code_costs_one_attempt_in_all(self, portal, mailed, wire):
        wire.before("dynamodb.UpdateItem", lambda: wire.cut("dynamodb.UpdateItem"))
        fault = mailed.types(WRONG, request_id=PRESS)
        wire.mend()

        assert fault.problem == (503, "try-later")
        assert mailed.types(WRONG, request_id=PRESS).body["attempts_left"] == 4

    def test_of_the_secret_evaluates_nothing(self, portal, mailed, wire, environments):
        code = portal.mailed_code()
        environments()
        wire.cut("secretsmanager.GetSecretValue")
        fault = mailed.types(code)
        wire.mend()

        assert fault.problem == (503, "try-later")
        assert portal.challenge_row()["attempts"] == 0
        assert mailed.types(code).status == 200

    def test_of_somebody_elses_write_in_the_way_is_tried_once_more(self, portal, mailed, wire):
        code = portal.mailed_code()
        wire.answer("dynamodb.TransactWriteItems", "TransactionInProgressException", times=SDK)

        assert mailed.types(code).status == 200

    def test_of_two_such_writes_gives_the_attempt_back(self, portal, mailed, wire):
        code = portal.mailed_code()
        wire.answer("dynamodb.TransactWriteItems", "TransactionInProgressException", times=2 * SDK)
        fault = mailed.types(code, request_id=PRESS)

        assert fault.problem == (503, "try-later")
        assert portal.challenge_row()["attempts"] == 0
        assert mailed.types(code, request_id=PRESS).status == 200


class TestTheCodesThatCount:
    def test_are_the_newest_and_the_one_before(self, portal, mailed):
        portal.forward(seconds=30)
        mailed.asks_again()
        portal.delivers_mail()

        assert mailed.types(portal.mailed_code(0)).status == 200

    def test_are_not_three(self, portal, mailed):
        for wait in (30, 60):
            portal.forward(seconds=wait)
            mailed.asks_again()
            portal.delivers_mail()

        assert mailed.types(portal.mailed_code(0)).problem == (401, "code-not-accepted")
        assert mailed.types(portal.mailed_code(1)).status == 200

    def test_have_their_own_ten_minutes_each(self, portal, mailed):
        portal.forward(minutes=5)
        mailed.asks_again()
        portal.delivers_mail()

        portal.forward(minutes=5)

        assert mailed.types(portal.mailed_code(0)).problem == (401, "code-not-accepted")
        assert mailed.types(portal.mailed_code(1)).status == 200

    def test_do_not_live_longer_when_their_mail_is_late(self, portal):
        portal.browser.asks_for_a_code()
        portal.forward(minutes=4, seconds=59)
        portal.delivers_mail()

        portal.forward(minutes=5, seconds=1)

        assert portal.browser.types_the_mailed_code().problem == (410, "challenge-closed")

    def test_are_used_up_together(self, portal, mailed):
        portal.forward(seconds=30)
        mailed.asks_again()
        portal.delivers_mail()

        mailed.types(portal.mailed_code(0))
        other = mailed.types(portal.mailed_code(1))

        assert other.problem == (410, "challenge-closed")
        assert other.body["reason"] == "used"
        assert len(portal.session_rows()) == 1

    def test_are_not_yet_those_that_wait_to_be_mailed(self, portal, code_of):
        portal.browser.asks_for_a_code()

        unmailed = code_of(portal.browser, 1)

        assert portal.browser.types(unmailed).problem == (401, "code-not-accepted")

    @pytest.mark.parametrize("generation", [-1, 0, 1, 2])
    def test_are_never_those_that_nobody_was_mailed(self, portal, code_of, generation):
        portal.browser.asks_for_a_code("nobody@example.com")
        portal.delivers_mail()

        guess = code_of(portal.browser, generation)

        assert portal.browser.types(guess).problem == (401, "code-not-accepted")

    def test_leave_out_one_that_was_not_mailed(self, portal, mailed, code_of):
        portal.forward(seconds=30)
        portal.suppresses(portal.ann)
        mailed.asks_again()
        portal.delivers_mail()

        assert mailed.types(code_of(mailed, 2)).problem == (401, "code-not-accepted")
        assert mailed.types(portal.mailed_code(0)).status == 200

    def test_pass_over_one_that_was_not_mailed(self, portal, mailed, code_of):
        portal.forward(seconds=30)
        mailed.asks_again()  # and its mail is never sent
        portal.forward(seconds=60)
        mailed.asks_again()
        portal.delivers_mail()

        assert mailed.types(code_of(mailed, 2)).problem == (401, "code-not-accepted")
        assert mailed.types(portal.mailed_code(0)).status == 200

    def test_do_not_let_in_a_contact_who_was_deactivated_meanwhile(self, portal, mailed):
        portal.deactivates()

        answer = mailed.types_the_mailed_code()

        assert answer.problem == (410, "challenge-closed")
        assert portal.session_rows() == []

    def test_do_not_revive_when_the_contact_is_activated_again(self, portal, mailed):
        portal.deactivates()
        portal.team.set_active(portal.id, portal.ann.id, True, by="test")

        assert mailed.types_the_mailed_code().problem == (410, "challenge-closed")
        assert portal.session_rows() == []

    def test_outlive_a_rotation_of_the_secret(self, portal, mailed, rotates):
        rotates()

        assert mailed.types_the_mailed_code().status == 200

    def test_do_not_outlive_two_rotations(self, portal, mailed, rotates):
        rotates()
        rotates()

        assert mailed.types_the_mailed_code().problem == (401, "code-not-accepted")
