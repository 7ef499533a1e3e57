"""Whoever asks whether an address is a contact's, has a password, or is active, learns nothing
(passwords/sign_in.py)."""

import json
from typing import Any

import argon2
import pytest

from portico.aws.tables import transact
from portico.aws.values import row_of
from portico.events import Event
from portico.passwords.decoys import PARTS, READ, SHAPE, rows_of_nobody
from portico.passwords.password_hash import is_outdated
from portico.people.password_store import Passwords, password_key
from portico.people.store import People
from tests.passwords.conftest import RIGHT, WRONG, gives, stored
from tests.support.driver import NOON

NOBODY_COMES_IN = {
    "wrong": ("ann@example.com", WRONG),
    "unknown": ("eve@example.com", RIGHT),
    "password-less": ("bob@example.com", RIGHT),
    "inactive": ("cid@example.com", RIGHT),
    "left": ("dan@example.com", RIGHT),
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


ALIKE = 0.02
"""Names and addresses are longer and shorter too."""


def removes(contact) -> dict[str, Any]:
    """Give a contact a password, let them remove it, and return the row that a sign-in reads."""
    gives(contact)
    event = Event("password.removed", NOON, contact.id, 365)
    transact({"password": Passwords("people", "acme").removing(contact.id, event)})
    (row,) = People("people", "acme").read(password_key("acme", contact.id), only=READ)
    assert row is not None
    return dict(row)


def size_of(answers: list[bytes]) -> float:
    """How much there is to read: each value takes longer than its letters do."""
    return sum(len(each) + 20 * values_in(json.loads(each)) for each in answers)


def values_in(content: Any) -> int:
    match content:
        case dict():
            return 1 + sum(values_in(each) for each in content.values())
        case list():
            return 1 + sum(values_in(each) for each in content)
    return 1


def decoys_of(house) -> list[dict[str, Any]]:
    return [row for row in house.rows("people") if row["sk"].startswith("decoy-")]


class TestARefusal:
    @pytest.mark.parametrize("why", NOBODY_COMES_IN)
    def test_is_the_same_answer_for_the_same_work(self, house, others, wire, work, why):
        house.browser.types_a_password(WRONG)  # an environment that has its keys
        house.browser.types_a_password(*reversed(NOBODY_COMES_IN[why]))  # and a house its decoy
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
            "dynamodb.GetItem",
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

    @pytest.mark.parametrize("who", [*NOBODY_COMES_IN, "removed"])
    def test_reads_as_much_for_whoever_it_is(self, house, others, wire, who):
        email = NOBODY_COMES_IN[who][0] if who in NOBODY_COMES_IN else f"{who}@example.com"
        if who == "removed":
            removes(house.adds("Gil Grey", email))
        house.browser.types_a_password(WRONG)  # an environment that has its keys
        for each in ("ann@example.com", email):
            house.another_browser().types_a_password(WRONG, each)  # a workspace with its decoys

        read, sent = [], []
        for each in ("ann@example.com", email):
            wire.forget()
            house.another_browser().types_a_password(WRONG, each)
            read.append(size_of(wire.answers))
            sent.append(sum(len(json.dumps(one.parameters)) for one in wire.sent))

        assert read[1] == pytest.approx(read[0], rel=ALIKE)
        assert sent[1] == pytest.approx(sent[0], rel=ALIKE)

    def test_of_nobody_writes_a_decoy_once_and_then_reads_it(self, house, wire):
        house.browser.types_a_password(WRONG, "eve@example.com")
        before = decoys_of(house)
        wire.forget()

        house.browser.types_a_password(WRONG, "joe@example.com")

        assert "dynamodb.PutItem" not in wire.operations
        assert decoys_of(house) == before
        assert [each["sk"] for each in before] == [f"decoy-{SHAPE}-pointer-head-password"]

    def test_of_somebody_writes_none(self, house):
        house.browser.types_a_password(WRONG)

        assert decoys_of(house) == []

    def test_comes_too_when_the_decoy_is_out_of_reach(self, house, wire):
        house.browser.types_a_password(WRONG)
        for email in ("ann@example.com", "eve@example.com"):
            wire.cut("dynamodb.GetItem")

            answer = house.browser.types_a_password(WRONG, email)

            assert answer.problem == (401, "password-not-accepted")

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


class TestADecoy:
    def test_has_the_values_that_a_sign_in_reads(self, house, wire):
        house.browser.types_a_password(WRONG)
        read = [
            row_of(item)
            for answer in map(json.loads, wire.answers)
            for item in answer.get("Responses", {}).get("people", [])
        ]

        ours = rows_of_nobody("acme", NOON)

        # Who changes what is read raises SHAPE: a decoy that was written stays as it is.
        assert SHAPE == 1
        assert list(ours) == list(PARTS)
        for part in ("pointer", "head", "password"):
            (row,) = [each for each in read if each["sk"] == part]
            assert ours[part].keys() == row.keys()
        removed = removes(house.adds("Gil Grey", "gil@example.com"))
        assert removed.keys() | ours["hash"].keys() == ours["password"].keys()

    def test_is_seen_by_no_list_and_no_recorder(self, house):
        house.browser.types_a_password(WRONG, "eve@example.com")

        (decoy,) = decoys_of(house)
        assert decoy.keys() == {"pk", "sk", "rows"}
