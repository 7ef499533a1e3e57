"""Many senders at once, in real threads, on tables that really decide: FLT-03."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.emulated.house import House, house_at
from tests.support.doors import stream_record
from tests.support.driver import OK

type Record = dict[str, Any]

pytestmark = pytest.mark.slow


@pytest.fixture
def house(emulator):
    with house_at(emulator, streams=False) as house:
        yield house


def senders(house: House, batches: Sequence[Sequence[Record]]) -> None:
    """Start a sender for every batch, all at the same moment."""
    gate = threading.Barrier(len(batches))

    def start(batch: Sequence[Record]) -> Any:
        gate.wait()
        return house.front.doors["send_mail"]({"Records": [*batch]}, None)

    with ThreadPoolExecutor(len(batches)) as pool:
        assert list(pool.map(start, batches)) == [OK] * len(batches)


class TestTenSenders:
    def test_flt_03_with_the_same_record_mail_once(self, house):
        house.browser.asks_for_a_code()
        record = stream_record(house.challenge_row())

        senders(house, [[record]] * 10)

        assert len(house.mails) == 1
        assert house.browser.types(house.mails[0].code).status == 200

    def test_flt_03_with_a_request_and_its_resend_mail_each_once_at_most(self, house):
        house.browser.asks_for_a_code()
        first = house.challenge_row()
        house.forward(seconds=30)
        house.browser.asks_again()
        records = stream_record(first), stream_record(house.challenge_row(), first)

        senders(house, [[records[n % 2]] for n in range(10)])

        # The older one is overtaken before anybody can claim it.
        assert len(house.mails) == 1
        assert house.browser.types(house.mails[0].code).status == 200

    def test_flt_03_with_ten_contacts_mail_each_of_them_once(self, house):
        records = []
        for n in range(10):
            house.adds(f"Contact {n}", f"contact-{n}@example.com")
            browser = house.another_browser(source_ip=f"198.51.100.{n}")
            browser.asks_for_a_code(f"contact-{n}@example.com")
            records.append(stream_record(house.challenge_row(browser)))

        senders(house, [[*records[n:], *records[:n]] for n in range(4)])

        assert len(house.mails) == 10
        assert len({tuple(mail.to) for mail in house.mails}) == 10
