"""Many at once, in real threads, on tables that really decide."""

from collections import Counter
from functools import partial

import pytest

from portico.edge.responses import cookie_name
from portico.ids import random_part
from tests.emulated.house import House, at_once, house_at
from tests.support.driver import Browser

COOKIE = cookie_name("acme")


@pytest.fixture
def house(emulator):
    with house_at(emulator, streams=False) as house:
        yield house


@pytest.fixture
def mailed(house: House) -> str:
    """Ann's code, mailed without waiting for a stream."""
    house.browser.asks_for_a_code()
    house.delivers_mail()
    return house.mailed_code()


def tab(house: House) -> Browser:
    """Another tab of the same browser: it shares the challenge and the cookies."""
    return house.another_browser(
        challenge=house.browser.challenge, cookies=dict(house.browser.cookies)
    )


def statuses(answers) -> Counter[int]:
    return Counter(answer.status for answer in answers)


class TestFiftyTabs:
    def test_rac_01_with_wrong_codes_get_five_tries(self, house, mailed):
        tries = [
            partial(tab(house).types, f"00000{n:02}", request_id=random_part()) for n in range(50)
        ]

        answers = at_once(tries)

        assert statuses(answers) == {401: 5, 410: 45}
        assert sorted(a.body["attempts_left"] for a in answers if a.status == 401) == [
            0,
            1,
            2,
            3,
            4,
        ]
        assert house.challenge_row()["attempts"] == 5
        assert house.browser.types(mailed).problem == (410, "challenge-closed")
        assert house.session_rows() == []

    def test_rac_02_with_the_right_code_get_one_session(self, house, mailed):
        tries = [partial(tab(house).types, mailed, request_id=random_part()) for _ in range(50)]

        answers = at_once(tries)

        assert statuses(answers) == {200: 1, 410: 49}
        assert len(house.session_rows()) == 1

    def test_rac_02_with_one_press_sent_fifty_times_get_the_same_session(self, house, mailed):
        press = random_part()
        tabs = [tab(house) for _ in range(50)]

        answers = at_once([partial(each.types, mailed, request_id=press) for each in tabs])

        assert statuses(answers) == {200: 50}
        assert len({answer.cookie(COOKIE) for answer in answers}) == 1
        assert len(house.session_rows()) == 1
        assert house.challenge_row()["attempts"] == 1


class TestTwentyTabs:
    def test_ssn_03_that_refresh_at_once_stay_signed_in_by_one_token(self, house, mailed):
        house.browser.types(mailed)
        house.forward(seconds=20)
        tabs = [tab(house) for _ in range(20)]

        answers = at_once([each.refreshes for each in tabs])

        assert statuses(answers) == {200: 20}
        assert len({answer.cookie(COOKIE) for answer in answers}) == 1
        assert house.session_rows()[0]["n"] == 1
        house.forward(seconds=20)
        assert tabs[7].refreshes().status == 200


class TestTwentyBrowsers:
    def test_rac_04_that_start_at_once_void_nothing_of_each_other(self, house):
        browsers = [house.another_browser(source_ip=f"198.51.100.{n}") for n in range(20)]

        answers = at_once([each.asks_for_a_code for each in browsers])
        house.delivers_mail()

        assert statuses(answers) == {202: 20}
        # Four of five mails an hour are for strangers; what was not mailed says why.
        assert len(house.mails) == 4
        rows = [house.challenge_row(each) for each in browsers]
        assert sum("claim_1" in row for row in rows) == 4
        assert Counter(row.get("withheld_1") for row in rows) == {None: 4, "mailbox-budget": 16}
        mailed = [b for b, row in zip(browsers, rows, strict=True) if "claim_1" in row]
        labels = [(b.last.body["label"], b) for b in mailed if b.last]
        for mail in house.mails:
            # Two of them may have drawn the same two letters. A wrong guess costs one attempt.
            named = [b for label, b in labels if label in mail.text.split()]
            assert 200 in [b.types(mail.code).status for b in named]

    def test_rac_04_of_one_network_take_no_more_than_its_budget(self, house):
        browsers = [house.another_browser() for _ in range(70)]

        answers = at_once(
            [partial(b.asks_for_a_code, f"p{n}@example.com") for n, b in enumerate(browsers)]
        )

        assert statuses(answers) == {202: 60, 429: 10}
