"""Passwords tried and set at once, in real threads, on tables that really decide."""

from collections import Counter
from functools import partial

import pytest

from portico.ids import random_part
from tests.emulated.house import House, at_once, house_at
from tests.support.driver import Browser

FIRST = "four tired herons at the weir"
WRONG = "four tired herons at the pond"


@pytest.fixture
def house(emulator):
    with house_at(emulator, streams=False) as house:
        house.sets(password_method=True)
        yield house


@pytest.fixture
def mailed(house: House) -> str:
    """The code that lets Ann set a password."""
    house.browser.forgets_the_password()
    house.delivers_mail()
    return house.mailed_code()


def tabs(house: House, count: int) -> list[Browser]:
    challenge = house.browser.challenge
    return [
        house.another_browser(challenge=challenge, source_ip=f"198.51.100.{n}")
        for n in range(count)
    ]


def statuses(answers) -> Counter[int]:
    return Counter(answer.status for answer in answers)


class TestTwentyAtOnce:
    def test_rac_03_with_one_code_set_one_password(self, house, mailed):
        chosen = [f"{n} tired herons at the weir" for n in range(10, 30)]
        works = [
            partial(each.sets_a_password, password, mailed, request_id=random_part())
            for each, password in zip(tabs(house, 20), chosen, strict=True)
        ]

        answers = at_once(works)

        assert statuses(answers)[200] == 1
        assert set(statuses(answers)) == {200, 410}
        winner = chosen[[answer.status for answer in answers].index(200)]
        (head,) = [row for row in house.rows("people") if row["sk"] == "head"]
        assert head["sver"] == 2
        assert house.another_browser().types_a_password(winner).status == 200
        notices = [row for row in house.rows("sign-in") if row["sk"] == "notice"]
        assert len(notices) == 1

    def test_rac_03_with_one_press_have_one_answer(self, house, mailed):
        press = random_part()
        works = [
            partial(each.sets_a_password, FIRST, mailed, request_id=press)
            for each in tabs(house, 20)
        ]

        answers = at_once(works)

        assert statuses(answers) == {200: 20}
        (head,) = [row for row in house.rows("people") if row["sk"] == "head"]
        assert head["sver"] == 2

    def test_rat_04_that_guess_are_compared_ten_times(self, house, mailed):
        house.browser.sets_a_password(FIRST, mailed)

        answers = at_once([partial(each.types_a_password, WRONG) for each in tabs(house, 20)])

        assert statuses(answers) == {401: 10, 429: 10}

    def test_with_one_press_are_one_session(self, house, mailed):
        house.browser.sets_a_password(FIRST, mailed)
        press = random_part()
        works = [partial(each.types_a_password, FIRST, request_id=press) for each in tabs(house, 8)]

        answers = at_once(works)

        assert statuses(answers) == {200: 8}
        assert len(house.session_rows()) == 1
