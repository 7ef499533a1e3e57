"""Whoever asks whether an address is a contact's, has a password, or is active, learns nothing
(passwords/sign_in.py)."""

import argon2
import pytest

from portico.passwords.password_hash import is_outdated
from portico.people.password_store import Passwords
from tests.passwords.conftest import RIGHT, WRONG, gives, stored

NOBODY_COMES_IN = {
    "wrong": ("ann@example.com", WRONG),
    "unknown": ("eve@example.com", RIGHT),
    "password-less": ("bob@example.com", RIGHT),
    "inactive": ("cid@example.com", RIGHT),
}


@pytest.fixture
def work(monkeypatch):
    """The parameters of every hash that was asked for."""
    asked: list[argon2.Parameters] = []
    verify = argon2.PasswordHasher.verify

    def watched(self, hash_, password):
        asked.append(argon2.extract_parameters(hash_))
        return verify(self, hash_, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", watched)
    return asked


class TestARefusal:
    @pytest.mark.parametrize("why", NOBODY_COMES_IN)
    def test_is_the_same_answer_for_the_same_work(self, house, others, wire, work, why):
        house.browser.types_a_password(WRONG)  # an environment that has its keys
        seen, content = [], {}
        for case in ("wrong", why):
            email, password = NOBODY_COMES_IN[case]
            wire.forget()
            work.clear()
            answer = house.another_browser().types_a_password(password, email)
            content = answer.body
            content.pop("instance")
            told = (answer.status, answer.headers, answer.cookies, content)
            seen.append((told, list(wire.operations), list(work)))

        assert seen[0] == seen[1]
        assert content["type"] == "password-not-accepted"
        assert wire.operations == [
            "dynamodb.BatchGetItem",
            "dynamodb.UpdateItem",
            "dynamodb.UpdateItem",
            "dynamodb.BatchGetItem",
            "dynamodb.UpdateItem",
        ]
        assert len(work) == 1

    def test_reads_as_many_rows_for_nobody_as_for_somebody(self, house, wire):
        sizes = []
        for email in ("ann@example.com", "eve@example.com"):
            wire.forget()
            house.another_browser().types_a_password(WRONG, email)
            asked = wire.parameters("dynamodb.BatchGetItem")
            sizes.append([len(each["RequestItems"]["people"]["Keys"]) for each in asked])

        assert sizes == [[3, 2], [3, 2]]

    def test_is_told_to_the_team_of_a_contact_and_of_an_address(self, house):
        house.browser.types_a_password(WRONG)
        house.browser.types_a_password(WRONG, "eve@example.com")

        told = [r for r in house.records_trail() if r["name"] == "password.refused"]
        subjects = {row["pk"] for row in told}
        assert f"acme#trail#{house.ann.id}" in subjects
        assert any(each.startswith("acme#trail#address-") for each in subjects)
        assert {row["network"] for row in told} == {"203.0.113.7"}

    def test_comes_too_when_the_contact_changes_while_we_compare(self, house, wire):
        wire.before("dynamodb.TransactWriteItems", lambda: house.deactivates("ann@example.com"))

        answer = house.browser.types_a_password(RIGHT)

        assert answer.problem == (401, "password-not-accepted")
        assert house.session_rows() == []


class TestASuccess:
    def test_is_four_rounds_a_signature_and_a_guess_less(self, house, wire):
        house.browser.types_a_password(WRONG)
        wire.forget()

        house.browser.types_a_password(RIGHT)

        assert wire.operations[:4] == [
            "dynamodb.BatchGetItem",
            "dynamodb.UpdateItem",
            "dynamodb.UpdateItem",
            "dynamodb.BatchGetItem",
        ]
        assert sorted(wire.operations[4:6]) == ["dynamodb.TransactWriteItems", "kms.Sign"]
        # So that strangers are not refused sooner where somebody signs in: RAT-10.
        assert wire.operations[6:] == ["dynamodb.UpdateItem"]


class TestAnOldHash:
    OLD = argon2.PasswordHasher(1, 1024, 1).hash(RIGHT)

    @pytest.fixture
    def dora(self, house):
        dora = house.adds("Dora Diaz", "dora@example.com")
        gives(dora, self.OLD)
        return dora

    def test_is_made_anew_with_the_first_success(self, house, dora):
        assert house.browser.types_a_password(RIGHT, "dora@example.com").status == 200

        kept = stored(dora)
        assert kept.hash != self.OLD
        assert not is_outdated(kept.hash)
        assert house.browser.types_a_password(RIGHT, "dora@example.com").status == 200

    def test_stays_after_a_failure(self, house, dora):
        house.browser.types_a_password(WRONG, "dora@example.com")

        assert stored(dora).hash == self.OLD

    def test_keeps_nobody_out_when_it_cannot_be_replaced(self, house, dora, wire):
        wire.cut("dynamodb.UpdateItem", after=2)

        assert house.browser.types_a_password(RIGHT, "dora@example.com").status == 200
        assert stored(dora).hash == self.OLD

    def test_never_overwrites_a_newer_password(self, house, dora):
        newer = stored(house.ann).hash

        Passwords("people", "acme").rehash(house.ann.id, before=self.OLD, after=self.OLD)

        assert stored(house.ann).hash == newer
