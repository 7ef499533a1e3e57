"""Becoming a contact by the code: in one transaction, once, and told to whoever is one already
(codes/request.py, codes/verify.py)."""

import pytest

from tests.support.doors import door, queue_record


@pytest.fixture
def house(portal):
    portal.sets(sign_up=True)
    return portal


def heads(house):
    return [row for row in house.rows("people") if row["sk"] == "head"]


def mails_notices(house):
    """Have the notices mailed that were asked for."""
    for row in house.rows("sign-in"):
        if row["sk"] == "notice" and row.get("mail"):
            door("send_mail").handler({"Records": [queue_record({"notice": row["pk"]})]}, None)


class TestTheCode:
    def test_makes_contact_and_session_in_one_write(self, house, wire):
        house.browser.signs_up("eve@example.com")
        house.delivers_mail()
        wire.forget()

        assert house.browser.types_the_mailed_code().status == 200

        (sent,) = wire.parameters("dynamodb.TransactWriteItems")
        tables = [next(iter(each.values()))["TableName"] for each in sent["TransactItems"]]
        assert set(tables) == {"people", "sign-in"}

    def test_pwd_05_makes_neither_after_a_fault(self, house, wire):
        house.browser.signs_up("eve@example.com")
        house.delivers_mail()
        before = house.rows("people")
        wire.answer("dynamodb.TransactWriteItems", "InternalServerError")

        assert house.browser.types_the_mailed_code(request_id="a" * 22).status == 503

        assert house.rows("people") == before
        assert house.session_rows() == []

    def test_has_the_same_answer_for_the_same_press(self, house):
        house.browser.signs_up("eve@example.com")
        house.delivers_mail()
        code = house.mailed_code()

        first = house.browser.types(code, request_id="a" * 22)
        again = house.browser.types(code, request_id="a" * 22)

        assert (first.status, again.status) == (200, 200)
        assert first.body["contact"] == again.body["contact"]
        assert len(heads(house)) == 2

    def test_rac_03_of_one_of_two_browsers_makes_the_contact(self, house):
        first, second = house.another_browser(), house.another_browser()
        for each in (first, second):
            each.signs_up("eve@example.com")
            house.delivers_mail()
        codes = [house.mailed_code(-2), house.mailed_code(-1)]

        assert first.types(codes[0]).status == 200
        assert second.types(codes[1]).problem == (410, "challenge-closed")
        assert len(heads(house)) == 2

    def test_is_not_mailed_once_sign_up_is_off(self, house):
        house.browser.signs_up("eve@example.com")
        house.sets(sign_up=False)

        house.delivers_mail()

        assert house.mails == []


class TestAKnownAddress:
    def test_pwd_01_gets_a_notice_and_no_code(self, house):
        house.browser.signs_up("ann@example.com")
        house.delivers_mail()
        mails_notices(house)

        (mail,) = house.mails
        assert set(mail.to) == {"ann@example.com"}
        assert "already" in mail.text
        withheld = [each for each in house.records_trail() if each["name"] == "code.withheld"]
        assert [each["detail"]["reason"] for each in withheld] == ["already-a-contact"]

    def test_pwd_01_types_in_vain_as_everybody_does(self, house):
        house.browser.signs_up("ann@example.com")
        house.delivers_mail()

        answer = house.browser.types("0000000")

        assert answer.problem == (401, "code-not-accepted")
        assert answer.body["attempts_left"] == 4

    def test_pwd_01_that_is_switched_off_stays_so(self, house):
        house.deactivates("ann@example.com")

        assert house.browser.signs_up("ann@example.com").status == 202
        house.delivers_mail()
        mails_notices(house)

        assert house.mails == []
        assert [row["active"] for row in heads(house)] == [False]
