"""How a proof becomes a session: once, whole, and with values that nobody knew before."""

import pytest

from portico.edge.responses import cookie_name
from portico.ids import random_part
from portico.sessions.rules import session_id
from tests.support.driver import Browser, Portal

COOKIE = cookie_name("acme")
USED = (410, "challenge-closed")


@pytest.fixture
def ann(portal: Portal) -> Browser:
    """Ann's browser, with the mailed code at hand."""
    portal.browser.asks_for_a_code()
    portal.delivers_mail()
    return portal.browser


class TestAPlantedValue:
    def test_ssn_01_in_the_cookie_is_replaced_and_stays_worthless(self, portal, ann):
        planted = f"{portal.ann.id}.{session_id(ann.challenge)}.0.{'A' * 43}"
        ann.cookies[COOKIE] = planted

        ann.types_the_mailed_code()

        assert ann.cookies[COOKIE] != planted
        attacker = portal.another_browser(cookies={COOKIE: planted})
        assert attacker.refreshes().problem == (401, "not-signed-in")
        assert ann.refreshes().status == 200

    def test_ssn_01_that_is_the_attackers_own_session_does_not_become_anns(self, portal, ann):
        portal.adds("Mallory", "mallory@example.com")
        attacker = portal.another_browser()
        attacker.signs_in("mallory@example.com")
        ann.cookies = dict(attacker.cookies)

        signed_in = ann.types(portal.mailed_code(0))

        assert signed_in.body["contact"]["email"] == "ann@example.com"
        assert ann.cookies[COOKIE] != attacker.cookies[COOKIE]
        assert attacker.refreshes().body["contact"]["email"] == "mallory@example.com"

    def test_ssn_01_is_never_the_same_for_two_sign_ins(self, portal):
        answers = [portal.another_browser().signs_in() for _ in range(2)]

        tokens = {answer.cookie(COOKIE) for answer in answers}
        assert len(tokens) == len({row["id"] for row in portal.session_rows()}) == 2


class TestAProof:
    def test_becomes_one_session(self, portal, ann):
        assert ann.types_the_mailed_code().status == 200

        assert ann.types_the_mailed_code().problem == USED

        assert ann.last.body["reason"] == "used"
        assert len(portal.session_rows()) == 1

    def test_sent_again_by_the_same_press_gets_the_same_session(self, portal, ann):
        press = random_part()
        first = ann.types_the_mailed_code(request_id=press)
        again = ann.types_the_mailed_code(request_id=press)

        assert (first.status, again.status) == (200, 200)
        assert again.cookie(COOKIE) == first.cookie(COOKIE)
        assert len(portal.session_rows()) == 1

    def test_sent_again_by_the_same_press_a_minute_later_is_used(self, portal, ann):
        press = random_part()
        ann.types_the_mailed_code(request_id=press)
        portal.forward(seconds=59)
        assert ann.types_the_mailed_code(request_id=press).status == 200
        portal.forward(seconds=60)

        assert ann.types_the_mailed_code(request_id=press).problem == USED

    def test_sent_again_after_a_refresh_is_used(self, portal, ann):
        press = random_part()
        ann.types_the_mailed_code(request_id=press)
        portal.forward(seconds=20)
        ann.refreshes()

        assert ann.types_the_mailed_code(request_id=press).problem == USED

        assert ann.refreshes().status == 200

    def test_sent_again_after_the_sign_out_revives_nothing(self, portal, ann):
        press = random_part()
        ann.types_the_mailed_code(request_id=press)
        ann.signs_out()

        assert ann.types_the_mailed_code(request_id=press).problem == USED

        assert "ended_at" in portal.session_rows()[0]


class TestAContactWhoIsSwitchedOffMeanwhile:
    def test_gets_no_session_though_the_code_was_right(self, portal, ann, wire):
        wire.before("dynamodb.TransactWriteItems", portal.deactivates)

        answer = ann.types_the_mailed_code()

        assert answer.problem == USED
        assert answer.body["reason"] == "expired"
        assert answer.cookies == []
        assert portal.session_rows() == []


class TestAFaultWhileASessionBegins:
    """FLT-02: both or none. The contact can finish with the same code, or has a session."""

    def test_flt_02_before_the_transaction_costs_nothing(self, portal, ann, wire):
        press = random_part()
        wire.cut("dynamodb.TransactWriteItems")
        failed = ann.types_the_mailed_code(request_id=press)
        wire.mend()

        assert failed.problem == (503, "try-later")
        assert portal.session_rows() == []
        assert portal.challenge_row()["attempts"] == 0
        assert ann.types_the_mailed_code(request_id=press).status == 200

    def test_flt_02_after_the_transaction_is_finished_by_the_same_press(self, portal, ann, wire):
        press = random_part()
        wire.lose_answers("dynamodb.TransactWriteItems")
        failed = ann.types_the_mailed_code(request_id=press)
        wire.mend()

        assert failed.problem == (503, "try-later")
        assert len(portal.session_rows()) == 1
        finished = ann.types_the_mailed_code(request_id=press)
        assert finished.status == 200
        assert len(portal.session_rows()) == 1
        assert ann.refreshes().status == 200

    def test_flt_02_of_one_answer_is_mended_by_the_sdk_alone(self, portal, ann, wire):
        wire.lose_answers("dynamodb.TransactWriteItems", times=1)

        assert ann.types_the_mailed_code().status == 200

        assert wire.operations.count("dynamodb.TransactWriteItems") == 2
        assert len(portal.session_rows()) == 1

    def test_flt_02_of_the_signature_is_finished_by_the_same_press(self, portal, ann, wire):
        press = random_part()
        wire.cut("kms.Sign")
        failed = ann.types_the_mailed_code(request_id=press)
        wire.mend()

        assert failed.problem == (503, "try-later")
        assert failed.cookies == []
        assert portal.challenge_row()["attempts"] == 0
        assert ann.types_the_mailed_code(request_id=press).status == 200
        assert len(portal.session_rows()) == 1

    def test_flt_02_does_not_let_somebody_else_finish_it(self, portal, ann, wire):
        wire.cut("kms.Sign")
        ann.types_the_mailed_code(request_id=random_part())
        wire.mend()

        assert ann.types_the_mailed_code(request_id=random_part()).problem == USED

    def test_flt_02_of_a_conflict_is_tried_once_more(self, portal, ann, wire):
        wire.conflict(times=1)

        assert ann.types_the_mailed_code().status == 200

    def test_flt_02_of_two_conflicts_is_try_later_and_costs_no_attempt(self, portal, ann, wire):
        press = random_part()
        wire.conflict(times=2)
        failed = ann.types_the_mailed_code(request_id=press)

        assert failed.problem == (503, "try-later")
        assert portal.challenge_row()["attempts"] == 0
        assert ann.types_the_mailed_code(request_id=press).status == 200

    def test_flt_02_never_gives_more_attempts_than_five(self, portal, ann, wire):
        wire.answer("kms.Sign", "AccessDeniedException")
        for _ in range(3):
            ann.types_the_mailed_code(request_id="the same press")
        wire.mend()

        wrong = [ann.types(f"000000{n}") for n in range(6)]

        assert [answer.status for answer in wrong] == [401] * 5 + [410]

    def test_flt_02_of_the_secret_counts_no_attempt(self, portal, ann, wire, environments):
        environments()
        wire.cut("secretsmanager.GetSecretValue")
        failed = ann.types_the_mailed_code()
        wire.mend()

        assert failed.problem == (503, "try-later")
        assert portal.challenge_row()["attempts"] == 0
        assert ann.types_the_mailed_code().status == 200
