"""From the row to the mail and the trail, by the template's streams, filters and queue."""

import time
from collections import Counter

import pytest

from tests.emulated.house import House, eventually, house_at
from tests.support.wire import tapped


@pytest.fixture(scope="module")
def emulated(emulator):
    with house_at(emulator, streams=True) as house:
        yield house


@pytest.fixture
def house(emulated: House) -> House:
    """The same house, after everything of the test before has come to rest."""
    quiet_for(emulated, seconds=0.6)
    emulated.front.started.clear()
    emulated.browser = emulated.another_browser()
    return emulated


def quiet_for(house: House, *, seconds: float) -> None:
    """Wait until streams have started nothing for so long."""
    before, since = -1, time.monotonic()
    ends = since + 20
    while time.monotonic() - since < seconds:
        assert time.monotonic() < ends
        now = len(house.front.started)
        if now != before:
            before, since = now, time.monotonic()
        time.sleep(0.05)


class TestASignIn:
    def test_starts_the_sender_once_a_mail_and_never_for_a_guess(self, house):
        ann = house.browser
        first = house.asks_and_waits(ann)
        for n in range(3):
            assert ann.types(f"000000{n}").status == 401
        house.forward(seconds=30)
        before = len(house.mails)
        assert ann.asks_again().status == 202
        second = house.has_mailed(before + 1)[-1].code
        assert first != second
        assert ann.types(first).status == 200

        quiet_for(house, seconds=1)

        assert house.front.starts_of("SendMail") == 2
        assert len(house.mails) == before + 1

    def test_leaves_its_whole_story_in_the_trail_each_line_once(self, house):
        house.adds("Bob Baker", "bob@example.com")
        bob = house.browser
        code = house.asks_and_waits(bob, "bob@example.com")
        bob.types("0000000")
        bob.types("0000001")
        token = bob.types(code).body["access_token"]
        bob.signs_out(token)
        expected = {
            "contact.added": 1,
            "code.mailed": 1,
            "code.refused": 2,
            "session.started": 1,
            "session.ended": 1,
        }

        def of_bob():
            contact = house.team.contact("acme", "bob@example.com").id
            return [r for r in house.rows("trail") if r["pk"] == f"acme#trail#{contact}"]

        eventually(lambda: len(of_bob()) >= sum(expected.values()))
        quiet_for(house, seconds=0.6)

        assert Counter(line["name"] for line in of_bob()) == expected
        times = {line["name"]: line["sk"] for line in of_bob()}
        assert times["code.mailed"] < times["session.started"] <= times["session.ended"]

    def test_of_somebody_unknown_starts_the_sender_and_ends_there(self, house):
        before = len(house.mails)
        house.browser.asks_for_a_code("nobody@example.com")

        eventually(lambda: "withheld_1" in house.challenge_row())
        quiet_for(house, seconds=0.6)

        assert house.challenge_row()["withheld_1"] == "not-a-contact"
        assert house.front.starts_of("SendMail") == 1
        assert len(house.mails) == before

    def test_that_is_refreshed_starts_nobody(self, house):
        house.adds("Cem Celik", "cem@example.com")
        cem = house.browser
        assert cem.types(house.asks_and_waits(cem, "cem@example.com")).status == 200
        quiet_for(house, seconds=0.6)
        house.front.started.clear()
        house.forward(seconds=20)

        assert cem.refreshes().status == 200
        quiet_for(house, seconds=1)

        assert house.front.started == []


class TestAMailThatSesDoesNotTake:
    def test_waits_in_the_queue_and_goes_out_once(self, house):
        house.adds("Dee Dietz", "dee@example.com")
        dee, before = house.browser, len(house.mails)
        with tapped() as wire:
            wire.answer("sesv2.SendEmail", "TooManyRequestsException", times=1)
            dee.asks_for_a_code("dee@example.com")
            code = house.has_mailed(before + 1)[-1].code
        quiet_for(house, seconds=0.6)

        kinds = [
            records[0]["eventSource"] for who, records in house.front.started if who == "SendMail"
        ]
        assert kinds == ["aws:dynamodb", "aws:sqs"]
        assert len(house.mails) == before + 1
        assert dee.types(code).status == 200
