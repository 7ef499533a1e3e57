"""Twenty browsers sign up with one address at once, on tables that really decide."""

from collections import Counter
from functools import partial

import pytest

from portico.limits.rules import MAILBOX
from tests.emulated.house import at_once, house_at


@pytest.fixture
def house(emulator):
    with house_at(emulator, streams=False) as house:
        house.sets(sign_up=True)
        yield house


class TestTwentySignUps:
    def test_rac_03_of_one_address_are_one_contact(self, house):
        browsers = [house.another_browser(source_ip=f"198.51.100.{n}") for n in range(20)]
        asked = at_once([partial(each.signs_up, "eve@example.com") for each in browsers])
        assert Counter(each.status for each in asked) == {202: 20}
        house.delivers_mail()
        codes = [mail.code for mail in house.mails]
        assert 0 < len(codes) <= MAILBOX.an_hour

        tries = [partial(each.types, code) for each in browsers for code in codes]
        answers = at_once(tries)

        counted = Counter(each.status for each in answers)
        assert counted[200] == 1
        assert set(counted) <= {200, 401, 410}
        heads = [row for row in house.rows("people") if row["sk"] == "head"]
        assert [row["email"] for row in heads].count("eve@example.com") == 1
        assert len(house.session_rows()) == 1
