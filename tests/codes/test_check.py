"""What the trail says of a refused code, and the work behind it (portico/codes/check.py)."""

from typing import Any

import pytest

from portico.codes.rules import derive_code


@pytest.fixture
def mails(portal):
    """Three mails of one challenge; of a contact, or of nobody."""

    def ask(email="ann@example.com"):
        portal.browser.asks_for_a_code(email)
        portal.delivers_mail()
        for wait in (30, 60):
            portal.forward(seconds=wait)
            portal.browser.asks_again()
            portal.delivers_mail()
        return portal

    return ask


def detail(portal):
    return portal.challenge_row()["event"]["detail"]


class TestARefusedCode:
    def test_of_an_older_mail_is_told_from_a_wrong_one(self, mails):
        portal = mails()

        portal.browser.types(portal.mailed_code(0))
        older = detail(portal)
        portal.browser.types("0000000")

        assert older == {"attempts_left": "4", "code": "older"}
        assert detail(portal) == {"attempts_left": "3"}

    def test_whose_ten_minutes_are_over_is_an_older_one_too(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        first = portal.mailed_code()
        portal.forward(minutes=5)
        portal.browser.asks_again()
        portal.delivers_mail()
        portal.forward(minutes=5)

        assert portal.browser.types(first).status == 401
        assert detail(portal)["code"] == "older"

    def test_says_nothing_of_it_to_whoever_typed_it(self, mails):
        portal = mails()

        older = portal.browser.types(portal.mailed_code(0))
        wrong = portal.browser.types("0000000")

        assert older.body.keys() == wrong.body.keys()
        assert older.body["type"] == wrong.body["type"] == "code-not-accepted"

    @pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
    def test_costs_the_same_work_whether_there_is_a_contact_or_not(self, mails, email, monkeypatch):
        portal = mails(email)
        derived: list[Any] = []

        def noted(key: bytes, **more: Any) -> str:
            derived.append(more)
            return derive_code(key, **more)

        monkeypatch.setattr("portico.codes.check.derive_code", noted)

        portal.browser.types("0000000")

        assert len(derived) == 5
