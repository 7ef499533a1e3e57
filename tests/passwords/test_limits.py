"""Guessing: counted before it is compared, and never a way to lock somebody out
(passwords/sign_in.py, limits/password_guesses.py)."""

import json
import os
from datetime import UTC, datetime

import argon2
import pytest

from portico.aws.keys import ring
from portico.ids import random_part
from portico.limits.password_guesses import Guesses, Tried
from portico.limits.store import Limits
from tests.passwords.conftest import RIGHT, WRONG

NEW = "seven grey herons asleep"

REFUSED = (401, "password-not-accepted")
SPENT = (429, "too-many-requests")


@pytest.fixture
def compared(monkeypatch):
    """The hashes that were compared, in order."""
    asked: list[str] = []
    verify = argon2.PasswordHasher.verify

    def watched(self, hash_, password):
        asked.append(hash_)
        return verify(self, hash_, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", watched)
    return asked


def strangers_try(house, times: int, email: str = "ann@example.com") -> list[tuple[int, str]]:
    return [
        house.another_browser(source_ip=f"198.51.100.{n}").types_a_password(WRONG, email).problem
        for n in range(times)
    ]


def spent(times: int, email: str = "ann@example.com") -> None:
    """So many guesses were made before, without the work of hashing each."""
    key = ring(os.environ["CODE_SECRET"]).current().mailbox
    for _ in range(times):
        tried = Tried(email, random_part())
        Guesses("sign-in", "acme").count(tried, key=key, at=datetime.now(UTC))


class TestGuessing:
    def test_rat_04_from_many_networks_gets_ten_an_hour(self, house, compared):
        assert strangers_try(house, 14) == [REFUSED] * 10 + [SPENT] * 4

        assert len(compared) == 10

    def test_rat_04_gets_twenty_a_day(self, house, compared):
        for _ in range(2):
            spent(9)
            house.forward(hours=2)

        assert strangers_try(house, 4) == [REFUSED] * 2 + [SPENT] * 2
        assert len(compared) == 2

    def test_rat_04_is_not_helped_by_another_spelling_of_the_address(self, house):
        spent(10)

        assert strangers_try(house, 1, "  ANN@Example.COM ") == [SPENT]

    def test_rat_04_says_nothing_about_a_password_that_comes_too_late(self, house):
        spent(10)
        late = house.another_browser()

        assert late.types_a_password(RIGHT).problem == late.types_a_password(WRONG).problem == SPENT
        assert late.last.headers["retry-after"] == "3600"

    def test_is_as_limited_for_addresses_of_nobody(self, house):
        spent(9, "eve@example.com")

        assert strangers_try(house, 2, "eve@example.com") == [REFUSED, SPENT]

    def test_is_counted_for_an_alarm_by_a_name_of_its_own(self, house, capsys):
        spent(10)
        house.browser.types_a_password(RIGHT)

        said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [each for each in said if each.get("guesses-spent") == [1.0]]

    def test_from_one_network_is_limited_apart_from_asking_for_codes(self, house):
        for _ in range(59):
            count = Limits("sign-in").count_start
            count("203.0.113.7", bucket="password", office=None, at=datetime.now(UTC))
        told = [house.browser.types_a_password(WRONG).problem for _ in range(2)]
        assert told == [REFUSED, SPENT]

        assert house.browser.asks_for_a_code().status == 202

    def test_through_a_personal_link_has_its_own_budget(self, house):
        spent(10)
        link = house.personal_link()

        assert house.another_browser().types_a_password(RIGHT, None, link=link).status == 200


class TestARightPassword:
    def test_rat_10_is_not_counted_among_the_strangers_guesses(self, house):
        for _ in range(3):
            assert house.another_browser().types_a_password(RIGHT).status == 200

        assert strangers_try(house, 11) == [REFUSED] * 10 + [SPENT]

    def test_rat_10_is_not_counted_before_the_next_guess_either(self, house):
        strangers_try(house, 4)
        house.another_browser().types_a_password(RIGHT)

        assert strangers_try(house, 7) == [REFUSED] * 6 + [SPENT]

    def test_rat_10_that_leads_to_nothing_is_counted(self, house):
        house.deactivates()
        house.another_browser().types_a_password(RIGHT)

        assert strangers_try(house, 10) == [REFUSED] * 9 + [SPENT]

    def test_rat_10_signs_in_though_its_count_cannot_be_taken_back(self, house, wire):
        wire.cut("dynamodb.UpdateItem", after=2)

        assert house.browser.types_a_password(RIGHT).status == 200


class TestAContactUnderSiege:
    def test_rat_03_signs_in_by_a_browser_known_from_before(self, house):
        house.browser.types_a_password(RIGHT)
        house.forward(days=2)
        spent(10)

        assert house.browser.types_a_password(RIGHT).status == 200
        assert house.another_browser().types_a_password(RIGHT).problem == SPENT

    def test_rat_03_signs_in_by_a_code(self, house):
        spent(10)

        assert house.browser.signs_in().status == 200

    def test_rat_03_is_known_by_a_code_too(self, house):
        house.browser.signs_in()
        spent(10)

        assert house.browser.types_a_password(RIGHT).status == 200

    @pytest.mark.parametrize("mark", ["", "A" * 43, "schön"])
    def test_out_05_is_not_guessed_at_by_made_up_marks(self, house, mark):
        spent(10)
        thief = house.another_browser(cookies={"__Host-portico_known-acme": mark})

        assert thief.types_a_password(RIGHT).problem == SPENT

    def test_out_05_is_not_guessed_at_with_somebody_elses_mark(self, house, others):
        house.browser.signs_in("bob@example.com")
        spent(10)

        assert house.browser.types_a_password(RIGHT).problem == SPENT

    def test_rat_03_has_no_use_for_the_mark_of_before_the_last_password(self, house):
        house.browser.types_a_password(RIGHT)
        thief = house.another_browser(cookies=dict(house.browser.cookies))
        house.browser.forgets_the_password()
        house.delivers_mail()
        assert house.browser.sets_a_password(NEW, house.mailed_code()).status == 200
        house.forward(days=2)
        spent(10)

        assert thief.types_a_password(NEW).problem == SPENT

    def test_rat_03_has_no_use_for_a_mark_of_half_a_year_ago(self, house):
        house.browser.types_a_password(RIGHT)
        house.forward(days=180)
        house.shared = house.link()[1]
        spent(10)

        assert house.browser.types_a_password(RIGHT).problem == SPENT

    def test_rat_04_has_one_budget_for_all_browsers_that_it_is_known_by(self, house):
        known = []
        for _ in range(3):
            browser = house.another_browser()
            browser.types_a_password(RIGHT)
            known.append(browser)
            house.forward(days=1, hours=1)
        spent(10)

        told = [each.types_a_password(WRONG).problem for each in known for _ in range(6)]

        assert told.count(REFUSED) == 10

    def test_out_05_has_the_budget_back_an_hour_later(self, house):
        spent(10)
        house.forward(hours=1)

        assert house.browser.types_a_password(RIGHT).status == 200


class TestAFault:
    @pytest.mark.parametrize("operation", ["UpdateItem", "BatchGetItem"])
    def test_rat_05_lets_nothing_be_compared(self, house, wire, compared, operation):
        wire.cut(f"dynamodb.{operation}")

        assert house.browser.types_a_password(RIGHT).status == 503
        assert compared == []
        wire.mend()

        assert house.browser.types_a_password(RIGHT).status == 200

    def test_rat_05_of_the_guesses_row_alone_lets_nothing_be_compared(self, house, wire, compared):
        # The network was counted; what counts the guess is out of reach from then on.
        wire.cut("dynamodb.UpdateItem", after=1)

        assert house.browser.types_a_password(RIGHT).status == 503
        assert compared == []

    @pytest.mark.parametrize("operation", ["dynamodb.TransactWriteItems", "kms.Sign"])
    def test_rat_05_after_the_count_does_not_eat_the_budget(self, house, wire, operation):
        spent(9)
        for _ in range(2):
            wire.cut(operation)
            assert house.browser.types_a_password(RIGHT).status == 503
            wire.mend()

        assert house.browser.types_a_password(RIGHT).status == 200

    def test_rat_05_before_the_comparison_gives_the_guess_back(self, house, wire, compared):
        spent(9)
        for _ in range(2):
            wire.cut("dynamodb.BatchGetItem", times=2, after=1)
            assert house.browser.types_a_password(RIGHT).status == 503
            wire.mend()
        assert compared == []

        assert house.browser.types_a_password(RIGHT).status == 200

    def test_while_a_refusal_is_recorded_keeps_the_guess_counted(self, house, wire, compared):
        spent(8)
        for _ in range(2):
            wire.cut("dynamodb.UpdateItem", times=2, after=2)
            assert house.browser.types_a_password(WRONG).problem == REFUSED
            wire.mend()

        assert house.browser.types_a_password(WRONG).problem == SPENT
        assert len(compared) == 2
